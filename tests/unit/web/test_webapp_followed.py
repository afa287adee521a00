"""Widgets that follow the address, without a browser."""

from collections.abc import Iterator

import pytest

from streamlit_app.api.client import ApiClient, Health
from streamlit_app.asked import Asked
from streamlit_app.followed import Followed
from streamlit_app.household import Viewer
from streamlit_app.questions.address import Address as AddressBar


class Address:
    """What stands in the address, as one word for each of two fields."""

    def __init__(self, client: ApiClient) -> None:
        self.now: dict[str, str] = {}
        asked = Asked(
            AddressBar.of({}),
            {},
            Viewer("known"),
            client,
            client.titles,
            lambda: Health(status="ok"),
        )
        self.panel = Followed(asked, "p", self._write, self._change)

    def _write(self, wanted: dict[str, str]) -> None:
        self.now = wanted

    def _change(self, field: str, value: str) -> dict[str, str]:
        return self.now | {field: value}

    def choose(self, field: str, value: str) -> None:
        """As if the widget of this field had been changed in the browser."""
        self.panel.bound(field)["takes"](value)


@pytest.fixture
def bar() -> Iterator[Address]:
    client = ApiClient("http://127.0.0.1:1")
    yield Address(client)
    client.close()


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
    before = bar.panel.bound("year")
    bar.now = {"year": "2001"}
    bar.panel.begin(bar.now)
    before["takes"]("1870")
    assert bar.now == {"year": "2001"}
