"""The web app's only door to the API: one module for each of its areas."""
