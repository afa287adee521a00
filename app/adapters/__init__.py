"""Other people's software behind our ports."""
