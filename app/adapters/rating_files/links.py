"""``links.csv``: which number of TMDB a film of the set has."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.adapters.dumps.opening import TextFile
from app.adapters.facts import UnusableRow
from app.adapters.history_files.values import id_of
from app.domain.catalogue.keys import located
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import InvalidInput

COLUMNS: Final = ("movieId", "imdbId", "tmdbId")
UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class FilmLinks:
    """The set's own numbers (m,), ascending, and for each the place of its title in `keys`.

    A place is `UNKNOWN` where the film has no TMDB id. `keys` (t,) are `TitleId.key`, ascending:
    several films of the set may be one title.
    """

    movies: NDArray[np.int64]
    places: NDArray[np.int32]
    keys: NDArray[np.int64]

    def places_of(self, movies: NDArray[np.int64]) -> NDArray[np.int32]:
        """Places in `keys` (n,), `UNKNOWN` for those that have no title."""
        places = np.full(len(movies), UNKNOWN, np.int32)
        rows, here = located(self.movies, movies)
        places[here] = self.places[rows[here]]
        return places


def columns_of(header: Sequence[str], wanted: Sequence[str], name: str) -> list[str]:
    """The columns in the order they stand in. Raises `InvalidInput` where they are others."""
    found = [cell.strip().casefold() for cell in header]
    if sorted(found) != sorted(column.casefold() for column in wanted):
        shown = ", ".join(header)[:200].strip()
        raise InvalidInput(f"{name} must begin with the columns {','.join(wanted)}, not {shown!r}")
    return found


def read_links(file: TextFile) -> FilmLinks:
    """All of the file. Raises `InvalidInput` naming the line that can't be used."""
    rows = csv.reader(file.lines())
    tmdb_of = dict[int, int | None]()
    try:
        header = next(rows, None)
        if header is None:
            raise InvalidInput(f"{file.name} is empty")
        columns = columns_of(header, COLUMNS, file.name)
        movie_at, tmdb_at = columns.index("movieid"), columns.index("tmdbid")
        for row in rows:
            if not row:
                continue
            if len(row) != len(COLUMNS):
                raise UnusableRow(f"{len(COLUMNS)} values expected, {len(row)} found")  # noqa: TRY301  # one way out for all of them
            movie = id_of("movieId", row[movie_at])
            if movie is None:
                raise UnusableRow("no movieId")  # noqa: TRY301
            tmdb_of[movie] = id_of("tmdbId", row[tmdb_at])
    except (UnusableRow, csv.Error) as error:
        raise InvalidInput(f"{file.name}, line {rows.line_num}: {error}") from error
    return _links(tmdb_of)


def _links(tmdb_of: dict[int, int | None]) -> FilmLinks:
    keys = sorted({TitleId(MediaKind.MOVIE, i).key for i in tmdb_of.values() if i is not None})
    place_of = {key: place for place, key in enumerate(keys)}
    movies = sorted(tmdb_of)
    places = [
        UNKNOWN if (tmdb_id := tmdb_of[movie]) is None
        else place_of[TitleId(MediaKind.MOVIE, tmdb_id).key]
        for movie in movies
    ]  # fmt: skip
    return FilmLinks(
        np.array(movies, np.int64), np.array(places, np.int32), np.array(keys, np.int64)
    )
