"""Looking for titles: by words, by a title, by several."""
