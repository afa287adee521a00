"""The text that is embedded, and what a published index says of itself."""
