"""The widgets of what a search or a list lets pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import streamlit as st

from streamlit_app.choice_menu import choice_menu
from streamlit_app.followed import Followed
from streamlit_app.questions.search import MINUTES, YEARS, Search
from streamlit_app.questions.vocabulary import GENRES, KINDS_NAMES, LANGUAGES
from streamlit_app.unfolding import expander
from streamlit_app.wording import counted, narrowed

_VOTES: Final = (0, 50, 200, 1000, 5000)
_T = TypeVar("_T")


def kinds(panel: Followed[Any], of: Search) -> None:
    """Films, series, or both."""
    st.segmented_control(
        "What to show",
        list(KINDS_NAMES),
        default=of.results,
        format_func=KINDS_NAMES.__getitem__,
        required=True,
        label_visibility="collapsed",
        **panel.bound("results"),
    )


def how_many(panel: Followed[Any], field: str, counts: Sequence[int], now: int) -> None:
    """The choice of a number of titles; `now` is one of them or stands among them."""
    every = sorted(with_own(counts, now))
    choice_menu(panel, field, _titles(now), now, every, _titles)


def _titles(count: int) -> str:
    return counted(count, "title")


def filters(panel: Followed[Any], of: Search, last: Callable[[], None]) -> None:
    """Everything else that narrows, behind one click; `last` draws what is a page's own.

    What is set is told below, open or not.
    """

    def draw() -> None:
        first, second = st.columns(2, gap="medium")
        with first:
            _numbers(panel, of)
        with second:
            _choices(panel, of)
            last()

    expander("Filters", draw, key="filters")
    if set_now := replace(of, results="all").described():
        filtered(set_now)


def filtered(conditions: Sequence[str]) -> None:
    """What is set, in words."""
    st.html(narrowed(conditions))


def with_own(options: Sequence[_T], *own: _T) -> list[_T]:
    """The options, and those of an address that are none of them."""
    return [*options, *(value for value in own if value not in options)]


def _numbers(panel: Followed[Any], of: Search) -> None:
    _bounds(panel, of, ("From year", "year_from"), ("To year", "year_to"), YEARS)
    least, most = ("Minutes, at least", "runtime_from"), ("at most", "runtime_to")
    _bounds(panel, of, least, most, MINUTES)
    votes = with_own(_VOTES, of.min_votes)
    st.selectbox(
        "Votes",
        votes,
        index=votes.index(of.min_votes),
        format_func=lambda votes: f"At least {votes:,}" if votes else "Any number",
        **panel.bound("min_votes"),
    )
    st.slider(
        "Rating of at least",
        0.0,
        10.0,
        value=of.min_rating,
        step=0.5,
        format="%.1f",
        **panel.bound("min_rating"),
    )


def _choices(panel: Followed[Any], of: Search) -> None:
    for label, field in (("Any of these genres", "genres"), ("None of these", "without_genres")):
        chosen: tuple[str, ...] = getattr(of, field)
        st.multiselect(
            label,
            GENRES,
            default=list(chosen),
            placeholder="Choose genres",
            **panel.bound(field),
        )
    st.multiselect(
        "Made in one of these languages",
        with_own(sorted(LANGUAGES, key=LANGUAGES.__getitem__), *of.languages),
        default=list(of.languages),
        format_func=lambda code: LANGUAGES.get(code, code),
        placeholder="Choose languages",
        **panel.bound("languages"),
    )


def _bounds(
    panel: Followed[Any],
    of: Search,
    least: tuple[str, str],
    most: tuple[str, str],
    range_: tuple[int, int],
) -> None:
    """Two boxes beside each other for numbers within a range; empty for any."""
    for place, (label, field) in zip(st.columns(2, gap="small"), (least, most), strict=True):
        now: int | None = getattr(of, field)
        place.number_input(
            label, *range_, value=now, step=1, placeholder="Any", **panel.bound(field)
        )
