"""Outside services over real HTTP, by their own rules; no product code imports them."""
