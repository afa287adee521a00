"""Names that no title was surely found for: each is settled once, by a click."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from math import ceil
from typing import Final, NamedTuple

from streamlit_app.api.history import Undo, UnmatchedName, UnmatchedPage
from streamlit_app.api.titles import TitleCard
from streamlit_app.api.transport import ApiError
from streamlit_app.asked import Asked
from streamlit_app.followed import Followed
from streamlit_app.pages.history.importing import name_line
from streamlit_app.pages.titles.name_box import name_box, named
from streamlit_app.pages.words import counted, notice, status
from streamlit_app.parts import (
    Again,
    Button,
    Column,
    Fragment,
    Html,
    Link,
    Parts,
    Popover,
    Row,
    widget,
)
from streamlit_app.questions.history import HistoryView

_SETTLED: Final = "names_settled"
_FAILED: Final = "names_failed"
_AT_ONCE: Final = 10

_Name = tuple[str, str, int | None]


class _Settled(NamedTuple):
    """What was said of a name, and what takes it back."""

    sentence: str
    undo: Undo


def names(asked: Asked, view: HistoryView) -> Parts:
    """The names of most entries, a page of ten."""
    found = asked.history.unmatched((view.page - 1) * _AT_ONCE, _AT_ONCE)
    asked.session[_SETTLED] = {}
    if not found.rows:
        yield from _empty(found)
        return
    pages = ceil(found.total / _AT_ONCE)
    where = f", page {view.page:,} of {pages:,}" if pages > 1 else ""
    yield status(
        f"{counted(found.total, 'name')} without a sure title{where}. Say once what each means; "
        "later imports remember it.",
        "w-lead w-quiet",
    )
    for rank, name in enumerate(found.rows):
        yield Fragment(_Unsettled(asked, name, rank).parts)
    if pages > 1:
        yield Button("Show the next", "names-next", "refresh")
        panel = Followed(asked, "names", partial(_go, asked), _turned)
        panel.begin(view)
        # Once some are settled there are fewer pages.
        yield widget("pagination", pages, default=view.page, **panel.bound(f"page&{pages}"))


def _empty(found: UnmatchedPage) -> Parts:
    if found.total:
        told = f"There are {counted(found.total, 'name')} on those before."
        yield notice("This page is empty", told)
        first = HistoryView(view="names").to_params()
        yield Link("Back to the first page", "history", first)
    else:
        yield notice("Nothing to settle", "Every name in your history has its title.")


def _turned(_field: str, page: int) -> HistoryView:
    return HistoryView(view="names", page=page)


def _go(asked: Asked, wanted: HistoryView) -> None:
    asked.address.go(wanted.to_params())


@dataclass(frozen=True, slots=True)
class _Unsettled:
    """One name and what it may mean; settling runs only this."""

    asked: Asked
    name: UnmatchedName
    rank: int

    def parts(self) -> Parts:
        if failed := self.asked.session.pop(_FAILED, ""):
            yield widget("toast", failed, icon=":material/error:", duration="long")
        yield Column(self._inside(), f"name-{self.rank}", border=True)

    def _inside(self) -> Parts:
        yield Html(f'<p class="w-name" dir="auto">{escape(name_line(self.name))}</p>')
        settled = self._all.get(self._key)
        if settled:
            told = status(settled.sentence, "w-done", grows=False)
            back = Button("Undo", f"unsettle-{self.rank}", does=self._undo, kind="tertiary")
            yield Row([told, back], gap="xsmall", align="center")
        else:
            yield Row(self._meanings(), gap="xsmall")

    def _meanings(self) -> Parts:
        rank, suggested = self.rank, [one.title for one in self.name.suggestions]
        for place, title in enumerate(suggested):
            means = partial(self._settle, title)
            yield Button(named(title), f"means-{rank}-{place}", does=means)
        label = "None of these" if suggested else "Leave it without a title"
        yield Button(label, f"none-{rank}", "block", partial(self._settle, None))
        box = name_box(self.asked, "Name of the title", f"w_settle_{rank}", self._matching)
        yield Popover("Find it by name", lambda: [box], f"find-{rank}", "search")

    def _matching(self, titles: Sequence[TitleCard]) -> Parts:
        # A film can't be meant by the name of a series.
        same = [title for title in titles if title.media_type == self.name.media_type]
        for place, title in enumerate(same):
            pressed = yield Button(named(title), f"found-{self.rank}-{place}", wide=True)
            if pressed:
                self._settle(title)
                yield Again()

    def _settle(self, title: TitleCard | None) -> None:
        def settle() -> None:
            undo = self.asked.history.match(self.name, title.tmdb_id if title else None)
            told = f"It is {title.dated}." if title else "Left without a title."
            self._all[self._key] = _Settled(told, undo)

        self._try(settle)

    def _undo(self) -> None:
        self._try(lambda: self.asked.history.unmatch(self._all.pop(self._key).undo))

    def _try(self, change: Callable[[], None]) -> None:
        try:
            change()
        except ApiError as error:
            self.asked.session[_FAILED] = error.detail
        else:
            self.asked.changed()

    @property
    def _all(self) -> dict[_Name, _Settled]:
        kept: dict[_Name, _Settled] = self.asked.session.setdefault(_SETTLED, {})
        return kept

    @property
    def _key(self) -> _Name:
        return self.name.media_type, self.name.name, self.name.year
