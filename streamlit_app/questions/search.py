"""What is being looked for, and its form in the address bar. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Self, cast

from streamlit_app.questions.address import Params, Reading, among, last, read, whole, written
from streamlit_app.questions.vocabulary import GENRES, KINDS_NAMES, LANGUAGES, Kind, Kinds

MAX_TEXT: Final = 2000
MAX_NAME: Final = 200
MAX_RESULTS: Final = 200
DEFAULT_RESULTS: Final = 12
MAX_TMDB_ID: Final = 2**31 - 1
MAX_LIKED: Final = 20
YEARS: Final = (1870, 2100)
MINUTES: Final = (1, 1000)


MODES: Final = {"words": "In your words", "name": "By name", "several": "Several", "id": "By id"}
"""The ways of asking, by their names."""
COUNTS: Final = (6, 12, 24, 48, 96, 200)
"""How many titles may be asked for at a click."""


class TitleRef(NamedTuple):
    """A title by its kind and TMDB number; written `movie-603` in an address."""

    kind: Kind
    tmdb_id: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.tmdb_id}"

    @property
    def other_kind(self) -> "TitleRef":
        """The title of the other kind that has the same number."""
        return TitleRef("tv" if self.kind == "movie" else "movie", self.tmdb_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search: by `title`, by several in `like`, or by `text`; none of them on a first visit.

    A text may go with `like`, and titles to keep away from in `unlike`. Years and minutes are
    inclusive; `rating` is 0 to 10; `k` is 1 to 200. `unseen` leaves out what the viewer watched.
    """

    text: str = ""
    title: TitleRef | None = None
    like: tuple[TitleRef, ...] = ()
    unlike: tuple[TitleRef, ...] = ()
    unseen: bool = False
    results: Kinds = "all"
    k: int = DEFAULT_RESULTS
    year_from: int | None = None
    year_to: int | None = None
    genres: tuple[str, ...] = ()
    without_genres: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    min_votes: int = 0
    min_rating: float = 0.0
    runtime_from: int | None = None
    runtime_to: int | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Sequence[str]]) -> Self:
        """Read the query of an address. What can't be meant is left out, never an error."""
        found = cls(**read(params, _PARAMS))
        title = None if found.like else found.title
        text = "" if title else found.text
        unlike = tuple(ref for ref in found.unlike if ref not in found.like)
        return replace(found, title=title, text=text, unlike=unlike)

    def to_params(self) -> Params:
        """The shortest query of an address that reads back as this search."""
        return written(self, _PARAMS)

    def to_request(self) -> dict[str, object]:
        """The body of `POST /mcp/knn`; only for a search that isn't empty."""
        asked: dict[str, object]
        if self.title:
            asked = {"tmdb_id": self.title.tmdb_id, "input_media_type": self.title.kind}
        elif self.like:
            named = {"like": self.like, "unlike": self.unlike}
            asked = {
                name: [{"tmdb_id": ref.tmdb_id, "media_type": ref.kind} for ref in refs]
                for name, refs in named.items()
                if refs
            }
            asked |= {"text": self.text} if self.text else {}
        else:
            asked = {"text": self.text}
        body = asked | {"results_media_type": self.results, "k": self.k}
        return body | {"filters": self.filters} if self.filters else body

    @property
    def is_empty(self) -> bool:
        """True where nothing is asked for yet."""
        return not self.text and self.title is None and not self.like

    @property
    def filters(self) -> dict[str, object]:
        """The conditions that are set, by the API's names."""
        every: dict[str, object] = {
            "year_from": self.year_from,
            "year_to": self.year_to,
            "genres": list(self.genres),
            "without_genres": list(self.without_genres),
            "languages": list(self.languages),
            "min_votes": self.min_votes,
            "min_rating": self.min_rating,
            "runtime_from": self.runtime_from,
            "runtime_to": self.runtime_to,
        }
        return {name: value for name, value in every.items() if value}

    def described(self) -> list[str]:
        """What narrows the search, each condition in words."""
        languages = [LANGUAGES.get(code, code) for code in self.languages]
        conditions = (
            (self.results != "all", f"{KINDS_NAMES[self.results].lower()} only"),
            (self.year_from is not None, f"from {self.year_from}"),
            (self.year_to is not None, f"until {self.year_to}"),
            (self.genres, " or ".join(self.genres)),
            (self.without_genres, f"no {' or '.join(self.without_genres)}"),
            (languages, f"in {' or '.join(languages)}"),
            (self.min_votes, f"at least {self.min_votes:,} votes"),
            (self.min_rating, f"rated {self.min_rating:g} or better"),
            (self.runtime_from is not None, f"{self.runtime_from} minutes or longer"),
            (self.runtime_to is not None, f"{self.runtime_to} minutes or shorter"),
            (self.unseen, "nothing that you have watched"),
        )
        return [words for holds, words in conditions if holds]

    def for_title(self, title: TitleRef) -> Self:
        """The same wishes, for titles like this one."""
        return replace(self, text="", title=title, like=(), unlike=())

    def for_text(self, text: str) -> Self:
        """The same wishes, for titles that fit these words; with several titles, like them too."""
        return replace(self, text=" ".join(text.split())[:MAX_TEXT], title=None)

    def liking(self, ref: TitleRef) -> Self:
        """Like this one as well: of one title becomes a search by several."""
        own = (self.title,) if self.title else self.like
        like = tuple(dict.fromkeys((*own, ref)))[:MAX_LIKED]
        unlike = tuple(one for one in self.unlike if one != ref)
        return replace(self, title=None, like=like, unlike=unlike)

    def unliking(self, ref: TitleRef) -> Self:
        """Not like this one."""
        own = (self.title,) if self.title else self.like
        unlike = tuple(dict.fromkeys((*self.unlike, ref)))[:MAX_LIKED]
        like = tuple(one for one in own if one != ref)
        return replace(self, title=None, like=like, unlike=unlike)

    def letting_go(self, ref: TitleRef) -> Self:
        """Without this one among the titles."""
        return replace(
            self,
            title=None,
            like=tuple(one for one in self.like if one != ref),
            unlike=tuple(one for one in self.unlike if one != ref),
        )

    def without_filters(self) -> "Search":
        """The same question with every filter taken off."""
        return Search(
            text=self.text,
            title=self.title,
            like=self.like,
            unlike=self.unlike,
            results=self.results,
            k=self.k,
        )


def longer(search: Search, shown: int) -> int | None:
    """How many titles a longer list has, where there may be more than the `shown` ones."""
    if shown < search.k:
        return None
    return next((count for count in COUNTS if count > search.k), None)


def parse_title(text: str, kind: Kind = "movie") -> TitleRef | None:
    """Read `603`, `movie-603`, `tv/1396` or a TMDB address; None where it names no title.

    A bare number is of `kind`.
    """
    text = text.strip()
    found = re.search(r"(?:^|/)(movie|tv)[-/:](\d{1,10})(?!\d)", text)
    if found:
        named, number = cast("Kind", found[1]), int(found[2])
    elif re.fullmatch(r"\d{1,10}", text):
        named, number = kind, int(text)
    else:
        return None
    return TitleRef(named, number) if 1 <= number <= MAX_TMDB_ID else None


def _rating(text: str) -> float | None:
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", text):
        return None
    return min(round(float(text) * 2) / 2, 10.0)


def _titles(named: Sequence[str]) -> tuple[TitleRef, ...]:
    found = (parse_title(text) for text in named)
    return tuple(dict.fromkeys(ref for ref in found if ref))[:MAX_LIKED]


def _known_genres(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name in GENRES))


def _languages(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if re.fullmatch("[a-z]{2}", code)))


_PARAMS: Final[Reading] = {
    "title": ("title", last(parse_title)),
    "like": ("like", _titles),
    "unlike": ("unlike", _titles),
    "text": ("q", last(lambda text: " ".join(text.split())[:MAX_TEXT])),
    "results": ("show", among(KINDS_NAMES)),
    "k": ("k", whole(1, MAX_RESULTS)),
    "year_from": ("from", whole(*YEARS)),
    "year_to": ("to", whole(*YEARS)),
    "genres": ("genre", _known_genres),
    "without_genres": ("not", _known_genres),
    "languages": ("lang", _languages),
    "min_votes": ("votes", whole(0, 10**7)),
    "min_rating": ("rating", last(_rating)),
    "runtime_from": ("longer", whole(*MINUTES)),
    "runtime_to": ("shorter", whole(*MINUTES)),
    "unseen": ("unseen", last("1".__eq__)),
}
