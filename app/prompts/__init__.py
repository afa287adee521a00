"""What language models are told, as text files."""
