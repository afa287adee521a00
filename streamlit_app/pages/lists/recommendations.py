"""What to see next: a list with reasons, and why a title isn't in it."""

from collections.abc import Generator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Any, Final

from streamlit_app import parts as p
from streamlit_app.api.recommendations import Picks
from streamlit_app.api.titles import TitleCard
from streamlit_app.api.transport import ApiError
from streamlit_app.asked import Asked
from streamlit_app.followed import Followed, Value
from streamlit_app.pages.gate import gate
from streamlit_app.pages.lists import held, shown
from streamlit_app.pages.search.filters import filters, how_many, kinds
from streamlit_app.pages.titles.grid import grid, similar_link
from streamlit_app.pages.titles.name_box import name_box, named
from streamlit_app.pages.words import count, counted, heading, notice, status
from streamlit_app.questions.lists import MAX_COUNT, MAX_SEED, ListRequest
from streamlit_app.questions.search import Search
from streamlit_app.questions.vocabulary import KINDS_NAMES

_POLL_SECONDS: Final = 0.5


def recommendations(asked: Asked) -> p.Parts:
    """The whole page."""
    yield heading("What to see next")
    yield from gate(asked, "choose for you")
    if not asked.who.is_known:
        return
    page = _Page(asked, ListRequest.from_params(asked.params))
    yield from page.panel()
    picks = yield from held.picks(asked, page.wish)
    if picks.results:
        yield from page.list(picks)
    else:
        yield from page.nothing(picks)
    yield from page.why()


@dataclass(frozen=True, slots=True)
class _Page:
    asked: Asked
    wish: ListRequest

    @property
    def _panel(self) -> Followed[ListRequest]:
        """The address is the truth: widgets follow it and write to it."""
        return Followed(self.asked, "l", self._go, self._changed)

    def _go(self, wish: ListRequest) -> None:
        self.asked.address.go(wish.to_params())

    def _changed(self, field: str, value: Value) -> ListRequest:
        wish = ListRequest.from_params(self.asked.params)
        if field in {"count", "worded"}:
            return replace(wish, **{field: value})
        if field == "seed":
            return replace(wish, seed=value or 0)
        return replace(wish, of=replace(wish.of, **{field: value}))

    def panel(self) -> p.Parts:
        """The widgets, set to the wish; a change goes into the address and runs the page."""
        panel, wish = self._panel, self.wish
        panel.begin(wish)
        another = partial(self._go, wish.another())
        line: list[p.Part] = [
            kinds(panel, wish.kinds),
            how_many(panel, "count", range(1, MAX_COUNT + 1), wish.count),
            p.Button("Another list", icon="refresh", does=another, kind="primary"),
        ]
        if self.asked.health().language_model.state != "off":
            label = "Let the language model word it"
            line.append(p.Toggle(label, wish.worded, **panel.bound("worded")))
        every = [p.Row(line, align="center"), *filters(panel, wish.of, self._last)]
        yield p.Column(every, "l-panel")

    def _last(self) -> p.Parts:
        yield p.widget(
            "number_input",
            "Number of the list",
            0,
            MAX_SEED,
            value=self.wish.seed,
            step=1,
            help="The same number gives the same list, as long as your history stays as it is.",
            **self._panel.bound("seed"),
        )
        clear = partial(self._go, self.wish.without_filters())
        yield p.Button("Clear all filters", does=clear, disabled=not self.wish.of.filters)

    def list(self, picks: Picks) -> p.Parts:
        """The cards; in the language model's words once those are there."""
        if self.wish.worded:
            worded = yield from self._worded()
            picks = worded or picks
        if picks.cold_start:
            yield notice("Getting to know you", picks.cold_start)
            yield p.Link("Pick titles that you like", "", {"pick": "1"}, "favorite")
        number = f", list number {self.wish.seed}" if self.wish.seed else ""
        yield count(f"{counted(len(picks.results), 'title')}, best first{number}")
        if picks.note:
            yield _caption(picks.note)
        yield from grid(self.asked, picks.results, Search())
        yield p.Effect(partial(shown.shown, self.asked, picks))

    def nothing(self, picks: Picks) -> p.Parts:
        """No result is no error: say why, and offer to loosen what narrows it."""
        wish = self.wish
        set_now = wish.of.described()
        what = f" You set: {', '.join(set_now)}." if set_now else ""
        yield notice("Nothing to recommend", (picks.note or "There is nothing.") + what)
        ways = [similar_link("Search for something", Search(), "explore")]
        if wish.kinds != "all":
            anything = ListRequest(count=wish.count).to_params()
            ways.insert(0, p.Link("Films and series", "recommendations", anything))
        if wish.of.filters:
            unfiltered = wish.without_filters().to_params()
            ways.insert(0, p.Link("Without filters", "recommendations", unfiltered))
        yield p.Row(ways)

    def _worded(self) -> Generator[p.Part, Any, Picks | None]:
        """The language model's words; None while they are waited for, and where they don't come."""
        words: Future[Picks] | None = yield p.Effect(partial(held.worded, self.asked, self.wish))
        if words is None:
            return None
        if not words.done():
            yield p.Fragment(partial(_waiting, words), every=_POLL_SECONDS)
            return None
        try:
            return words.result()
        except ApiError as error:
            yield _caption(f"The language model's words did not come: {error.detail}")
            return None

    def why(self) -> p.Parts:
        """Why is a title not in the list? Asked by its name."""
        box = name_box(self.asked, "Name of the title that you miss", "l_why", self._matching)
        yield p.Expander("Why is a title not here?", lambda: [box], "why")

    def _matching(self, titles: Sequence[TitleCard]) -> p.Parts:
        for place, title in enumerate(titles):
            pressed = yield p.Button(named(title), f"why-{place}", wide=True)
            if pressed:
                yield self._answer(title)

    def _answer(self, title: TitleCard) -> p.Html:
        try:
            lists = self.asked.client.recommendations(self.asked.who.caller)
            why = lists.why(title.ref, self.wish)
        except ApiError as error:
            return status(error.detail, "w-failed")
        more = f" {why.reason}" if why.reason else ""
        # The API looks at the list of the title's own kind, before any filter.
        where = f"For a list of {KINDS_NAMES[title.media_type].lower()}"
        where += " without your filters: " if self.wish.of.filters else ": "
        return p.Html(
            f'<p class="w-notice" role="status"><strong>{where}</strong>'
            f"{escape(why.detail)}{escape(more)}</p>"
        )


def _waiting(words: Future[Picks]) -> p.Parts:
    """Looks every half second whether the words are there."""
    if words.done():
        yield p.Again()
    yield status("The language model is choosing its words; the list stands meanwhile.")


def _caption(text: str) -> p.Widget:
    face = p.Html(f'<p class="w-caption">{escape(text)}</p>')
    return p.widget("caption", text, face=face)
