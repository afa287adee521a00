"""Trakt: signing in, and reading somebody's history."""
