"""Similar titles, by a title, by several, by words."""
