"""Cards with what one may do with them, and rows of a history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from streamlit_app.api.history import HistoryRow
from streamlit_app.api.recommendations import Pick
from streamlit_app.api.titles import TitleCard
from streamlit_app.pages.lists import evidence
from streamlit_app.pages.titles import cards
from streamlit_app.pages.titles.ways import ways_of, words_of
from streamlit_app.prerender import parts
from streamlit_app.prerender.asked import Asked
from streamlit_app.questions.search import Search, TitleRef


def picks(asked: Asked, every: Sequence[Pick]) -> str:
    """Recommended titles, each with its reason."""
    stand = asked.standings(pick.ref for pick in every)
    found = []
    for rank, pick in enumerate(every):
        row = stand.get(pick.ref)
        drawn = cards.card(pick, level=2, reason=pick.reason, detail=evidence.line(pick))
        found.append(_card(asked, drawn, Search(title=pick.ref), row, f"pick{rank}"))
    return parts.column(found, "grid-picks")


def grid(asked: Asked, titles: Iterable[TitleCard], search: Search) -> str:
    """Titles, each with the way to its own similar ones under the wishes of `search`."""
    every = list(titles)
    stand = asked.standings(title.ref for title in every)
    found = []
    for rank, title in enumerate(every):
        row = stand.get(title.ref)
        drawn = cards.card(title, level=2)
        found.append(_card(asked, drawn, search.for_title(title.ref), row, str(rank)))
    return parts.column(found, "grid")


def bar(asked: Asked, row: HistoryRow | None, place: str) -> list[str]:
    """The buttons of one title; none for nobody."""
    if not asked.who.is_known:
        return []
    found = []
    for way in ways_of(row):
        kind: parts.Kind = "primary" if way.on else "secondary"
        press = parts.menu if way.name == "rate" else parts.button
        found.append(press(way.label, f"{way.name}-{place}", way.icon, kind=kind))
    return [parts.row(found, f"acts-{place}", "xxsmall")]


def rows(asked: Asked, every: Sequence[HistoryRow], told: Sequence[Sequence[str]]) -> str:
    """Rows of a history, each with what is `told` of the person."""
    found = [_row(asked, row, told[rank], f"h{rank}") for rank, row in enumerate(every)]
    return parts.column(found, "rows", "none")


def _row(asked: Asked, row: HistoryRow, told: Sequence[str], place: str) -> str:
    drawn = parts.html(cards.row(row, told))
    if not row.title or not row.tmdb_id:
        unknown = parts.html('<p class="w-quiet">Not in the catalogue</p>', grows=False)
        return parts.row([drawn, unknown], f"row-{place}", align="center")
    ref = TitleRef(row.media_type, row.tmdb_id)
    ways = [
        parts.link("Find similar", asked.similar(Search(title=ref)), "explore"),
        *bar(asked, row, place),
    ]
    behind = parts.row(ways, f"ways-{place}", "xxsmall", grows=False)
    return parts.row([drawn, behind], f"row-{place}", align="center")


def _card(asked: Asked, drawn: str, search: Search, row: HistoryRow | None, place: str) -> str:
    find = parts.link("Find similar", asked.similar(search), "explore")
    words = words_of(row)
    mine = [parts.html(cards.standing(words))] if words else []
    return parts.column([parts.html(drawn), find, *bar(asked, row, place), *mine], f"card-{place}")
