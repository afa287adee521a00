"""Reasons in words, by a template or a language model."""
