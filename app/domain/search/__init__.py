"""What a search lets pass, and in which order it puts what was found."""
