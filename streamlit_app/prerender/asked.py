"""What a page is asked for: by whom, with which address, and who answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from streamlit_app.address import PROFILE, Params
from streamlit_app.api.client import ApiClient, Health
from streamlit_app.api.history import HistoryRow
from streamlit_app.api.titles import TitleFacts, only_existing
from streamlit_app.household import Viewer
from streamlit_app.questions.search import Search, TitleRef


class Shown(NamedTuple):
    """A page's parts as HTML, and its name in a browser's tab."""

    parts: Sequence[str]
    title: str = "watcher"


@dataclass(frozen=True, slots=True)
class Asked:
    """One page for one person. `params` is the address's query without who is watching."""

    path: str
    params: Mapping[str, Sequence[str]]
    who: Viewer
    client: ApiClient
    health: Health

    def href(self, path: str, params: Params | None = None) -> str:
        """A link to a page, beside this one; who is watching goes with it."""
        wanted = dict(params or {})
        if self.who.profile and len(self.who.people) > 1:
            wanted[PROFILE] = self.who.profile.id
        query = urlencode(wanted, doseq=True)
        return (path or "./") + (f"?{query}" if query else "")

    def similar(self, search: Search) -> str:
        """A link to a search."""
        return self.href("similar", search.to_params())

    def standings(self, refs: Iterable[TitleRef]) -> dict[TitleRef, HistoryRow]:
        """Where the person stands with titles; without those with whom they have nothing to do."""
        wanted = list(dict.fromkeys(refs))
        if not wanted or not self.who.is_known:
            return {}
        rows = self.client.history(self.who.caller).standings(wanted)
        return {TitleRef(row.media_type, row.tmdb_id): row for row in rows if row.tmdb_id}

    def existing(self, refs: Iterable[TitleRef]) -> list[TitleFacts]:
        """Those of the titles that the catalogue has."""
        return only_existing(refs, self.client.titles.title)
