"""What to see next, why a title is or isn't in a list, and what became of lists."""

from collections.abc import Iterable
from typing import Final

import httpx2
from pydantic import TypeAdapter

from streamlit_app.api.titles import Named, TitleCard
from streamlit_app.api.transport import Answer, Caller, Transport
from streamlit_app.questions.lists import ListRequest
from streamlit_app.questions.search import TitleRef

# A language model may take up to a minute, by the API's own setting.
_WORDED_TIMEOUT: Final = httpx2.Timeout(75.0, connect=2.0)


class Liked(Named):
    """A title that the person likes; `rating` is theirs, 1 to 10. `near`: it is like the pick."""

    rating: int | None = None
    loved: bool = False
    near: bool = False


class Shared(Answer):
    """What a pick has in common with a title that the person likes."""

    trait: str
    name: str


class Evidence(Answer):
    """What speaks for a pick."""

    liked: tuple[Liked, ...] = ()
    co_rated: tuple[Liked, ...] = ()
    recommended_by: tuple[Liked, ...] = ()
    after: Liked | None = None
    shared: tuple[Shared, ...] = ()
    genres: tuple[str, ...] = ()
    taste: tuple[str, ...] = ()


class Pick(TitleCard):
    """A recommended title; `reason_source` is "evidence" or "llm"."""

    reason: str
    reason_source: str = "evidence"
    evidence: Evidence = Evidence()


class Picks(Answer):
    """A list, the best first; `cold_start` and `note` are sentences, where there is one."""

    results: tuple[Pick, ...]
    cold_start: str | None = None
    note: str | None = None
    list_id: str
    seed: int = 0


class Why(Answer):
    """Why a title is in a list (`step` is "listed"), or where it fell out."""

    title: TitleCard
    step: str
    detail: str
    reason: str | None = None


class _Noted(Answer):
    noted: int


_PICKS: Final = TypeAdapter(Picks)
_WHY: Final = TypeAdapter(Why)
_NOTED: Final = TypeAdapter(_Noted)


class Recommendations:
    """One person's lists."""

    def __init__(self, transport: Transport, caller: Caller) -> None:
        self._transport = transport
        self._caller = caller

    def picks(self, wish: ListRequest, *, worded: bool = False) -> Picks:
        """A list; `worded` waits for a language model, which may take up to a minute."""
        body = wish.to_request() | {"profile": self._caller.profile or None, "use_llm": worded}
        path, token = f"/recommend/{wish.kinds}", self._caller._replace(profile="")
        if worded:
            return self._transport.ask(
                _PICKS, "POST", path, token, json=body, timeout=_WORDED_TIMEOUT, again=False
            )
        return self._transport.ask(_PICKS, "POST", path, token, json=body)

    def why(self, ref: TitleRef, wish: ListRequest) -> Why:
        """Where a title stands for the list of its kind; the wish's filters aren't looked at."""
        path = f"/explain/{ref.kind}/{ref.tmdb_id}"
        params = {"seed": wish.seed, "count": wish.count}
        return self._transport.ask(_WHY, "GET", path, self._caller, params=params)

    def feedback(
        self, list_id: str, *, shown: Iterable[TitleRef] = (), opened: Iterable[TitleRef] = ()
    ) -> int:
        """Tell what of a list was shown and what was opened; how much of it was new."""
        body = {"list_id": list_id, "shown": _refs(shown), "opened": _refs(opened)}
        return self._transport.ask(_NOTED, "POST", "/feedback", self._caller, json=body).noted


def _refs(refs: Iterable[TitleRef]) -> list[dict[str, object]]:
    return [{"tmdb_id": ref.tmdb_id, "media_type": ref.kind} for ref in refs]
