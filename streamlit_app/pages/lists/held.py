"""The list that stands on a page: it stays the same while one acts on its cards.

An action changes what the API would answer; the next list is without the title, this one isn't.
"""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from streamlit_app.api.recommendations import Picks
from streamlit_app.api.transport import Caller
from streamlit_app.asked import Asked
from streamlit_app.household import Session
from streamlit_app.parts import Part, Waiting
from streamlit_app.questions.lists import ListRequest

_HELD: Final = "list_held"
_WORDED: Final = "list_worded"

_THREADS: Final = ThreadPoolExecutor(8, thread_name_prefix="worded")
"""For answers that take seconds."""


class _Key(NamedTuple):
    whose: Caller
    wish: ListRequest


def forget(session: Session) -> None:
    """Call where a page is come to: it asks for its list anew."""
    session.pop(_HELD, None)
    session.pop(_WORDED, None)


def picks(asked: Asked, wish: ListRequest) -> Generator[Part, Any, Picks]:
    """The list for a wish in plain words; for `yield from`."""
    key = _Key(asked.who.caller, wish.unworded)
    held: tuple[_Key, Picks] | None = asked.session.get(_HELD)
    if held is None or held[0] != key:
        lists = asked.client.recommendations(key.whose)
        found = yield Waiting("Choosing for you …", lambda: lists.picks(key.wish))
        held = asked.session[_HELD] = key, found
    return held[1]


def worded(asked: Asked, wish: ListRequest) -> Future[Picks]:
    """The same by the language model, asked for beside the page; asked once."""
    key = _Key(asked.who.caller, wish)
    held: tuple[_Key, Future[Picks]] | None = asked.session.get(_WORDED)
    if held is None or held[0] != key:
        lists = asked.client.recommendations(key.whose)
        held = asked.session[_WORDED] = key, _THREADS.submit(lists.picks, wish, worded=True)
    return held[1]
