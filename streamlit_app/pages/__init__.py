"""The pages of the web app; `main.py` runs the one that the address names."""
