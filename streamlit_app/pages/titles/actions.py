"""What one may do with a title: seen it, rate, not for me, watchlist; each can be undone.

Every action runs its own card only. What the API said to it stands under the card.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Final

from streamlit_app.api.history import History, HistoryRow, Mark, Undo
from streamlit_app.api.transport import ApiError
from streamlit_app.asked import Asked
from streamlit_app.parts import Button, Html, Kind, Menu, Part, Parts, Row
from streamlit_app.questions.search import TitleRef

_STANDINGS: Final = "standings"
_OUTCOMES: Final = "outcomes"
_AT_ONCE: Final = 200
_SENTENCES: Final[dict[tuple[Mark, bool], str]] = {
    ("loved", True): "Loved.",
    ("loved", False): "No longer loved.",
    ("watchlisted", True): "On your watchlist.",
    ("watchlisted", False): "Off your watchlist.",
    ("dismissed", True): "Not for you.",
    ("dismissed", False): "May be recommended again.",
}

_Key = tuple[str, str, TitleRef]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the last action on a title did: a sentence, and what takes it back."""

    sentence: str
    undo: Undo | None = None
    failed: bool = False


def load(asked: Asked, refs: Iterable[TitleRef]) -> None:
    """Learn where the viewer stands with these titles, by one call; before their cards are drawn.

    Where that can't be learnt the cards stand without it: the page tells of its own trouble.
    """
    wanted = list(dict.fromkeys(refs))[:_AT_ONCE]
    if not wanted or not asked.who.is_known:
        return
    try:
        rows = asked.history.standings(wanted)
    except ApiError:
        return
    known = {TitleRef(row.media_type, row.tmdb_id): row for row in rows if row.tmdb_id}
    for ref in wanted:
        _kept(asked)[_key(asked, ref)] = known.get(ref)


def keep(asked: Asked, rows: Iterable[HistoryRow]) -> None:
    """Take rows of the history for where the viewer stands: they were just read."""
    for row in rows:
        if row.title:
            _kept(asked)[_key(asked, row.title.ref)] = row


def standing(asked: Asked, ref: TitleRef) -> HistoryRow | None:
    """Where the viewer stands with a title, as far as it was loaded; None for nowhere."""
    return _kept(asked).get(_key(asked, ref))


def bar(asked: Asked, ref: TitleRef, name: str, place: str) -> Parts:
    """The buttons of one title, and what the last one did; inside the card's own fragment.

    `place` makes the keys of a page's cards differ. Nothing is shown to nobody.
    """
    if asked.who.is_known:
        yield Row(_ways(asked, ref, place), f"acts-{place}", "xxsmall")
        yield from outcome(asked, ref, name, place)


def outcome(asked: Asked, ref: TitleRef, name: str, place: str) -> Parts:
    """What the last action on the title did, with the way to undo it."""
    last = _outcomes(asked).get(_key(asked, ref))
    if last is None:
        return
    style = "w-failed" if last.failed else "w-done"
    told: list[Part] = [
        Html(
            f'<p class="{style}" role="status"><span class="w-unseen">{escape(name)}: </span>'
            f"{escape(last.sentence)}</p>",
            grows=False,
        )
    ]
    if last.undo is not None:
        back = partial(_undo, asked, ref)
        told.append(Button("Undo", f"undo-{place}", does=back, kind="tertiary"))
    yield Row(told, f"done-{place}", "xsmall")


def act(asked: Asked, ref: TitleRef, sentence: str, change: Callable[[History], Undo]) -> bool:
    """Make a change to a title of the viewer's history; whether it was made.

    Its sentence, or the API's where it failed, is the title's outcome.
    """
    try:
        undo = change(asked.history)
        asked.changed()
        rows = asked.history.standings([ref])
    except ApiError as error:
        _outcomes(asked)[_key(asked, ref)] = Outcome(error.detail, failed=True)
        return False
    _kept(asked)[_key(asked, ref)] = rows[0] if rows else None
    _outcomes(asked)[_key(asked, ref)] = Outcome(sentence, undo)
    return True


def mark(asked: Asked, ref: TitleRef, mark: Mark, *, on: bool) -> None:
    """Mark a title, or take the mark off."""
    act(asked, ref, _SENTENCES[mark, on], lambda history: history.mark(ref, mark, on=on))


def see(asked: Asked, ref: TitleRef, *, on: bool = True) -> None:
    """Note that a title was watched just now, or never."""
    if on:
        act(asked, ref, "Seen.", lambda history: history.watched(ref))
    else:
        act(asked, ref, "Not seen.", lambda history: history.not_watched(ref))


def _rate(asked: Asked, ref: TitleRef, rating: int) -> None:
    told = f"{rating} of 10." if rating else "No rating."
    act(asked, ref, told, lambda history: history.rate(ref, rating or None))


def _ways(asked: Asked, ref: TitleRef, place: str) -> list[Part]:
    """What may be done with a title, by where the viewer stands with it; each can be undone."""
    row = standing(asked, ref)
    seen, rating = bool(row and row.watched), row.rating if row else None
    listed, dismissed = bool(row and row.watchlisted), bool(row and row.dismissed)
    ratings = {one: f"★ {one}" for one in range(10, 0, -1)} | ({0: "No rating"} if rating else {})
    return [
        Button(
            "Seen: take it back" if seen else "Seen it",
            f"seen-{place}",
            "check",
            partial(see, asked, ref, on=not seen),
            _kind(seen),
        ),
        Menu(
            f"You gave {rating}: rate again" if rating else "Rate",
            f"rate-{place}",
            ratings,
            partial(_rate, asked, ref),
            "star",
            _kind(bool(rating)),
        ),
        Button(
            "On your watchlist: take it off" if listed else "Onto the watchlist",
            f"list-{place}",
            "bookmark_added" if listed else "bookmark_add",
            partial(mark, asked, ref, "watchlisted", on=not listed),
            _kind(listed),
        ),
        Button(
            "Not for you: take it back" if dismissed else "Not for me",
            f"not-{place}",
            "thumb_down",
            partial(mark, asked, ref, "dismissed", on=not dismissed),
            _kind(dismissed),
        ),
    ]


def _kind(on: bool) -> Kind:  # noqa: FBT001 -- what it is about
    return "primary" if on else "secondary"


def _undo(asked: Asked, ref: TitleRef) -> None:
    last = _outcomes(asked).get(_key(asked, ref))
    if last is None or last.undo is None:
        return
    undo = last.undo
    if act(asked, ref, "", lambda history: history.undo(undo)):
        _outcomes(asked)[_key(asked, ref)] = Outcome("Undone.")


def _key(asked: Asked, ref: TitleRef) -> _Key:
    who = asked.who
    # The profile of a person alone is made by their first change: they are the same before it.
    return who.caller.token, who.caller.profile if who.has_company else "", ref


def _kept(asked: Asked) -> dict[_Key, HistoryRow | None]:
    kept: dict[_Key, HistoryRow | None] = asked.session.setdefault(_STANDINGS, {})
    return kept


def _outcomes(asked: Asked) -> dict[_Key, Outcome]:
    kept: dict[_Key, Outcome] = asked.session.setdefault(_OUTCOMES, {})
    return kept
