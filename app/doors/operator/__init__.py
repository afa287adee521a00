"""The operator's calls, and how they show their progress."""
