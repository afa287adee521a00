"""The widgets of a search. The address is the truth: widgets follow it and write to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, cast

from streamlit_app import parts as p
from streamlit_app.api.titles import TitleCard
from streamlit_app.asked import Asked
from streamlit_app.followed import Followed, Value
from streamlit_app.pages.search.filters import filters, how_many, kinds
from streamlit_app.pages.titles.grid import similar_link
from streamlit_app.pages.titles.name_box import name_box, named
from streamlit_app.pages.words import words
from streamlit_app.questions.search import (
    COUNTS,
    MAX_LIKED,
    MAX_TEXT,
    MODES,
    Search,
    longer,
    parse_title,
)
from streamlit_app.questions.vocabulary import KIND_NAMES, Kind

_MODE: Final = "search_mode"
_PROBLEM: Final = "id_problem"


@dataclass(frozen=True, slots=True)
class SearchPanel:
    """The widgets, set to a search; a change goes into the address and runs the page."""

    asked: Asked
    search: Search

    def parts(self) -> p.Parts:
        """All of them."""
        before = self._panel.shown()
        if self._panel.begin(self.search):
            self._begun(before)
        yield p.Column(self._inside(), "panel")

    def more(self, shown: int) -> p.Parts:
        """A button for a longer list, where there may be more than the `shown` titles."""
        count = longer(self.search, shown)
        if count is not None:
            does = partial(self._write, replace(self.search, k=count))
            button = p.Button("Show more", icon="expand_more", does=does)
            yield p.Row([button], "more", place="center")

    @property
    def _panel(self) -> Followed[Search]:
        return Followed(self.asked, "w", self._write, self._changed)

    def _current(self) -> Search:
        return Search.from_params(self.asked.params)

    def _write(self, wanted: Search) -> None:
        self.asked.session[_PROBLEM] = ""
        self.asked.address.go(wanted.to_params())

    def _changed(self, field: str, value: Value) -> Search:
        search = self._current()
        if field != "text":
            return replace(search, **{field: value})
        if self.asked.session[_MODE] != "several":
            search = replace(search, like=(), unlike=())
        return search.for_text(value or "")

    def _begun(self, before: Search | None) -> None:
        """The way of asking that fits a search that no widget made; as at a first look."""
        session, search = self.asked.session, self.search
        session[_PROBLEM] = ""
        chosen = len(before.like + before.unlike) if before else 0
        # Whoever lets the last one go may want to add another.
        let_go = search.is_empty and len(search.unlike) == chosen - 1
        if search.like or let_go:
            session[_MODE] = "several"
        elif not search.title:
            session[_MODE] = "words"
        elif session.get(_MODE) != "id":
            session[_MODE] = "name"

    def _inside(self) -> p.Parts:
        mode: str = self.asked.session[_MODE]
        narrows = [
            kinds(self._panel, self.search.results),
            how_many(self._panel, "k", COUNTS, self.search.k),
        ]
        bound = self._panel.bound("mode", partial(self.asked.session.__setitem__, _MODE))
        modes = p.Segments("How to look", MODES, mode, wraps=True, **bound)
        beside = p.Row(narrows, align="center", grows=False)
        yield p.Row([modes, beside], align="center", place="distribute")
        if mode == "id":
            yield from self._by_id()
        elif mode == "name":
            key = self._panel.key("name")
            label = "Name of a film or series"
            yield name_box(self.asked, label, key, self._leading_on, self._in_words)
        elif mode == "several":
            yield from self._several()
        if mode == "words" or (mode == "several" and self.search.like):
            yield self._by_words()
        yield from filters(self._panel, self.search, self._last)

    def _several(self) -> p.Parts:
        """The titles chosen so far, each a link that lets it go, and the box for names."""
        search = self.search
        for heading, place, refs in (
            ("Like", "liked", (search.title,) if search.title else search.like),
            ("Not like", "unliked", search.unlike),
        ):
            links = [
                similar_link(self.asked.titles.name(ref), search.letting_go(ref), "close")
                for ref in refs
            ]
            if links:
                told: list[p.Part] = [words(heading, grows=False), *links]
                yield p.Row(told, place, "xsmall", "center")
        if len(search.like) < MAX_LIKED:
            key = self._panel.key("name")
            yield name_box(self.asked, "Add a film or series", key, self._adding)

    def _by_words(self) -> p.AddressForm:
        """The box for words: Enter goes on even before anything else of the page stands."""
        search = self.search
        box = p.Box(
            "What would you like to watch?",
            value=search.text,
            kind="search",
            longest=MAX_TEXT,
            placeholder="… but funnier, or in space"
            if search.like
            else "A mood, a plot, a title, a director …",
            name="q",
            **self._panel.bound("text"),
        )
        button = p.Button("Search", does=self._panel.again("text"), kind="primary")
        kept = replace(search, text="", title=search.title if search.like else None)
        return p.AddressForm("similar", kept.to_params(), box, button)

    def _by_id(self) -> p.Parts:
        title = self.search.title
        given = self._id_given
        kind = self._panel.bound("kind", given)
        now = title.kind if title else "movie"
        box = p.Box(
            "TMDB id or address",
            value=str(title.tmdb_id) if title else "",
            longest=200,
            placeholder="603, or themoviedb.org/movie/603",
            width=300,
            labelled=True,
            **self._panel.bound("id", given),
        )
        button = p.Button("Find similar titles", does=given, kind="primary")
        kinds = p.Segments("Kind", KIND_NAMES, now, labelled=True, **kind)
        yield p.Row([kinds, box, button], align="bottom")
        if problem := self.asked.session.get(_PROBLEM):
            yield p.widget("error", problem)

    def _id_given(self, _value: Value = None) -> None:
        text = (self._panel.held("id") or "").strip()
        title = parse_title(text, cast("Kind", self._panel.held("kind")))
        if title:
            # The boxes begin anew, with kind and number as they were understood.
            self._write(self._current().for_title(title))
            return
        self.asked.session[_PROBLEM] = text and (
            "A TMDB id is a number such as 603; the address of a film or series on "
            "themoviedb.org will do as well."
        )

    def _last(self) -> p.Parts:
        search = self.search
        if self.asked.who.is_known:
            bound = self._panel.bound("unseen")
            yield p.Toggle("Leave out what I have watched", search.unseen, **bound)
        clear = partial(self._write, search.without_filters())
        narrows = bool(search.filters or search.unseen)
        yield p.Button("Clear all filters", does=clear, disabled=not narrows)

    def _leading_on(self, titles: Sequence[TitleCard]) -> p.Parts:
        for title in titles:
            yield similar_link(named(title), self.search.for_title(title.ref), wide=True)

    def _in_words(self, name: str) -> p.Parts:
        yield similar_link("Look for it in your own words", self.search.for_text(name), "search")

    def _adding(self, titles: Sequence[TitleCard]) -> p.Parts:
        """For each match: like it, or not like it."""
        search = self.search
        for title in titles:
            ways = [similar_link(named(title), search.liking(title.ref), wide=True)]
            if search.like or search.title:
                without = search.unliking(title.ref)
                ways.append(similar_link("Not like it", without, "thumb_down"))
            yield p.Row(ways, gap="xsmall", align="center", wraps=False)
