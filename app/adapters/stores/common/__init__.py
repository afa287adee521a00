"""What holds in every store."""
