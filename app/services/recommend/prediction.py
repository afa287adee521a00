"""Would I like it? How likely a person rates a title 8 of 10 or more, and by what it is told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from app.domain.catalogue.titles import Title
from app.domain.reasons.evidence import Evidence, Liked
from app.domain.reasons.sentences import clean
from app.domain.recommend.features import ALL, quality
from app.domain.recommend.item_item_model import ItemItemModel
from app.domain.recommend.prediction import Habit, chances, habit_of, inside_of, signals
from app.domain.taste.tastes import DISLIKED, LIKED, Interaction, Preferences
from app.services.people.person_view import PersonViews
from app.services.recommend.lists import Recommend
from app.services.recommend.pipeline import Pipeline
from app.services.recommend.taste_profile import TasteProfile


@dataclass(frozen=True, slots=True)
class Basis:
    """What a prediction was made from.

    `liked` and `disliked` titles were compared with; `rated` is how many the person rated, `high`
    how many of them 8 or more; `votes` how many people rated the title. `rating_set`: whether a
    co-rating model tells of it.
    """

    liked: int
    disliked: int
    rated: int
    high: int
    votes: int
    rating_set: bool


@dataclass(frozen=True, slots=True)
class Predicted:
    """`likely` is in percent, 0 to 100; `profile` titles are those seen or rated before.

    Of a title that the person rated `rating` is that, and `likely` 100 from 8 on, else 0.
    """

    title: Title
    likely: int
    detail: str
    evidence: Evidence | None
    known: bool
    rating: int | None
    basis: Basis


class Predict:
    """The verb."""

    def __init__(self, pipeline: Pipeline, recommend: Recommend, views: PersonViews) -> None:
        self._pipeline = pipeline
        self._recommend = recommend
        self._views = views

    def of(self, profile_id: str, title: Title) -> Predicted:
        """What is predicted of a title of the catalogue; what was said of itself is no ground.

        Raises `NotFound` for an unknown profile, `NotReady` without an index.
        """
        profile = self._recommend.profile(profile_id)
        told = profile.told.get(title.id)
        seen = title.id in self._views.of(profile_id).left_out.watched
        profile = profile.without(title.id)
        ratings = [profile.told[one].rating for one in profile.person.preferences.ids]
        habit = habit_of([rating for rating in ratings if rating is not None])
        collaborative = profile.collaborative_of(title.id.kind)
        model = collaborative.model if collaborative else None
        basis = _basis(profile, habit, title, model)
        if told is not None and (told.rating is not None or told.loved):
            return _said(title, told, basis)
        likely = round(100 * self._chance(profile, title, habit, model))
        evidence = None
        if not seen:
            evidence = self._recommend.evidence_for(profile_id, title.id)[1]
        grounds = _grounds(title, basis, evidence, self._disliked_near(profile, title))
        detail = f"{_before(title, told, seen=seen)}{_sentence(grounds)}"
        return Predicted(title, likely, detail, evidence, seen, None, basis)

    def _chance(
        self, profile: TasteProfile, title: Title, habit: Habit, model: ItemItemModel | None
    ) -> float:
        rows = self._pipeline.features_of(profile, [title.id])
        preferences = profile.person.preferences
        if not len(rows):
            # It came after the index was built: without a vector nothing is near to it.
            rows = np.zeros((1, len(ALL)), np.float32)
            rows[0, ALL.index("quality")] = _quality(title)
            preferences = Preferences((), np.zeros(0), np.zeros(0))
        given = signals(rows, [title.id], preferences, habit, model)
        return float(chances(given, inside_of([title.id], model))[0])

    def _disliked_near(self, profile: TasteProfile, title: Title) -> Liked | None:
        """What the person rated low and is nearest to it."""
        vector = self._pipeline.index.vector(title.id)
        rows = [
            row
            for row, one in enumerate(profile.person.preferences.ids)
            if (rating := profile.told[one].rating) is not None and rating < DISLIKED
        ]
        if vector is None or not rows:
            return None
        cosines = profile.person.own.vectors[rows] @ vector
        best = int(np.argmax(cosines))
        title_id = profile.person.preferences.ids[rows[best]]
        other, rating = profile.titles.get(title_id), profile.told[title_id].rating
        if other is None or rating is None:
            return None
        cosine = float(cosines[best])
        return Liked(
            id=title_id,
            name=other.name,
            year=None,
            rating=round(rating),
            cosine=cosine,
            is_near=cosine >= self._pipeline.background(title.id.kind).similarity_threshold,
        )


def _basis(profile: TasteProfile, habit: Habit, title: Title, model: ItemItemModel | None) -> Basis:
    preferences = profile.person.preferences
    return Basis(
        liked=len(preferences.liked),
        disliked=int(np.count_nonzero(preferences.ratings < DISLIKED)),
        rated=habit.rated,
        high=habit.high,
        votes=title.votes,
        rating_set=bool(inside_of([title.id], model)[0]),
    )


def _quality(title: Title) -> float:
    rating = -1.0 if title.rating is None else title.rating
    return float(quality(np.array([title.votes], np.int32), np.array([rating], np.float32))[0])


def _said(title: Title, told: Interaction, basis: Basis) -> Predicted:
    name = clean(title.name)
    rating = None if told.rating is None else round(told.rating)
    detail = f"You love {name}." if rating is None else f"You rated {name} {rating}."
    return Predicted(
        title=title,
        likely=100 if rating is None or rating >= LIKED else 0,
        detail=detail,
        evidence=None,
        known=True,
        rating=rating,
        basis=basis,
    )


def _before(title: Title, told: Interaction | None, *, seen: bool) -> str:
    if seen:
        return f"You have watched {clean(title.name)} and not rated it. "
    if told is not None and told.dismissed:
        return f"You said that {clean(title.name)} is not for you. "
    return ""


def _grounds(
    title: Title, basis: Basis, evidence: Evidence | None, low: Liked | None
) -> Iterator[str]:
    """Facts, each the end of a sentence, those of the person first."""
    if not basis.liked and not basis.rated:
        yield "watcher does not know yet what you like"
    if basis.rated:
        yield f"you gave 8 or more to {basis.high} of {_count(basis.rated, 'title')} that you rated"
    nearest = [one for one in (*(evidence.liked[:1] if evidence else ()), low) if one is not None]
    for one in sorted(nearest, key=lambda one: -one.cosine)[:1]:
        if one.is_near:
            yield f"it is near to {clean(one.name)}, {_comment(one)}"
    if title.rating is None or not title.votes:
        yield "nobody is known to have rated it"
    else:
        people = "1 person" if title.votes == 1 else f"{title.votes:,} people"
        yield f"{people} rated it {title.rating:.1f} on average"


def _sentence(grounds: Iterable[str]) -> str:
    told = "; ".join(grounds)
    return f"{told}." if told.startswith("watcher ") else f"{told[:1].upper()}{told[1:]}."


def _comment(liked: Liked) -> str:
    if liked.loved:
        return "which you love"
    return "which you watched" if liked.rating is None else f"which you rated {liked.rating}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
