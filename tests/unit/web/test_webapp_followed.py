"""Widgets that follow the address, without a browser."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st

from streamlit_app import address
from streamlit_app.followed import Followed


class Address:
    """What stands in the address, as one word for each of two fields."""

    def __init__(self) -> None:
        self.now: dict[str, str] = {}
        self.panel = Followed("p", lambda: self.now, self._write, self._change)

    def _write(self, wanted: dict[str, str]) -> None:
        self.now = wanted

    @staticmethod
    def _change(now: dict[str, str], field: str, value: str) -> dict[str, str]:
        return now | {field: value}

    def choose(self, field: str, value: str, key: str = "") -> None:
        """As if the widget of this field (of this key) had been changed in the browser."""
        bound = self.panel.bound(field)
        key = key or bound["key"]
        st.session_state[key] = value
        bound["on_change"](field, key, None)


@pytest.fixture
def bar(monkeypatch: pytest.MonkeyPatch) -> Address:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(address, "show_again", lambda: None)
    return Address()


def test_a_choice_goes_into_the_address_and_leaves_the_widgets_as_they_are(bar: Address) -> None:
    assert bar.panel.begin(bar.now)
    key = bar.panel.key("year")
    bar.choose("year", "1999")
    assert bar.now == {"year": "1999"}
    assert not bar.panel.begin(bar.now)
    assert bar.panel.key("year") == key, "a new key would take the focus away"


def test_an_address_from_outside_makes_the_widgets_begin_anew(bar: Address) -> None:
    bar.panel.begin(bar.now)
    bar.choose("year", "1999")
    key = bar.panel.key("year")
    bar.now = {"year": "2001"}
    assert bar.panel.begin(bar.now)
    assert bar.panel.key("year") != key


def test_a_message_from_before_a_link_does_not_undo_the_link(bar: Address) -> None:
    bar.panel.begin(bar.now)
    before = bar.panel.key("year")
    bar.now = {"year": "2001"}
    bar.panel.begin(bar.now)
    bar.choose("year", "1870", before)
    assert bar.now == {"year": "2001"}
