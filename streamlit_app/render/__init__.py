"""How the parts of a page are drawn: by Streamlit, and as the HTML of its first look."""
