"""Titles: found, completed, looked at."""

from collections.abc import Iterable
from typing import Final

from pydantic import TypeAdapter

from streamlit_app.api.transport import NOBODY, Answer, ApiError, ApiRefused, Caller, Transport
from streamlit_app.questions.search import Search, TitleRef
from streamlit_app.questions.vocabulary import Kind


class Named(Answer):
    """A title by its number and its name."""

    tmdb_id: int
    media_type: Kind
    title: str
    year: int | None = None

    @property
    def ref(self) -> TitleRef:
        """Its identity."""
        return TitleRef(self.media_type, self.tmdb_id)

    @property
    def dated(self) -> str:
        """The name with its year."""
        return f"{self.title} ({self.year})" if self.year else self.title


class TitleCard(Named):
    """One title of an answer. `runtime` is in minutes, `rating` 0 to 10."""

    score: float = 0.0
    genres: tuple[str, ...] = ()
    overview: str | None = None
    poster_url: str | None = None
    rating: float | None = None
    votes: int = 0
    runtime: int | None = None
    makers: tuple[str, ...] = ()


class TitleFacts(TitleCard):
    """All that a title's own page shows."""

    original_title: str | None = None
    tagline: str | None = None
    keywords: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()


class Similar(Answer):
    """Titles like the one asked for, best first."""

    results: tuple[TitleCard, ...]


class Completions(Answer):
    """Titles whose names go on from what was typed, best known first."""

    results: tuple[TitleCard, ...]


_SIMILAR: Final = TypeAdapter(Similar)
_FACTS: Final = TypeAdapter(TitleFacts)
_COMPLETIONS: Final = TypeAdapter(Completions)


class Titles:
    """What the API tells of titles."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def similar(self, search: Search, caller: Caller = NOBODY) -> Similar:
        """Titles like the search's title, or that fit its text; without what the caller saw."""
        body = search.to_request()
        if search.unseen and caller.profile:
            body["exclude_watched_of"] = caller.profile
        return self._transport.ask(
            _SIMILAR, "POST", "/mcp/knn", caller._replace(profile=""), json=body
        )

    def title(self, ref: TitleRef) -> TitleFacts:
        """The facts of one title."""
        return self._transport.ask(_FACTS, "GET", f"/titles/{ref.kind}/{ref.tmdb_id}")

    def existing(self, refs: Iterable[TitleRef]) -> list[TitleFacts]:
        """The facts of those titles that the catalogue has."""
        every = []
        for ref in refs:
            try:
                every.append(self.title(ref))
            except ApiRefused as error:
                if error.code != "not_found":
                    raise
        return every

    def name(self, ref: TitleRef) -> str:
        """A title's name; its kind and number where that can't be learnt."""
        try:
            return self.title(ref).title
        except ApiError:
            return str(ref)

    def named(self, typed: str, limit: int = 8) -> tuple[TitleCard, ...]:
        """Up to `limit` titles whose names go on from what was typed."""
        return self._transport.ask(
            _COMPLETIONS, "GET", "/titles/search", params={"q": typed, "limit": limit}
        ).results
