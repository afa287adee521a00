"""A page as HTML in the answer to its address: it stands while Streamlit starts."""
