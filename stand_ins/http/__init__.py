"""What every stand-in is made of: a server, faults, a log of requests."""
