"""The titles that a stand-in for Trakt has, found by any of their ids."""

from collections.abc import Iterator, Mapping
from threading import RLock
from typing import Any, Final

from stand_ins.trakt.titles import Episode, Film, Item, Season, Show, made_film, made_show, slug_of

FAMILIES: Final = ("trakt", "slug", "imdb", "tmdb", "tvdb")
"""In the order in which an item's ids are looked at."""

_ADDED_FROM: Final = 500_000


class TraktCatalogue:
    """Films and shows. Safe to add to in one thread while another one looks things up."""

    def __init__(self, films: int, shows: int) -> None:
        self._lock = RLock()
        self._found: dict[tuple[str, str, object], Film | Show] = {}
        self._named: dict[tuple[str, str, int | None], Film | Show] = {}
        self.films: list[Film] = []
        self.shows: list[Show] = []
        for number in range(1, films + 1):
            self.add(made_film(number))
        for number in range(1, shows + 1):
            self.add(made_show(number))

    def add(self, title: Film | Show) -> None:
        """Raises `ValueError` where one of its ids is taken."""
        kind = title.key[0]
        ids = {(kind, family, value) for family, value in title.ids.items() if value is not None}
        with self._lock:
            if taken := ids & self._found.keys():
                raise ValueError(f"there is one already with {sorted(map(str, taken))}")
            self._found |= dict.fromkeys(ids, title)
            self._named.setdefault((kind, title.title.casefold(), title.year), title)
            if isinstance(title, Film):
                self.films.append(title)
            else:
                self.shows.append(title)

    def add_film(
        self,
        title: str,
        year: int | None = None,
        *,
        tmdb: int | None = None,
        imdb: str | None = None,
        released: str = "",
    ) -> Film:
        """A film of one's own. Raises `ValueError` where an id is taken."""
        with self._lock:
            number = _ADDED_FROM + len(self.films)
            film = Film(
                trakt=number,
                slug=slug_of(title, year or "", number),
                title=title,
                year=year,
                imdb=imdb,
                tmdb=tmdb,
                released=released,
            )
            self.add(film)
            return film

    def add_show(
        self,
        title: str,
        year: int | None = None,
        *,
        seasons: Mapping[int, int],
        tmdb: int | None = None,
        imdb: str | None = None,
        tvdb: int | None = None,
    ) -> Show:
        """A series of one's own. Raises `ValueError` where an id is taken."""
        with self._lock:
            number = _ADDED_FROM + len(self.shows)
            show = Show(
                trakt=number,
                slug=slug_of(title, year or "", number),
                title=title,
                year=year,
                imdb=imdb,
                tmdb=tmdb,
                tvdb=tvdb,
                seasons=dict(seasons),
            )
            self.add(show)
            return show

    def find(self, kind: str, wanted: Mapping[str, Any]) -> Item | None:
        """What an object of a request names: by its `ids`, or by `title` and `year`.

        Seasons and episodes are found by Trakt's, TMDB's and TVDB's numbers.
        """
        ids = wanted.get("ids")
        given = ids if isinstance(ids, Mapping) else {}
        with self._lock:
            if kind in ("season", "episode"):
                return self._part(kind, given)
            for family in FAMILIES:
                value = given.get(family)
                if isinstance(value, int | str) and (kind, family, value) in self._found:
                    return self._found[kind, family, value]
            name = wanted.get("title")
            if not given and isinstance(name, str):
                return self._named.get((kind, name.casefold(), wanted.get("year")))
            return None

    def _part(self, kind: str, given: Mapping[str, Any]) -> Season | Episode | None:
        parts = self._seasons() if kind == "season" else self._episodes()
        wanted = {(name, value) for name, value in given.items() if isinstance(value, int | str)}
        return next((part for part in parts if wanted & set(part.ids.items())), None)

    def _seasons(self) -> Iterator[Season]:
        return (show.season(number) for show in self.shows for number in show.seasons)

    def _episodes(self) -> Iterator[Episode]:
        return (episode for season in self._seasons() for episode in season.episodes)
