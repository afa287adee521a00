"""The schedule, and what runs it."""
