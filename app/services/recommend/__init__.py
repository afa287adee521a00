"""Lists, predictions and the page of a taste."""
