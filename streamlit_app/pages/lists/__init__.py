"""Lists of recommendations: today's picks, and what to see next."""
