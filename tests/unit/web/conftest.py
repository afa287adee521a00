"""What tests of the web app share: a small API over real HTTP."""

from collections.abc import Iterator

import pytest
import streamlit as st

from stand_ins.watcher.api import WatcherApi, watcher_api


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[WatcherApi]:
    with watcher_api() as running:
        monkeypatch.setenv("API_BASE_URL", running.url)
        yield running
        st.cache_resource.clear()
        st.cache_data.clear()
