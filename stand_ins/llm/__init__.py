"""A language model's service."""
