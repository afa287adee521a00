"""MongoDB, by its protocol."""
