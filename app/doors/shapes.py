"""What doors take and give in the same shape: titles, kinds, filters."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.catalogue.vocabulary import GENRES, LANGUAGES, genre_named
from app.domain.people.bounds import FIRST_YEAR, LARGEST_ID, LAST_YEAR
from app.domain.search.filters import TitleFilter
from app.services.search.search import BOTH


def _whole(number: object) -> object:
    """7.0 is a whole number to JSON, and no other kind of value is one."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


WHOLE: Final = BeforeValidator(_whole)
KindOrAll = Literal["movie", "tv", "all"]
TmdbId = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID), WHOLE]
AnyYear = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Year = Annotated[int, Field(strict=True, ge=FIRST_YEAR, le=LAST_YEAR), WHOLE]
Minutes = Annotated[
    int, Field(strict=True, ge=1, le=100_000, description="Of one episode, for a series"), WHOLE
]

_POSTER_SIZE: Final = "w342"


def kinds_of(kind: KindOrAll) -> tuple[MediaKind, ...]:
    """The kinds that are meant."""
    return BOTH if kind == "all" else (MediaKind(kind),)


def rounded(digits: int) -> AfterValidator:
    """For a figure that is given with so many digits; None stays."""
    return AfterValidator(lambda figure: None if figure is None else round(figure, digits))


KindOfId = Annotated[MediaKind, Field(validation_alias=AliasPath("id", "kind"))]
NumberOfId = Annotated[int, Field(validation_alias=AliasPath("id", "tmdb_id"))]


class Shape(BaseModel):
    """What is given; made of what services tell by the names of its fields."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def made_of(cls, told: object, **more: Any) -> Self:  # noqa: ANN401 -- whatever fields take
        """Of what is told, but for fields that are given."""
        for name in cls.model_fields:
            if name not in more and hasattr(told, name):
                more[name] = getattr(told, name)
        return cls(**more)


class TitleRef(BaseModel):
    """A title by its id and kind."""

    model_config = ConfigDict(extra="forbid")

    tmdb_id: TmdbId
    media_type: MediaKind

    def as_id(self) -> TitleId:
        """The same, as the program names it."""
        return TitleId(self.media_type, self.tmdb_id)


class TitleCard(Shape):
    """What a list shows of a title. `rating` is 0 to 10, `runtime` in minutes."""

    tmdb_id: int
    media_type: MediaKind
    title: str
    year: int | None
    genres: tuple[str, ...]
    overview: str
    poster_url: str | None
    rating: float | None
    votes: int
    runtime: int | None
    makers: tuple[str, ...]

    @classmethod
    def of(cls, title: Title, images: str, **more: Any) -> Self:  # noqa: ANN401 -- a subclass's
        """Of a title; `images` is the address that posters are linked from."""
        return cls(
            tmdb_id=title.id.tmdb_id,
            media_type=title.id.kind,
            title=title.name,
            year=title.year,
            genres=title.genres,
            overview=title.overview,
            poster_url=f"{images}/{_POSTER_SIZE}{title.poster_path}" if title.poster_path else None,
            rating=title.rating,
            votes=title.votes,
            runtime=title.runtime,
            makers=title.makers,
            **more,
        )


class Filters(BaseModel):
    """All of them must hold.

    A title whose year, runtime or rating is unknown passes no condition on it.
    """

    model_config = ConfigDict(extra="forbid")

    year_from: Year | None = None
    year_to: Year | None = None
    runtime_from: Minutes | None = None
    runtime_to: Minutes | None = None
    genres: list[str] = Field([], max_length=30, description="At least one of them")
    without_genres: list[str] = Field([], max_length=30, description="None of them")
    languages: list[str] = Field(
        [], max_length=50, description="Original language, ISO 639-1, at least one of them"
    )
    min_votes: Annotated[int, Field(strict=True, ge=0, le=10**9), WHOLE] = 0
    min_rating: float = Field(0, ge=0, le=10)

    @field_validator("genres", "without_genres")
    @classmethod
    def _known_genres(cls, names: list[str]) -> list[str]:
        unknown = [name for name in names if genre_named(name) is None]
        if unknown:
            shown = ", ".join(repr(name[:40]) for name in unknown[:5])
            raise ValueError(f"unknown genre {shown}; known are {', '.join(GENRES)}")
        return [known for name in names if (known := genre_named(name))]

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, codes: list[str]) -> list[str]:
        folded = [code.strip().lower() for code in codes]
        unknown = [code for code in folded if code not in LANGUAGES]
        if unknown:
            shown = ", ".join(repr(code[:20]) for code in unknown[:5])
            raise ValueError(f"unknown language {shown}; use ISO 639-1 codes such as en, fr, ja")
        return folded

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.year_from and self.year_to and self.year_from > self.year_to:
            raise ValueError("year_from is after year_to")
        if self.runtime_from and self.runtime_to and self.runtime_from > self.runtime_to:
            raise ValueError("runtime_from is above runtime_to")
        return self

    def as_domain(self) -> TitleFilter:
        """The same, as the index takes it."""
        told: dict[str, Any] = {
            name: frozenset(value) if isinstance(value, list) else value for name, value in self
        }
        return TitleFilter(**told)
