"""What watcher does: verbs over the ports."""
