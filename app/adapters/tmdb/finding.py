"""What TMDB answers about ids of other services."""

from typing import Final

import msgspec

from app.adapters.facts import MAX_ID
from app.adapters.upstream.answers import Unanswered, parsed
from app.domain.catalogue.source_answers import ExternalId, Family, Found
from app.domain.catalogue.titles import MediaKind, TitleId

SOURCES: Final = {Family.IMDB: "imdb_id", Family.TVDB: "tvdb_id"}
"""TMDB's names."""


class _Row(msgspec.Struct):
    id: object = None


class _Results(msgspec.Struct):
    movie_results: list[_Row]
    tv_results: list[_Row]


_RESULTS: Final = msgspec.json.Decoder(_Results)


def found_in(asked: ExternalId, body: bytes) -> Found:
    """The title that a body tells of; of several of a kind the lowest number. Raises `Unanswered`.

    Its lists of episodes, seasons and people are left alone: an episode's id isn't its series'.
    """
    results = parsed(body, _RESULTS)
    rows = {MediaKind.MOVIE: results.movie_results, MediaKind.TV: results.tv_results}
    others = () if asked.family is Family.TVDB else MediaKind
    for kind in (asked.kind, *others):
        if rows[kind]:
            return Found(asked, TitleId(kind, min(_number(row.id) for row in rows[kind])))
    return Found(asked, None)


def _number(value: object) -> int:
    """Raises `Unanswered`: a title that can't be told isn't one that there isn't."""
    if not isinstance(value, int) or value is True or not 0 < value <= MAX_ID:
        raise Unanswered("an answer with an id that can't be used", again=False)
    return value
