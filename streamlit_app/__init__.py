"""The web app: talks HTTP to the API and imports nothing of it."""
