"""Which titles a search may return."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFilter:
    """All conditions must hold; an unset one always does. Hashable, so that it can be cached by.

    Years are inclusive. A title passes `genres` with at least one of them, and `without_genres`
    with none of them; names are TMDB's, as in `app.domain.vocabulary`. `languages` are ISO 639-1
    codes of the original language. A title whose year or rating is unknown does not pass a
    condition on it.
    """

    year_from: int | None = None
    year_to: int | None = None
    genres: frozenset[str] = frozenset()
    without_genres: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    min_votes: int = 0
    min_rating: float = 0.0
    include_adult: bool = False

    @property
    def is_open(self) -> bool:
        """True where every title passes that isn't marked adult."""
        return self == TitleFilter()

    def described(self) -> dict[str, object]:
        """The conditions that are set, for people and logs."""
        plain = TitleFilter()
        return {
            f.name: sorted(value) if isinstance(value, frozenset) else value
            for f in fields(self)
            if (value := getattr(self, f.name)) != getattr(plain, f.name)
        }


EVERYTHING = TitleFilter()
