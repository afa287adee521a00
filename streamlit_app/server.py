"""The web app's server: `streamlit run streamlit_app/server.py`."""

import sys
from pathlib import Path

_HERE = Path(__file__).parent
# Streamlit puts this folder on the path, but the package is found from the one above it.
if str(_HERE.parent) not in sys.path:
    sys.path.insert(0, str(_HERE.parent))

import streamlit as st  # noqa: E402 - after the path
from starlette.middleware import Middleware  # noqa: E402 - after the path

from streamlit_app.api.client import ApiClient, base_url  # noqa: E402 - after the path
from streamlit_app.render.first_look.routes import routes  # noqa: E402 - after the path
from streamlit_app.render.own_pages import OwnPages  # noqa: E402 - after the path

app = st.App(
    _HERE / "render" / "main.py",
    routes=routes(ApiClient(base_url(), "first")),
    middleware=[Middleware(OwnPages)],
)
