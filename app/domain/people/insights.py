"""What lists were worth to a person: what was shown, against what they did with it afterwards."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from app.domain.catalogue.titles import TitleId
from app.domain.people.feedback import DAY, EntriesOf, happened_since, opened_of, showing
from app.domain.people.ledger import Event, EventKind
from app.domain.people.watched import tells_watched, verdict_of

IN_TIME: Final = 30 * DAY
"""Seconds after a showing in which a title that is watched counts as delivered by it."""

Step = Literal["week", "month"]

_MOST_WEEKS: Final = 26
"""Above so many, months are easier to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPick:
    """A title that was shown, and what came of it from its first showing on.

    Moments are in Unix seconds, None where it didn't happen. `lists` counts
    those that showed it. `watched_at` is the first time (a day's midnight where only the day is
    known); who rated it has seen it. `in_time`: at most `IN_TIME` after a showing. `rating` is the
    latest, 1 to 10.
    """

    id: TitleId
    name: str
    year: int | None
    shown_at: int
    lists: int
    opened_at: int | None = None
    watched_at: int | None = None
    in_time: bool = False
    rating: int | None = None
    dismissed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFigures:
    """Numbers of titles, each of them counted once; `mean_rating` 1 to 10, None without any."""

    shown: int
    opened: int
    watched: int
    watched_in_time: int
    rated: int
    mean_rating: float | None
    dismissed: int


@dataclass(frozen=True, slots=True)
class Insights:
    """Figures in all, and by week or month of a title's first showing (each by its first day).

    `step` is ``week`` (from Monday on) or ``month``, in UTC; times without showings are left out.
    `watched` are the picks that were watched, the latest first.
    """

    step: Step
    total: ListFigures
    rows: tuple[tuple[date, ListFigures], ...]
    watched: tuple[ShownPick, ...]


def insights(feedback: Sequence[Event], entries_of: EntriesOf, since: int, until: int) -> Insights:
    """What came of the showings from `since` to `until` (Unix seconds, both included).

    `feedback` is what became of lists (`FEEDBACK`).
    """
    picks = _picks(feedback, entries_of, since, until)
    step: Step = "week" if until - since <= _MOST_WEEKS * 7 * DAY else "month"
    by_time: dict[date, list[ShownPick]] = defaultdict(list)
    for pick in picks:
        by_time[_first_day(pick.shown_at, step)].append(pick)
    return Insights(
        step=step,
        total=_figures(picks),
        rows=tuple((first, _figures(by_time[first])) for first in sorted(by_time)),
        watched=tuple(
            sorted(
                (pick for pick in picks if pick.watched_at is not None),
                key=lambda pick: (-(pick.watched_at or 0), pick.id),
            )
        ),
    )


def _picks(
    feedback: Sequence[Event], entries_of: EntriesOf, since: int, until: int
) -> list[ShownPick]:
    """One per title that was shown in that time, in order of first showing."""
    shown: dict[TitleId, list[Event]] = defaultdict(list)
    for event in feedback:
        if since <= event.at <= until and (found := showing(event)) is not None:
            shown[found[0]].append(event)
    opened = opened_of(feedback, shown)
    picks = [
        _pick(title_id, some, opened.get(title_id, ()), entries_of)
        for title_id, some in shown.items()
    ]
    return sorted(picks, key=lambda pick: (pick.shown_at, pick.id))


def _pick(
    title_id: TitleId, shown: Sequence[Event], opened: Sequence[Event], entries_of: EntriesOf
) -> ShownPick:
    ordered = sorted(shown, key=lambda event: (event.at, event.key))
    first, last = ordered[0], ordered[-1]
    after = [event for event in entries_of(last.about) if happened_since(event, first.at)]
    watched_at = _watched_at(after)
    opened_at = [event.at for event in opened if happened_since(event, first.at)]
    ratings = [e for e in after if e.kind is EventKind.RATED and e.season is None]
    latest = max(ratings, key=lambda event: (event.at, event.key), default=None)
    return ShownPick(
        id=title_id,
        name=last.about.name,
        year=last.about.year,
        shown_at=first.at,
        lists=len({found[1] for event in ordered if (found := showing(event))}),
        opened_at=min(opened_at, default=None),
        watched_at=watched_at,
        in_time=watched_at is not None and _in_time(watched_at, ordered),
        rating=latest.rating if latest else None,
        dismissed=any(event.kind is EventKind.DISMISSED for event in after),
    )


def _watched_at(after: Sequence[Event]) -> int | None:
    """The first moment that still stands, for what was taken back is no watching."""
    told = [event for event in after if tells_watched(event)]
    taken_back = [event for event in told if event.kind is EventKind.UNWATCHED]
    standing = [
        event.at
        for event in told
        if event.kind is not EventKind.UNWATCHED and verdict_of([event, *taken_back]).seen
    ]
    return min(standing, default=None)


def _in_time(watched_at: int, shown: Sequence[Event]) -> bool:
    """By the showing before it; one of the same day is before what tells the day only."""
    first = shown[0].at
    moment = max(watched_at, first)
    return moment - max(event.at for event in shown if event.at <= moment) <= IN_TIME


def _figures(picks: Sequence[ShownPick]) -> ListFigures:
    ratings = [pick.rating for pick in picks if pick.rating is not None]
    return ListFigures(
        shown=len(picks),
        opened=sum(pick.opened_at is not None for pick in picks),
        watched=sum(pick.watched_at is not None for pick in picks),
        watched_in_time=sum(pick.in_time for pick in picks),
        rated=len(ratings),
        mean_rating=round(sum(ratings) / len(ratings), 2) if ratings else None,
        dismissed=sum(pick.dismissed for pick in picks),
    )


def _first_day(moment: int, step: Step) -> date:
    day = datetime.fromtimestamp(moment, UTC).date()
    return day.replace(day=1) if step == "month" else day - timedelta(days=day.weekday())
