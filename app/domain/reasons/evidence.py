"""Why a title is in somebody's list: facts that hold, from which a reason is written."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.catalogue.titles import TitleId


class Origin(StrEnum):
    """What found a title.

    `SIMILAR`: near to titles that the person likes. `RECOMMENDED`: TMDB names it beside one of
    them. `CO_RATED`: people who rated one of them highly also rated this highly. `WATCHLIST`: the
    person wrote it down. `NEXT_PART`: it follows a film that they have seen. `POPULAR`: many know
    and like it. `ELSEWHERE`: chosen from outside the person's usual genres.
    """

    SIMILAR = "similar"
    RECOMMENDED = "recommended"
    CO_RATED = "co_rated"
    WATCHLIST = "watchlist"
    NEXT_PART = "next_part"
    POPULAR = "popular"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Liked:
    """A title that the person likes: what they said of it, and the cosine with the pick, -1 to 1.

    `rating` is theirs, 1 to 10, None where they gave none. `is_near`: one may say that it is close
    to the pick, for few titles of the catalogue are as close to each other.
    """

    id: TitleId
    name: str
    year: int | None
    rating: int | None = None
    loved: bool = False
    cosine: float = 0.0
    is_near: bool = False


class Trait(StrEnum):
    """What two titles can have in common."""

    COLLECTION = "collection"
    MAKER = "maker"
    CAST = "cast"
    KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that the pick has in common with the liked title `with_id`."""

    trait: Trait
    name: str
    with_id: TitleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of it true. Empty where there is nothing to say.

    `liked` are at most 3, nearest first, that are close to it or share people with it; every
    `with_id` of `shared` is among them or among `co_rated`. `co_rated` are liked titles whose
    friends also rated the pick highly, the strongest first. `recommended_by` are liked titles
    beside which TMDB names it. `after` is the part of the saga that it follows. `genres` are those
    of the pick that the person likes most, `taste` the words of the taste that it answers, both may
    be empty. `rating` (0 to 10) and `votes` are everybody's.
    """

    origins: tuple[Origin, ...]
    liked: tuple[Liked, ...] = ()
    co_rated: tuple[Liked, ...] = ()
    recommended_by: tuple[Liked, ...] = ()
    after: Liked | None = None
    shared: tuple[Shared, ...] = ()
    genres: tuple[str, ...] = ()
    taste: tuple[str, ...] = ()
    rating: float | None = None
    votes: int = 0
