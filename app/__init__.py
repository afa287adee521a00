"""watcher: a self-hosted recommender of films and series."""

__version__ = "0.1.0"
