"""Stand-ins for outside services, over real HTTP and by their rules; no product code imports them."""
