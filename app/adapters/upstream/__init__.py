"""What asking any service over HTTP takes: connections, the meaning of answers, addresses."""
