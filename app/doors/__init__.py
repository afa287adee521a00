"""Ways in: each translates its own protocol and calls the same verbs."""
