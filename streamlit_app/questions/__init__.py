"""What is looked for or at, and its form in an address. Pure."""
