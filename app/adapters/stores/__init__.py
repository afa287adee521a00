"""What is kept: in SQLite, or in MongoDB."""
