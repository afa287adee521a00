"""Home: first steps for somebody new, today's picks for everybody else."""

from __future__ import annotations

from html import escape
from typing import Final

from streamlit_app.api.history import HistoryPage
from streamlit_app.api.recommendations import Picks
from streamlit_app.pages.lists import today
from streamlit_app.pages.titles import cards, starters
from streamlit_app.prerender import grids, parts, words
from streamlit_app.prerender.asked import Asked, Shown
from streamlit_app.questions.search import Search

_LATEST: Final = 10
_OLD_LINKS: Final = ("q", "title", "like")


def home(asked: Asked) -> Shown | None:
    """First steps for somebody new, today's picks for everybody else."""
    if any(name in asked.params for name in _OLD_LINKS):
        return None
    if not asked.who.is_known:
        return words.whose(asked, "Welcome to watcher")
    history = asked.client.history(asked.who.caller)
    latest = history.page({"limit": _LATEST, "offset": 0, "sort": "latest"})
    if not latest.total or "pick" in asked.params:
        return _first_steps(asked, has_history=bool(latest.total))
    found = words.listed(asked, today.wish())
    return Shown(
        [
            words.heading("Picks for today"),
            *_told(found),
            grids.picks(asked, found.results),
            parts.html('<h2 class="w-ask">Go on</h2>'),
            parts.row(_further(asked, latest)),
        ]
    )


def _told(found: Picks) -> list[str]:
    sentences = (found.cold_start, found.note)
    return [parts.html(f'<p class="w-lead w-quiet">{escape(one)}</p>') for one in sentences if one]


def _first_steps(asked: Asked, *, has_history: bool) -> Shown:
    welcome = (
        '<p class="w-lead w-quiet">It finds films and series like those you love, and says why. '
        "Bring what you have watched, or pick three titles that you like.</p>"
    )
    heading = "What do you like?" if has_history else "Welcome to watcher"
    ways = [
        parts.link("Import a file", asked.href("history", {"view": "import"}), "upload_file"),
        parts.link("Connect Trakt", asked.href("people"), "link"),
        parts.link("Just look around", asked.href("similar"), "explore"),
    ]
    known = asked.existing(starters.WELL_KNOWN)
    stand = asked.standings(title.ref for title in known)
    liked = {title.ref for title in known if (row := stand.get(title.ref)) and row.loved}
    end: list[str] = []
    if liked:
        kind: parts.Kind = "primary" if len(liked) >= starters.ENOUGH else "secondary"
        end = [parts.button("Show my picks", "first-done", "arrow_forward", kind=kind)]
    told = parts.html(
        f'<p class="w-quiet" role="status">{starters.told(len(liked))}</p>', grows=False
    )
    covers = [
        parts.column(
            [
                parts.html(cards.card(starters.short(title), level=2)),
                parts.button(
                    "You like it" if title.ref in liked else "I like it",
                    f"like-{title.ref}",
                    "favorite",
                    kind="primary" if title.ref in liked else "secondary",
                    wide=True,
                ),
            ],
            f"card-first{rank}",
        )
        for rank, title in enumerate(known)
    ]
    name = "Begin to type a name, such as The Matrix"
    return Shown(
        [
            parts.html(f"<h1>{heading}</h1>{'' if has_history else welcome}"),
            parts.row(ways, "bring"),
            parts.box(
                "Name of a film or series that you like",
                "w_first",
                placeholder=name,
                searches=True,
            ),
            parts.row([told, *end], "first-steps", align="center"),
            parts.column(covers, "grid-first"),
        ]
    )


def _further(asked: Asked, latest: HistoryPage) -> list[str]:
    last = next((row.title for row in latest.rows if row.title), None)
    found = [parts.link("A longer list", asked.href("recommendations"), "playlist_play")]
    if last:
        like = asked.similar(Search(title=last.ref))
        found.append(parts.link(f"Like {last.title}", like, "explore"))
    return [
        *found,
        parts.link("Your history", asked.href("history"), "history"),
        parts.link("Pick more titles you like", asked.href("", {"pick": "1"}), "favorite"),
    ]
