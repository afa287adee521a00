"""Candidates with evidence, and a model over a stand-in, for tests of reasons in words."""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from app.adapters.clock import SystemClock
from app.adapters.llm.client import OpenAiModel
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.ports.work import Clock
from app.domain.reasons import wording
from app.domain.reasons.choosing import Candidate, shown
from app.domain.reasons.evidence import Evidence, Liked, Origin, Shared, Trait
from app.doors.waiting import in_time
from app.services.reasons.explain import TOO_SLOW, Budget, Explainer, ReasonSource, Worded
from stand_ins.llm.serving import KEY, MODEL, FakeLlm
from tests.builders import make_title, movie

_NAMES = ("Amber Coast", "Broken Mill", "Cold Harvest", "Dry Season", "Empty Chair", "First Snow")
_LIKED = ("Glass Ferry", "Hidden Valley", "Iron Gate")


def candidate(number: int, kind: MediaKind = MediaKind.MOVIE, **changes: object) -> Candidate:
    """The n-th, from 1: its name and that of the liked title near to it belong to it alone."""
    name = f"{_NAMES[number % 6]} {'x' * (number // 6)}".strip()
    title = make_title(number, kind, name=name, **changes)
    liked = Liked(
        id=movie(1000 + number),
        name=f"{_LIKED[number % 3]} {'y' * (number // 3)}".strip(),
        year=1999,
        rating=9,
        cosine=0.7,
    )
    return Candidate(title, evidence_of(title, liked))


def evidence_of(title: Title, liked: Liked) -> Evidence:
    """The title is near to the liked one, and by the same maker."""
    return Evidence(
        origins=(Origin.SIMILAR,),
        liked=(liked,),
        shared=(Shared(Trait.MAKER, title.makers[0], liked.id),),
        genres=title.genres,
        rating=title.rating,
        votes=title.votes,
    )


def candidates(count: int, **changes: object) -> list[Candidate]:
    return [candidate(number, **changes) for number in range(1, count + 1)]  # type: ignore[arg-type]  # of titles


@contextmanager
def model_at(
    fake: FakeLlm, *, key: str | None = KEY, model: str = MODEL, clock: Clock | None = None
) -> Iterator[OpenAiModel]:
    made = OpenAiModel(base_url=fake.base_url, key=key, model=model, clock=clock or SystemClock())
    try:
        yield made
    finally:
        made.close()


@contextmanager
def explainer_at(
    fake: FakeLlm, *, seconds: float = 5.0, clock: Clock | None = None
) -> Iterator[Explainer]:
    with model_at(fake, clock=clock) as model:
        made = Explainer(model, clock or SystemClock(), Budget(seconds))
        try:
            yield made
        finally:
            made.close()


def in_words(
    explainer: Explainer,
    given: Sequence[Candidate],
    count: int,
    *,
    kind: MediaKind | None = None,
    watched: Collection[TitleId] = (),
) -> Worded:
    """As a door waits for them."""
    words = explainer.begin(given, count, kind=kind, watched=watched)
    plain = partial(explainer.plain, given, count, kind=kind, watched=watched, note=TOO_SLOW)
    return asyncio.run(in_time(words, explainer.budget.seconds, plain))


def check_clean(worded: Worded, given: Sequence[Candidate], count: int) -> None:
    """As many as wanted, in the recommender's order, each once, each reason true to its title."""
    order = [one.title.id for one in given]
    places = [order.index(pick.candidate.title.id) for pick in worded.picks]
    assert len(places) == min(count, len(given))
    assert places == sorted(set(places))
    names = {name for one in given for name in shown(one).titles}
    for pick in worded.picks:
        assert pick.reason
        if pick.source is ReasonSource.LLM:
            told = shown(pick.candidate)
            assert not wording.faults(pick.reason, told, names - told.titles)


def by_model(worded: Worded) -> set[TitleId]:
    """Those whose reason the model wrote."""
    return {one.candidate.title.id for one in worded.picks if one.source is ReasonSource.LLM}
