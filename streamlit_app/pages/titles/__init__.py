"""A title on any page: its card, and what one may do with it."""
