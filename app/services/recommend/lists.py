"""Recommendations for the people of the household: lists, and why a title is or isn't in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import NotFound, NotReady
from app.domain.people.resolution import Row
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.work import Clock
from app.domain.reasons.choosing import Candidate
from app.domain.reasons.evidence import Evidence
from app.domain.recommend.rules import ListRequest
from app.domain.taste.tastes import Interaction
from app.services.people.feedback import Feedback
from app.services.people.person_view import PersonView, PersonViews
from app.services.recommend.evidence import EvidenceBuilder
from app.services.recommend.pipeline import Pipeline
from app.services.recommend.stages import Run, Stages
from app.services.recommend.taste_profile import TasteProfile

_DAY: Final = 86_400
_BEGUN: Final = 3
"""Episodes up to which a series was only tried."""

_CHOICES: Final = 3
"""Times as many candidates as places, for a language model to choose among."""

_MOST_CHOICES: Final = 60

COLD: Final = (
    "watcher does not know yet what you like, so these are titles that many people like. Rate or "
    "mark a few that you have seen, or import your history."
)
COOL: Final = (
    "watcher knows of only {count} that you like, so this leans on what is near to them and on "
    "what many people like. Rate a few more."
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list. `candidates` are its picks, in order, then those that could stand in for them.

    `cold` says plainly that little is known of the person, empty where enough is.
    """

    candidates: tuple[Candidate, ...]
    count: int
    index_version: str
    cold: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Where a title fell out of a list, or its place in it.

    `step` is one of ``listed``, ``watched``, ``dismissed``, ``resting``, ``filtered``,
    ``not_found``, ``outranked``, ``dropped``; `rank` is its place (from 1) at the last step that
    it reached, `of` how many there were. `reason` is that of a listed one, as `Lists` words it.
    """

    title: Title
    step: str
    detail: str
    rank: int | None = None
    of: int | None = None
    candidate: Candidate | None = None
    origins: tuple[tuple[str, int], ...] = ()
    parts: tuple[tuple[str, float], ...] = ()
    reason: str | None = None


class Recommend:
    """The verbs. Each raises `NotFound` for an unknown profile, `NotReady` without an index."""

    def __init__(
        self,
        pipeline: Pipeline,
        views: PersonViews,
        feedback: Feedback,
        titles: TitleStore,
        clock: Clock,
    ) -> None:
        self._pipeline = pipeline
        self._views = views
        self._feedback = feedback
        self._titles = titles
        self._clock = clock

    def listed(
        self, profile_id: str, request: ListRequest, *, parts: bool = False, choices: bool = False
    ) -> Listed:
        """The list for a wish, never with anything watched, dismissed or at rest.

        With `choices` there are candidates behind the picks, for a model to choose among.
        """
        profile = self.profile(profile_id)
        run = self._pipeline.run(profile, request)
        witness = EvidenceBuilder(run)
        found = [*run.picks, *(_others(run, request) if choices else ())]
        candidates = tuple(
            Candidate(
                _title(stages, place),
                witness.of(kind, place),
                float(stages.scores[place]),
                _parts(stages, place) if parts else (),
            )
            for kind, place in found
            for stages in (run.stages[kind],)
        )
        return Listed(
            candidates=candidates,
            count=len(run.picks),
            index_version=self._pipeline.index.status().version,
            cold=_cold(profile),
            note=_short(len(run.picks), request.count),
        )

    def why_not(self, profile_id: str, title_id: TitleId, request: ListRequest) -> WhyNot:
        """At which step and rank a title fell out, or its place. Raises `NotFound` for no title."""
        title = self._titles.get(title_id)
        if title is None:
            raise NotFound(f"There is no {title_id} in the catalogue.")
        left_out = self._views.of(profile_id).left_out
        if title_id in left_out.watched:
            return WhyNot(title, "watched", f"You have watched {title.name}.")
        if title_id in left_out.dismissed:
            return WhyNot(title, "dismissed", f"You said that {title.name} is not for you.")
        if title_id in left_out.loved:
            detail = f"You love {title.name}: lists are for what you do not know yet."
            return WhyNot(title, "loved", detail)
        if title_id in self._feedback.impression_cooldown(profile_id):
            detail = f"{title.name} was shown several times without being opened: it rests."
            return WhyNot(title, "resting", detail)
        if not request.where.passes(title):
            return WhyNot(title, "filtered", f"{title.name} does not pass the filters.")
        run = self._pipeline.run(self.profile(profile_id), request)
        return self._traced(run, title, request)

    def evidence_for(
        self, profile_id: str, title_id: TitleId
    ) -> tuple[TasteProfile, Evidence | None]:
        """The person, and what speaks for one title, whether a list would hold it or not."""
        profile = self.profile(profile_id)
        request = ListRequest(kinds=(title_id.kind,), count=1)
        run = self._pipeline.run_for(profile, request, title_id)
        stages = run.stages[title_id.kind]
        if title_id not in stages.pool.ids or title_id not in stages.titles:
            return profile, None
        place = stages.pool.ids.index(title_id)
        return profile, EvidenceBuilder(run).of(title_id.kind, place)

    def profile(self, profile_id: str) -> TasteProfile:
        """The person as lists are drawn from, kept until history, index, model or day change."""
        view = self._views.of(profile_id)
        status = self._pipeline.index.status()
        if not status.ready:
            raise NotReady(status.reason)
        resting = self._feedback.impression_cooldown(profile_id)
        now = self._clock.now()
        model = self._pipeline.collaborative_model()
        key = (view, status.version, status.seq, int(now // _DAY), resting, model)
        return self._views.derived(
            profile_id, "taste profile", key, lambda: self._made(view, resting, now)
        )

    def _made(self, view: PersonView, resting: frozenset[TitleId], now: float) -> TasteProfile:
        rows = [row for row in view.rows if row.title is not None]
        return self._pipeline.profile(
            told=[_told(row) for row in reversed(rows) if _tells(row)],
            watchlist=[row.title.id for row in rows if row.title and row.standing.watchlisted],
            left_out=view.left_out.every | resting,
            now=now,
            titles={row.title.id: row.title for row in rows if row.title},
        )

    def _traced(self, run: Run, title: Title, request: ListRequest) -> WhyNot:
        stages = run.stages.get(title.id.kind)
        if stages is None:
            return WhyNot(title, "filtered", "The list is of the other kind.")
        found = stages.found.origins.get(title.id, {})
        origins = tuple((origin.value, rank) for origin, rank in found.items())
        if title.id not in stages.pool.ids:
            detail = (
                f"Nothing led to {title.name}: it is not near enough to what you like, nobody "
                "names it beside that, and it is not among the best known."
            )
            return WhyNot(title, "not_found", detail, origins=origins)
        place = stages.pool.ids.index(title.id)
        rank, of = stages.order.index(place) + 1, len(stages.order)
        parts = _parts(stages, place)
        listed = list(run.picks)
        if (title.id.kind, place) in listed:
            at = listed.index((title.id.kind, place)) + 1
            witness = EvidenceBuilder(run)
            candidate = Candidate(title, witness.of(title.id.kind, place))
            detail = f"{title.name} is number {at} of the list."
            return WhyNot(title, "listed", detail, at, len(listed), candidate, origins, parts)
        why = stages.dropped.get(title.id, "")
        if why:
            return WhyNot(
                title,
                "dropped",
                f"{title.name} was left out: {why}.",
                rank,
                of,
                origins=origins,
                parts=parts,
            )
        detail = f"{title.name} is number {rank} of {of} by score; the list holds {request.count}."
        return WhyNot(title, "outranked", detail, rank, of, origins=origins, parts=parts)


def _told(row: Row) -> Interaction:
    standing = row.standing
    assert row.title is not None  # noqa: S101 -- rows without a title are left out
    watched = standing.watched
    series = row.title.id.kind is MediaKind.TV
    return Interaction(
        id=row.title.id,
        at=standing.last_at,
        rating=None if standing.rating is None else float(standing.rating),
        plays=max(watched.plays, 1),
        loved=standing.loved,
        dismissed=standing.dismissed,
        begun=series and not watched.whole and 0 < len(watched.episodes) <= _BEGUN,
    )


def _tells(row: Row) -> bool:
    """Whether it says something of what the person likes: a wish to see it says nothing yet."""
    one = row.standing
    return one.watched.seen or one.rating is not None or one.loved or one.dismissed


def _title(stages: Stages, place: int) -> Title:
    return stages.titles[stages.pool.ids[place]]


def _parts(stages: Stages, place: int) -> tuple[tuple[str, float], ...]:
    return tuple(stages.ranker.parts(stages.rows[place : place + 1])[0].items())


def _others(run: Run, request: ListRequest) -> Sequence[tuple[MediaKind, int]]:
    """The best of those that aren't in the list, and were not left out by a rule."""
    chosen = set(run.picks)
    wanted = min(_CHOICES * request.count, _MOST_CHOICES) - len(chosen)
    found = [
        (float(stages.scores[place]), kind, place)
        for kind, stages in run.stages.items()
        for place in stages.order[: wanted + len(chosen)]
        if (kind, place) not in chosen
        and stages.pool.ids[place] in stages.titles
        and stages.pool.ids[place] not in stages.dropped
    ]
    found.sort(key=lambda one: (-one[0], one[1], one[2]))
    return [(kind, place) for _, kind, place in found[: max(wanted, 0)]]


def _cold(profile: TasteProfile) -> str:
    if not len(profile.liked):
        return COLD
    if profile.cold:
        one = len(profile.liked) == 1
        return COOL.format(count="one title" if one else f"{len(profile.liked)} titles")
    return ""


def _short(found: int, wanted: int) -> str:
    if found >= wanted:
        return ""
    if not found:
        return "Nothing in the catalogue passes these filters that you have not seen."
    return f"Only {found} titles pass these filters that you have not seen."
