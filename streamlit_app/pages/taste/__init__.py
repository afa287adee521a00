"""What one likes: a map, the tastes, habits, ratings."""
