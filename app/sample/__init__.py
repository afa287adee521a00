"""The sample catalogue: facts from TMDB, no prose."""
