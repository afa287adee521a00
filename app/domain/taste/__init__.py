"""What a person likes, as groups, on a map and in figures."""
