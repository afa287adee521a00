"""Accounts elsewhere are linked, and their histories brought in."""
