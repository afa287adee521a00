"""TMDB."""
