"""What a person watched, rated and marked; brought in, settled, synced."""
