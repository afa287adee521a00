"""Parts of a page: both renderers know each, and a page is given what its parts hold."""

from collections.abc import Iterator
from typing import Any

import pytest

from stand_ins.watcher.api import WatcherApi
from streamlit_app.api.client import ApiClient, Health
from streamlit_app.api.transport import ApiError, ApiUnreachable
from streamlit_app.asked import Asked
from streamlit_app.household import Viewer, who_is_watching
from streamlit_app.pages.history.page import history
from streamlit_app.pages.words import heading, words
from streamlit_app.parts import (
    Again,
    Box,
    Button,
    Column,
    Effect,
    Expander,
    Fill,
    Fragment,
    Link,
    Part,
    Parts,
    Row,
    Slot,
    Waiting,
    walk,
    widget,
)
from streamlit_app.questions.address import Address
from streamlit_app.render.first_look.faces import Faces, Untold
from streamlit_app.render.widgets import Drawing

pytestmark = pytest.mark.enable_socket

NOT_DRAWN = {"slot", "fill", "waiting", "pagename"}
"""What has no face of its own in the first look: it says where others go, or what they are."""


@pytest.fixture
def faces() -> Iterator[Faces]:
    client = ApiClient("http://127.0.0.1:1")
    address = Address.of({"q": ["rain"], "profile": ["p1"]})
    yield Faces(
        Asked(address, {}, Viewer("known"), client, client.titles, lambda: Health(status="ok"))
    )
    client.close()


@pytest.mark.parametrize("kind", Part.__subclasses__(), ids=lambda kind: str(kind.__name__))
def test_both_renderers_know_each_kind_of_part(kind: type[Part]) -> None:
    name = kind.__name__.lower()
    assert hasattr(Drawing, f"_{name}")
    assert (name in NOT_DRAWN) != hasattr(Faces, f"_{name}")


def test_a_page_is_sent_what_its_parts_hold_and_errors_of_the_api() -> None:
    told: list[object] = []

    def page() -> Parts:
        told.append((yield Box("Name", "name")))
        try:
            yield Waiting("One moment …", lambda: None)
        except ApiError as error:
            told.append(error.detail)
        told.append((yield Button("Go")))

    def show(part: Part) -> object:
        if isinstance(part, Waiting):
            raise ApiUnreachable("Away.")
        return part.label if isinstance(part, Box | Button) else None

    walk(page(), show)
    assert told == ["Name", "Away.", "Go"]


def test_an_error_that_a_page_does_not_expect_leaves_it() -> None:
    def page() -> Parts:
        yield Waiting("One moment …", lambda: None)

    def show(_part: Part) -> object:
        raise ApiUnreachable("Away.")

    with pytest.raises(ApiUnreachable):
        walk(page(), show)


def test_words_of_others_are_text_wherever_they_stand(faces: Faces) -> None:
    hostile = '" onload="alert(1)"><script>alert(1)</script>'

    def page() -> Parts:
        yield heading(hostile)
        yield words(hostile)
        yield Link(hostile, "similar", {"q": hostile}, hostile)
        yield Button(hostile, hostile, hostile)
        yield Box(hostile, hostile, hostile, placeholder=hostile, labelled=True)
        yield Column([Row([words(hostile)], hostile)], hostile)

    told = faces.told(page())
    assert "<script" not in told
    assert 'onload="' not in told


def test_a_link_of_the_first_look_keeps_who_is_watching(faces: Faces) -> None:
    told = faces.told([Link("Heists", "similar", {"q": "a heist"})])
    assert 'href="similar?q=a+heist&amp;profile=p1"' in told
    assert 'href="./?profile=p1"' in faces.told([Link("Home", "")])


def test_the_first_look_does_nothing_and_opens_nothing(faces: Faces) -> None:
    done: list[str] = []

    def opened() -> Parts:
        done.append("opened")
        yield words("What is inside.")

    parts = [
        Effect(lambda: done.append("done")),
        Expander("More", opened, "more"),
        widget("slider", "Least", 0, 10),
        widget("caption", "Small", face=words("Small.")),
        Fragment(lambda: [words("Of its own.")], every=1.0),
    ]
    told = faces.told(parts)
    assert done == []
    assert "What is inside." not in told
    assert "Small." in told
    assert "Of its own." in told
    with pytest.raises(Untold):
        faces.told([Again()])


def test_what_is_known_later_stands_where_it_belongs(faces: Faces) -> None:
    def page() -> Parts:
        above = yield Slot()
        yield words("Below.")
        yield Fill(above, [words("Above.")])

    told = faces.told(page())
    assert told.index("Above.") < told.index("Below.")


def test_a_page_is_worked_without_streamlit(api: WatcherApi) -> None:
    me = api.household.add("Me")
    me.standings["movie", 603] = {"watched": True}
    client, address = ApiClient(api.url), Address.of({})
    session: dict[str, object] = {}
    who = who_is_watching(client, session, address, at_home=True)
    asked = Asked(address, session, who, client, client.titles, client.health)
    parts: dict[str, Any] = {}

    def show(part: Part) -> None:
        parts[getattr(part, "key", "")] = part
        walk(part.inside() if isinstance(part, Fragment) else getattr(part, "parts", ()), show)

    walk(history(asked), show)
    assert parts["seen-h0"].label == "Seen: take it back"
    parts["seen-h0"].does()
    assert not me.standings["movie", 603].get("watched")
    parts["h_show"].takes("rated")
    assert address.params == {"show": ["rated"]}
    client.close()
