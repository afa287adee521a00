"""What one may do with a title: seen it, rate, not for me, watchlist; each can be undone.

Every action runs its own card only. What the API said to it stands under the card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Final

import streamlit as st

from streamlit_app import answers, viewer
from streamlit_app.api.history import History, HistoryRow, Mark, Undo
from streamlit_app.api.transport import ApiError
from streamlit_app.pages.titles import cards
from streamlit_app.pages.titles.ways import Way, ways_of, words_of
from streamlit_app.questions.search import TitleRef

_STANDINGS: Final = "standings"
_OUTCOMES: Final = "outcomes"
_RATINGS: Final = tuple(range(10, 0, -1))
_NO_RATING: Final = 0
_AT_ONCE: Final = 200

_Key = tuple[str, str, TitleRef]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the last action on a title did: a sentence, and what takes it back."""

    sentence: str
    undo: Undo | None = None
    failed: bool = False


def load(refs: Iterable[TitleRef]) -> None:
    """Learn where the viewer stands with these titles, by one call; before their cards are drawn.

    Where that can't be learnt the cards stand without it: the page tells of its own trouble.
    """
    if not viewer.now().is_known:
        return
    wanted = list(dict.fromkeys(refs))[:_AT_ONCE]
    if not wanted:
        return
    try:
        rows = _history().standings(wanted)
    except ApiError:
        return
    known = {TitleRef(row.media_type, row.tmdb_id): row for row in rows if row.tmdb_id}
    for ref in wanted:
        _kept()[_key(ref)] = known.get(ref)


def keep(rows: Iterable[HistoryRow]) -> None:
    """Take rows of the history for where the viewer stands: they were just read."""
    for row in rows:
        if row.title:
            _kept()[_key(row.title.ref)] = row


def standing(ref: TitleRef) -> HistoryRow | None:
    """Where the viewer stands with a title, as far as it was loaded; None for nowhere."""
    return _kept().get(_key(ref))


def bar(ref: TitleRef, name: str, place: str) -> None:
    """The buttons of one title, and what the last one did; inside the card's own fragment.

    `place` makes the keys of a page's cards differ. Nothing is shown to nobody.
    """
    if not viewer.now().is_known:
        return
    with st.container(key=f"acts-{place}", horizontal=True, gap="xxsmall"):
        for way in ways_of(standing(ref)):
            if way.name == "rate":
                _rate(ref, place, way)
            else:
                _button(ref, place, way)
    outcome(ref, name, place)


def outcome(ref: TitleRef, name: str, place: str) -> None:
    """What the last action on the title did, with the way to undo it."""
    last = _outcomes().get(_key(ref))
    if last is None:
        return
    with st.container(key=f"done-{place}", horizontal=True, gap="xsmall"):
        style = "w-failed" if last.failed else "w-done"
        st.html(
            f'<p class="{style}" role="status"><span class="w-unseen">{escape(name)}: </span>'
            f"{escape(last.sentence)}</p>",
            width="content",
        )
        if last.undo is not None:
            st.button("Undo", key=f"undo-{place}", type="tertiary", on_click=_undo, args=(ref,))


def mine(ref: TitleRef) -> tuple[str, ...]:
    """Where the viewer stands with a title, in words."""
    return words_of(standing(ref))


def card_bar(ref: TitleRef, name: str, place: str, *, gone: bool = False) -> None:
    """As `bar`, with where the viewer stands in words; for a card, which itself says nothing of it.

    `gone` says that the list will be without the title.
    """
    bar(ref, name, place)
    if words := mine(ref):
        # Behind the rest, so that nothing else changes its place among the card's parts; the look
        # puts it above the buttons.
        st.html(cards.standing(words, gone=gone))


def act(ref: TitleRef, sentence: str, change: Callable[[History], Undo]) -> bool:
    """Make a change to a title of the viewer's history; whether it was made.

    Its sentence, or the API's where it failed, is the title's outcome. For callbacks.
    """
    try:
        undo = change(_history())
        viewer.changed()
        rows = _history().standings([ref])
    except ApiError as error:
        _outcomes()[_key(ref)] = Outcome(error.detail, failed=True)
        return False
    _kept()[_key(ref)] = rows[0] if rows else None
    _outcomes()[_key(ref)] = Outcome(sentence, undo)
    return True


def rate(ref: TitleRef, rating: int | None) -> None:
    """Rate a title; for callbacks."""
    act(
        ref,
        f"{rating} of 10." if rating else "No rating.",
        lambda history: history.rate(ref, rating),
    )


def saw(ref: TitleRef) -> None:
    """Note that a title was watched just now; for callbacks."""
    act(ref, "Seen.", lambda history: history.watched(ref))


def rating_label(rating: int) -> str:
    """A choice of the rating menu."""
    return f"★ {rating}" if rating else "No rating"


def _rate(ref: TitleRef, place: str, way: Way) -> None:
    key = f"rate-{place}"
    st.menu_button(
        way.label,
        _RATINGS + ((_NO_RATING,) if way.on else ()),
        format_func=rating_label,
        key=key,
        icon=f":material/{way.icon}:",
        type="primary" if way.on else "secondary",
        on_click=_rated,
        args=(ref, key),
    )


def _rated(ref: TitleRef, key: str) -> None:
    rate(ref, st.session_state[key] or None)


def _button(ref: TitleRef, place: str, way: Way) -> None:
    change = {
        "seen": partial(_seen, ref, not way.on),
        "list": partial(_marked, ref, "watchlisted", not way.on),
        "not": partial(_marked, ref, "dismissed", not way.on),
    }[way.name]
    st.button(
        way.label,
        key=f"{way.name}-{place}",
        icon=f":material/{way.icon}:",
        type="primary" if way.on else "secondary",
        on_click=change,
    )


def _seen(ref: TitleRef, on: bool) -> None:  # noqa: FBT001 -- a callback's argument
    if on:
        saw(ref)
    else:
        act(ref, "Not seen.", lambda history: history.not_watched(ref))


_SENTENCES: Final[dict[tuple[Mark, bool], str]] = {
    ("loved", True): "Loved.",
    ("loved", False): "No longer loved.",
    ("watchlisted", True): "On your watchlist.",
    ("watchlisted", False): "Off your watchlist.",
    ("dismissed", True): "Not for you.",
    ("dismissed", False): "May be recommended again.",
}


def _marked(ref: TitleRef, mark: Mark, on: bool) -> None:  # noqa: FBT001 -- as above
    act(ref, _SENTENCES[mark, on], lambda history: history.mark(ref, mark, on=on))


def _undo(ref: TitleRef) -> None:
    last = _outcomes().get(_key(ref))
    if last is None or last.undo is None:
        return
    undo = last.undo
    if act(ref, "", lambda history: history.undo(undo)):
        _outcomes()[_key(ref)] = Outcome("Undone.")


def _history() -> History:
    return answers.client().history(viewer.caller())


def _key(ref: TitleRef) -> _Key:
    who = viewer.now()
    # The profile of a person alone is made by their first change: they are the same before it.
    whose = who.caller.profile if len(who.people) > 1 else ""
    return who.caller.token, whose, ref


def _kept() -> dict[_Key, HistoryRow | None]:
    kept: dict[_Key, HistoryRow | None] = st.session_state.setdefault(_STANDINGS, {})
    return kept


def _outcomes() -> dict[_Key, Outcome]:
    kept: dict[_Key, Outcome] = st.session_state.setdefault(_OUTCOMES, {})
    return kept
