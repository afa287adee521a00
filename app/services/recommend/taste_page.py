"""What a person's taste looks like: a map, the tastes and what they lack, counts of a history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.keys import keys_of
from app.domain.catalogue.titles import MediaKind, Title
from app.domain.catalogue.vocabulary import GENRES
from app.domain.people.resolution import Row
from app.domain.recommend.rules import ListRequest
from app.domain.taste.facts import (
    Crowd,
    DecadeCount,
    GenreCount,
    WatchedTitle,
    YearCount,
    crowd_of,
    decades_of,
    genres_of,
    years_of,
)
from app.domain.taste.gaps import Gap
from app.domain.taste.groups import Groups, grouped, rows_of, words_of
from app.domain.taste.map import TasteMap, drawn, most_telling
from app.domain.taste.tastes import DISLIKED, LIKED, Floats, Interaction
from app.services.people.person_view import PersonViews
from app.services.recommend.lists import Recommend
from app.services.recommend.pipeline import Pipeline
from app.services.recommend.stages import Run
from app.services.recommend.taste_gaps import TasteGaps
from app.services.recommend.taste_profile import TasteProfile

FROM: Final = 5
"""Titles that a map needs at least."""

_EXAMPLES: Final = 4


class What(StrEnum):
    """What a point of the map is.

    `LIKED`: rated 8 or more, or loved. `DISLIKED`: rated below 6, or put aside. `WATCHED`: known,
    without either. `PICK`: in the list of recommendations.
    """

    LIKED = "liked"
    WATCHED = "watched"
    DISLIKED = "disliked"
    PICK = "pick"


@dataclass(frozen=True, slots=True)
class Point:
    """A title on the map: x and y from -1 to 1; its place among the tastes, None without any.

    `rating` is the person's, 1 to 10.
    """

    title: Title
    x: float
    y: float
    taste: int | None
    what: What
    rating: int | None


@dataclass(frozen=True, slots=True)
class ShownTaste:
    """One taste: its words, its part of all weight (0 to 1), and how many titles are liked of it.

    `x`, `y` and `radius` are its disc's on the map.
    """

    words: tuple[str, ...]
    share: float
    count: int
    x: float
    y: float
    radius: float
    examples: tuple[Title, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class TasteReport:
    """All of it; everything is empty while `needed` more titles must be known.

    `profile` titles of those kinds can be placed on the map, `drawn` of them are `points`, and the
    picks besides. `seen` were counted for genres, decades, years and `crowd`.
    """

    known: int
    needed: int
    drawn: int = 0
    seen: int = 0
    points: tuple[Point, ...] = ()
    tastes: tuple[ShownTaste, ...] = ()
    genres: tuple[GenreCount, ...] = ()
    decades: tuple[DecadeCount, ...] = ()
    years: tuple[YearCount, ...] = ()
    crowd: Crowd = field(default_factory=Crowd)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """A person's own rows (n, m) with the taste of each (n,), and where they lie."""

    rows: Floats
    groups: Groups
    tastes: NDArray[np.intp]
    plane: TasteMap

    def named(self, taste: int) -> int | None:
        """The taste's place among those shown, None where nothing is liked."""
        return taste if len(self.groups.centers) else None


class TastePage:
    """Puts the page together, and keeps it until history, index or day change."""

    def __init__(
        self,
        recommend: Recommend,
        pipeline: Pipeline,
        views: PersonViews,
        gaps: TasteGaps,
    ) -> None:
        self._recommend = recommend
        self._pipeline = pipeline
        self._views = views
        self._gaps = gaps

    def of(self, profile_id: str, request: ListRequest) -> TasteReport:
        """The page for titles of the wish's kinds; its picks are the list for that wish.

        The tastes are those of all kinds together. Raises `NotFound` for an unknown profile,
        `NotReady` without an index, and what the stores raise.
        """
        profile = self._recommend.profile(profile_id)
        return self._views.derived(
            profile_id,
            "taste report",
            (profile, request),
            lambda: self._made(profile_id, profile, request),
        )

    def _made(self, profile_id: str, profile: TasteProfile, request: ListRequest) -> TasteReport:
        ids = profile.person.own.ids
        placed = np.flatnonzero(np.array([one.kind in request.kinds for one in ids], bool))
        if len(ids) < FROM or not len(placed):
            return TasteReport(known=len(placed), needed=max(FROM - len(ids), 1))
        drawing = _drawing(profile)
        weights = profile.person.preferences.weights
        kept = placed[most_telling(drawing.tastes[placed], weights[placed])]
        run = self._pipeline.run(profile, request)
        seen = _seen(self._views.of(profile_id).rows, request.kinds)
        return TasteReport(
            known=len(placed),
            needed=0,
            drawn=len(kept),
            seen=len(seen),
            points=(*_own_points(profile, drawing, kept), *_picks(run, drawing)),
            tastes=self._tastes(profile, drawing, run),
            genres=tuple(genres_of(seen, self._usual(_counts(seen)))),
            decades=tuple(decades_of(seen)),
            years=tuple(years_of(seen)),
            crowd=crowd_of(seen),
        )

    def _tastes(self, profile: TasteProfile, drawing: _Drawing, run: Run) -> tuple[ShownTaste, ...]:
        groups, rows = drawing.groups, drawing.rows
        if not len(groups.centers):
            return ()
        nearest, weights = drawing.tastes[profile.liked], profile.person.preferences.weights
        members = [profile.liked[nearest == number] for number in range(len(groups.centers))]
        others = np.setdiff1d(np.arange(len(rows)), profile.liked)
        words = words_of([_titles(profile, some) for some in members], _titles(profile, others))
        gaps = self._gaps.of(profile, groups, run)
        middles = drawing.plane.middles
        found = []
        for number, mine in enumerate(members):
            fit = (rows[mine] @ groups.centers[number]) * weights[mine]
            best = mine[np.argsort(-fit, kind="stable")]
            x, y, radius = middles[number].tolist()
            found.append(
                ShownTaste(
                    words=words[number],
                    share=float(groups.shares[number]),
                    count=len(mine),
                    x=x,
                    y=y,
                    radius=radius,
                    examples=tuple(_titles(profile, best)[:_EXAMPLES]),
                    gaps=gaps[number],
                )
            )
        return tuple(found)

    def _usual(self, counts: Mapping[MediaKind, int]) -> dict[str, float]:
        """For each genre the share of known titles that have it, 0 to 1, of kinds as counted."""
        total = sum(counts.values())
        found = dict.fromkeys(GENRES, 0.0)
        for kind, count in counts.items():
            if count:
                shares = self._pipeline.background(kind).genres.tolist()
                for genre, share in zip(GENRES, shares, strict=True):
                    found[genre] += share * count / total
        return found


def _drawing(profile: TasteProfile) -> _Drawing:
    own, weights = profile.person.own, profile.person.preferences.weights
    keys = keys_of(own.ids)
    rows = rows_of(own.vectors, own.genres)
    liked = profile.liked[np.argsort(keys[profile.liked])]
    groups = grouped(rows[liked], own.genres[liked], weights[liked])
    tastes = groups.of(rows)
    core = most_telling(tastes, weights)
    plane = drawn(groups, rows[core], own.genres[core], keys[core])
    return _Drawing(rows, groups, tastes, plane)


def _own_points(
    profile: TasteProfile, drawing: _Drawing, kept: NDArray[np.intp]
) -> Iterator[Point]:
    places = drawing.plane.points(drawing.rows[kept], drawing.tastes[kept]).tolist()
    for row, (x, y) in zip(kept.tolist(), places, strict=True):
        title_id = profile.person.own.ids[row]
        title, told = profile.titles.get(title_id), profile.told[title_id]
        if title is not None:
            rating = None if told.rating is None else round(told.rating)
            yield Point(title, x, y, drawing.named(int(drawing.tastes[row])), _what(told), rating)


def _picks(run: Run, drawing: _Drawing) -> Iterator[Point]:
    for kind, place in run.picks:
        stages = run.stages[kind]
        row = rows_of(stages.pool.vectors[[place]], stages.pool.genres[[place]])
        taste = drawing.groups.of(row)
        x, y = drawing.plane.points(row, taste)[0].tolist()
        title = stages.titles[stages.pool.ids[place]]
        yield Point(title, x, y, drawing.named(int(taste[0])), What.PICK, None)


def _what(told: Interaction) -> What:
    if told.dismissed:
        return What.DISLIKED
    if told.loved or (told.rating is not None and told.rating >= LIKED):
        return What.LIKED
    if told.rating is not None and told.rating < DISLIKED:
        return What.DISLIKED
    return What.WATCHED


def _titles(profile: TasteProfile, rows: NDArray[np.intp]) -> list[Title]:
    ids = [profile.person.own.ids[row] for row in rows.tolist()]
    return [title for one in ids if (title := profile.titles.get(one)) is not None]


def _seen(rows: Sequence[Row], kinds: Sequence[MediaKind]) -> list[WatchedTitle]:
    """Those that were watched, rated or loved, the latest first."""
    return [
        WatchedTitle(
            row.title, row.standing.watched.last_at, row.standing.rating, row.standing.loved
        )
        for row in rows
        if row.title is not None
        and row.title.id.kind in kinds
        and (row.standing.watched.seen or row.standing.loved)
    ]


def _counts(seen: Sequence[WatchedTitle]) -> Mapping[MediaKind, int]:
    counts = dict.fromkeys(MediaKind, 0)
    for one in seen:
        counts[one.title.id.kind] += 1
    return counts
