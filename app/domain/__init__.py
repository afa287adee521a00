"""What watcher knows, with no input or output: nouns, rules, ports and errors."""
