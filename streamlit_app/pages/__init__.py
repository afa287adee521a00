"""What each page shows, as parts; nothing in here knows how they are drawn."""
