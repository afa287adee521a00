"""Titles are embedded, the index is rebuilt."""
