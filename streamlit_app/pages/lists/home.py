"""Where one begins: first steps for somebody new, today's picks for everybody else."""

from functools import partial
from typing import Final

from streamlit_app.api.history import HistoryRow
from streamlit_app.api.transport import ApiError
from streamlit_app.asked import Asked
from streamlit_app.pages.gate import gate
from streamlit_app.pages.lists import held, shown
from streamlit_app.pages.lists.first_steps import first_steps
from streamlit_app.pages.titles.grid import grid, similar_link
from streamlit_app.pages.words import heading, lead, section
from streamlit_app.parts import Effect, Elsewhere, Fill, Html, Link, Parts, Row, Slot
from streamlit_app.questions.lists import today
from streamlit_app.questions.search import Search

_LATEST: Final = 10
_PICKING: Final = "home_picking"
_OLD_LINKS: Final = ("q", "title", "like")
_WELCOME: Final = "Welcome to watcher"


def home(asked: Asked) -> Parts:
    """The whole page."""
    if any(name in asked.params for name in _OLD_LINKS):
        yield Elsewhere("similar", asked.params)
    named = yield Slot()
    try:
        yield from gate(asked, "choose for you")
        if asked.who.is_known:
            asked.health()
            yield from _page(asked)
        else:
            yield Fill(named, [heading(_WELCOME)])
    except ApiError:
        yield Fill(named, [heading(_WELCOME)])
        raise


def _page(asked: Asked) -> Parts:
    latest = asked.history.page({"limit": _LATEST, "offset": 0, "sort": "latest"})
    # Whoever picks titles goes on picking until they say that they are done.
    picker = asked.who.caller.profile if asked.who.has_company else ""
    picking = asked.session.get(_PICKING) == picker
    if not latest.total or "pick" in asked.params or picking:
        asked.session[_PICKING] = picker
        yield from _first(asked, has_history=bool(latest.total))
    else:
        yield from _picks(asked, latest.rows)


def _first(asked: Asked, *, has_history: bool) -> Parts:
    if has_history:
        yield heading("What do you like?")
    else:
        yield Html(
            f"<h1>{_WELCOME}</h1>"
            '<p class="w-lead w-quiet">It finds films and series like those you love, and says '
            "why. Bring what you have watched, or pick three titles that you like.</p>"
        )
    ways = [
        Link("Import a file", "history", {"view": "import"}, "upload_file"),
        Link("Connect Trakt", "people", icon="link"),
        similar_link("Just look around", Search(), "explore"),
    ]
    yield Row(ways, "bring")
    yield first_steps(asked, partial(_done, asked))


def _done(asked: Asked) -> None:
    asked.session[_PICKING] = None
    asked.address.go({})


def _picks(asked: Asked, latest: tuple[HistoryRow, ...]) -> Parts:
    picks = yield from held.picks(asked, today())
    yield heading("Picks for today")
    for sentence in (picks.cold_start, picks.note):
        if sentence:
            yield lead(sentence)
    yield from grid(asked, picks.results, Search())
    yield Effect(partial(shown.shown, asked, picks))
    yield section("Go on")
    last = next((row.title for row in latest if row.title), None)
    like = [similar_link(f"Like {last.title}", Search(title=last.ref), "explore")] if last else []
    ways = [
        Link("A longer list", "recommendations", icon="playlist_play"),
        *like,
        Link("Your history", "history", icon="history"),
        Link("Pick more titles you like", "", {"pick": "1"}, "favorite"),
    ]
    yield Row(ways)
