"""Titles: what they are, what they are called, how facts of several sources come together."""
