"""From a taste to a list: features, scores, rules, variety."""
