"""The operator's side: what there is, long work with its progress, settings."""
