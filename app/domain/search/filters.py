"""Which titles a search may return."""

from dataclasses import dataclass, fields

from app.domain.catalogue.titles import Title


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFilter:
    """All conditions must hold; an unset one always does. Hashable, so that it can be cached by.

    Years are inclusive, and so are runtimes, in minutes (of one episode, for a series). A title
    passes `genres` with at least one of them, and `without_genres` with none of them; names are
    TMDB's, as in `app.domain.catalogue.vocabulary`. `languages` are ISO 639-1 codes of the original
    language. A title whose year, runtime or rating is unknown does not pass a condition on it.
    """

    year_from: int | None = None
    year_to: int | None = None
    runtime_from: int | None = None
    runtime_to: int | None = None
    genres: frozenset[str] = frozenset()
    without_genres: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    min_votes: int = 0
    min_rating: float = 0.0
    include_adult: bool = False

    def passes(self, title: Title) -> bool:
        """Whether the title, as it is now, meets all conditions."""
        genres = frozenset(title.genres)
        return (
            (self.include_adult or not title.adult)
            and _within(title.year, self.year_from, self.year_to)
            and _within(title.runtime, self.runtime_from, self.runtime_to)
            and (not self.genres or not self.genres.isdisjoint(genres))
            and self.without_genres.isdisjoint(genres)
            and (not self.languages or title.original_language in self.languages)
            and title.votes >= self.min_votes
            and (not self.min_rating or (title.rating or 0) >= self.min_rating)
        )

    def described(self) -> dict[str, object]:
        """The conditions that are set, for people and logs."""
        plain = TitleFilter()
        return {
            f.name: sorted(value) if isinstance(value, frozenset) else value
            for f in fields(self)
            if (value := getattr(self, f.name)) != getattr(plain, f.name)
        }


def _within(fact: int | None, lowest: int | None, highest: int | None) -> bool:
    """Whether a fact, unknown where None or 0, is within these bounds; None bounds nothing."""
    known = fact or 0
    return (lowest is None or known >= max(lowest, 1)) and (highest is None or 0 < known <= highest)


EVERYTHING = TitleFilter()
