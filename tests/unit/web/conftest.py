"""What tests of the web app share: a small API over real HTTP."""

from collections.abc import Iterator

import pytest
import streamlit as st

from stand_ins.watcher.api import WatcherApi, watcher_api
from streamlit_app.render import visit


class Visitor:
    """Whose browser asks Streamlit: its runner of tests has none. `ip_address` as it tells it."""

    def __init__(self) -> None:
        self.headers = {"Host": "127.0.0.1:8501"}
        self.ip_address: str | None = None


@pytest.fixture(autouse=True)
def visitor(monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Somebody on this machine, unless a test says otherwise."""
    found = Visitor()
    monkeypatch.setattr(visit, "asked_by", lambda: (found.headers, found.ip_address))
    return found


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[WatcherApi]:
    with watcher_api() as running:
        monkeypatch.setenv("API_BASE_URL", running.url)
        yield running
        st.cache_resource.clear()
        st.cache_data.clear()
