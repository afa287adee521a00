"""What a person watched, rated, marked and was shown."""
