"""The catalogue is kept: dumps read, TMDB followed."""
