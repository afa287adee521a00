"""What people watched, rated and marked is noted, and read as one truth."""
