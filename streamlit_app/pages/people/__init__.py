"""The people of the household: their profiles, their tokens, their Trakt accounts."""
