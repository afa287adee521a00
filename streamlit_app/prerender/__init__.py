"""What a page shows, as HTML in the answer to its address: it stands while Streamlit starts.

Each page is told here once more, in the same words and at the same places; tests compare the two.
"""
