"""The pages of the web app; `main.py` runs the one that the address names.

A folder called "pages" would be run by Streamlit itself, without the frame.
"""
