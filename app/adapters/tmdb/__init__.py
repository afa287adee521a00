"""TMDB: what it lists, what changed, and what it knows of a title."""
