"""Lists as every door gives them: picks, a reason for each, and the name that feedback calls it."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b

from app.domain.catalogue.titles import TitleId
from app.domain.recommend.rules import ListRequest
from app.services.reasons.explain import TOO_SLOW, Explainer, Worded, WordedPick
from app.services.recommend.lists import Listed, Recommend, WhyNot


@dataclass(frozen=True, slots=True)
class ReasonedList:
    """Picks in the order to show them; `list_id` is the same for the same titles in that order.

    `cold` says that little is known of the person, `note` why there are fewer picks than asked for,
    or no words of a language model; both are empty where there is nothing to say.
    """

    list_id: str
    picks: tuple[WordedPick, ...]
    index_version: str
    cold: str
    note: str


@dataclass(frozen=True, slots=True)
class ListInWords:
    """A list whose words a language model is asked for: `told` makes it of these.

    Wait for `words` at most `seconds`, outside the threads that compute; then take `too_slow`.
    """

    words: Future[Worded]
    seconds: float
    too_slow: Callable[[], Worded]
    told: Callable[[Worded], ReasonedList]


class Lists:
    """The verbs. Each raises `NotFound` for an unknown profile, `NotReady` without an index."""

    def __init__(self, recommend: Recommend, explainer: Callable[[], Explainer]) -> None:
        self._recommend = recommend
        self._explainer = explainer

    def of(self, profile_id: str, request: ListRequest, *, parts: bool = False) -> ReasonedList:
        """A list with reasons from evidence."""
        listed = self._recommend.listed(profile_id, request, parts=parts)
        worded = self._explainer().plain(listed.candidates, listed.count)
        return _reasoned(profile_id, request, listed, worded)

    def in_words(
        self, profile_id: str, request: ListRequest, *, parts: bool = False
    ) -> ListInWords:
        """A list that a language model chooses among the best, and words."""
        explainer = self._explainer()
        listed = self._recommend.listed(profile_id, request, parts=parts, choices=True)
        candidates = listed.candidates if listed.count else ()
        kind = request.kinds[0] if len(request.kinds) == 1 else None
        return ListInWords(
            words=explainer.begin(candidates, listed.count, kind=kind),
            seconds=explainer.budget.seconds,
            too_slow=partial(explainer.plain, candidates, listed.count, kind=kind, note=TOO_SLOW),
            told=partial(_reasoned, profile_id, request, listed),
        )

    def why_not(self, profile_id: str, title_id: TitleId, request: ListRequest) -> WhyNot:
        """As `Recommend.why_not`, with the reason of a title that is listed."""
        why = self._recommend.why_not(profile_id, title_id, request)
        if why.candidate is None:
            return why
        return replace(why, reason=self._explainer().plain([why.candidate], 1).picks[0].reason)


def _reasoned(
    profile_id: str, request: ListRequest, listed: Listed, worded: Worded
) -> ReasonedList:
    ids = ",".join(str(pick.candidate.title.id) for pick in worded.picks)
    told = f"{profile_id}|{request.seed}|{ids}"
    return ReasonedList(
        list_id=blake2b(told.encode(), digest_size=8).hexdigest(),
        picks=worded.picks,
        index_version=listed.index_version,
        cold=listed.cold,
        note=listed.note or worded.note,
    )
