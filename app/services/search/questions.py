"""A question for similar titles, whichever kind it is of, and its answer."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import InvalidInput
from app.domain.search.filters import EVERYTHING, TitleFilter
from app.services.search.search import BOTH, Search, SearchResult
from app.services.search.text_search import Mode, Scope

_EITHER_KIND = "for the same number can be a film and a series"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """By `tmdb_id`, by `text`, or by the titles in `like`, away from those in `unlike`.

    Exactly one of the three, but a text may go with `like`. `asked_kinds` are what `tmdb_id` is
    said to be, for which it must be one; `wanted` are the kinds of the results, where empty those
    of the title, or both. `where` and `exclude` hold for results. `unseen_by` is a profile whose
    watched titles stay out; that the asker may know these is for the door to see to.

    Raises `InvalidInput` where it is no question, or more than one.
    """

    tmdb_id: int | None = None
    asked_kinds: tuple[MediaKind, ...] = ()
    text: str | None = None
    mode: Mode | None = None
    like: tuple[TitleId, ...] = ()
    unlike: tuple[TitleId, ...] = ()
    wanted: tuple[MediaKind, ...] = ()
    k: int = 10
    where: TitleFilter = EVERYTHING
    exclude: frozenset[TitleId] = frozenset()
    unseen_by: str | None = None

    def __post_init__(self) -> None:
        by_title = self.tmdb_id is not None
        if self.like and by_title:
            fault = "give either tmdb_id or like, and not both; like may hold that title"
        elif not self.like and (self.text is None) != by_title:
            fault = "give either tmdb_id or text, and not both; or several titles in like"
        elif self.unlike and not self.like:
            fault = "unlike: it needs at least one title in like"
        elif self.mode is not None and (self.like or self.text is None):
            fault = "mode: it goes with a text alone"
        elif self.text is not None and not self.words:
            fault = "text: it is empty; describe what you would like to see"
        elif by_title and not self.asked_kinds:
            fault = f"input_media_type: say movie or tv with tmdb_id, {_EITHER_KIND}"
        elif by_title and len(self.asked_kinds) > 1:
            fault = (
                f"input_media_type: 'all' can't go with tmdb_id, {_EITHER_KIND}; say movie or tv"
            )
        else:
            return
        raise InvalidInput(fault)

    @property
    def words(self) -> str:
        """The text without control characters (NUL among them) and surrounding space."""
        spoken = (c if c.isprintable() or c == "\u200d" else " " for c in self.text or "")
        return "".join(spoken).strip()

    @property
    def ranked_by(self) -> Mode:
        """What a text alone is ranked by."""
        return self.mode or Mode.HYBRID

    @property
    def title_id(self) -> TitleId | None:
        """The title that is asked by."""
        return None if self.tmdb_id is None else TitleId(self.asked_kinds[0], self.tmdb_id)

    @property
    def kinds(self) -> tuple[MediaKind, ...]:
        """The kinds of the results."""
        return self.wanted or (self.asked_kinds if self.tmdb_id is not None else ()) or BOTH


class Questions:
    """The verb; `watched` tells the titles that a profile has watched."""

    def __init__(self, search: Search, watched: Callable[[str], Collection[TitleId]]) -> None:
        self._search = search
        self._watched = watched

    def answered(self, asked: Question) -> SearchResult:
        """The k nearest titles that pass; never those asked by. Raises `NotFound`, `NotReady`."""
        exclude = {*asked.exclude}
        if asked.unseen_by is not None:
            exclude |= {*self._watched(asked.unseen_by)}
        k, scope = asked.k, Scope(asked.kinds, asked.where, exclude)
        if asked.title_id is not None:
            return self._search.by_id(asked.title_id, k, scope)
        if asked.like:
            return self._search.by_several(asked.like, asked.unlike, asked.words, k, scope)
        return self._search.by_text(asked.words, k, scope, asked.ranked_by)
