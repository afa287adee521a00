"""What a search or a list lets pass."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from streamlit_app.followed import Followed
from streamlit_app.pages.words import counted, filtered
from streamlit_app.parts import Columns, Expander, Menu, Part, Parts, Segments, Widget, widget
from streamlit_app.questions.search import MINUTES, YEARS, Search
from streamlit_app.questions.vocabulary import GENRES, KINDS_NAMES, LANGUAGES

_VOTES: Final = (0, 50, 200, 1000, 5000)
_T = TypeVar("_T")


def kinds(panel: Followed[Any], now: str, field: str = "results") -> Segments:
    """Films, series, or both."""
    return Segments("What to show", KINDS_NAMES, now, **panel.bound(field))


def how_many(panel: Followed[Any], field: str, counts: Sequence[int], now: int) -> Menu:
    """The choice of a number of titles; `now` is one of them or stands among them."""
    options = {count: counted(count, "title") for count in sorted(with_own(counts, now))}
    return Menu(options[now], options=options, now=now, **panel.bound(field))


def filters(panel: Followed[Any], of: Search, last: Callable[[], Iterable[Part]]) -> Parts:
    """Everything else that narrows, behind one click; `last` tells what is a page's own.

    What is set is told below, open or not.
    """

    def inside() -> Parts:
        yield Columns([_numbers(panel, of), [*_choices(panel, of), *last()]])

    yield Expander("Filters", inside, "filters")
    yield from filtered(replace(of, results="all").described())


def year_box(panel: Followed[Any], label: str, field: str, now: int | None) -> Widget:
    """A box for a year; empty for any."""
    return _number_box(panel, label, field, now, YEARS)


def with_own(options: Sequence[_T], *own: _T) -> list[_T]:
    """The options, and those of an address that are none of them."""
    return [*options, *(value for value in own if value not in options)]


def _number_box(
    panel: Followed[Any], label: str, field: str, now: int | None, bounds: tuple[int, int]
) -> Widget:
    return widget(
        "number_input", label, *bounds, value=now, step=1, placeholder="Any", **panel.bound(field)
    )


def _numbers(panel: Followed[Any], of: Search) -> Parts:
    def boxes(bounds: tuple[int, int], **labels: str) -> Columns:
        every = [
            _number_box(panel, label, field, getattr(of, field), bounds)
            for field, label in labels.items()
        ]
        return Columns([[one] for one in every], gap="small")

    yield boxes(YEARS, year_from="From year", year_to="To year")
    yield boxes(MINUTES, runtime_from="Minutes, at least", runtime_to="at most")
    votes = with_own(_VOTES, of.min_votes)
    yield widget(
        "selectbox",
        "Votes",
        votes,
        index=votes.index(of.min_votes),
        format_func=lambda votes: f"At least {votes:,}" if votes else "Any number",
        **panel.bound("min_votes"),
    )
    yield widget(
        "slider",
        "Rating of at least",
        0.0,
        10.0,
        value=of.min_rating,
        step=0.5,
        format="%.1f",
        **panel.bound("min_rating"),
    )


def _choices(panel: Followed[Any], of: Search) -> Parts:
    languages = with_own(sorted(LANGUAGES, key=LANGUAGES.__getitem__), *of.languages)
    for label, what, field, options in (
        ("Any of these genres", "genres", "genres", GENRES),
        ("None of these", "genres", "without_genres", GENRES),
        ("Made in one of these languages", "languages", "languages", languages),
    ):
        yield widget(
            "multiselect",
            label,
            options,
            default=list(getattr(of, field)),
            format_func=lambda one: LANGUAGES.get(one, one),
            placeholder=f"Choose {what}",
            **panel.bound(field),
        )
