"""watcher's own API, as the web app sees it."""
