"""Made people with made tastes: half of the films are of one taste, half of the other."""

from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind
from app.domain.ports.vectors import VectorRow
from app.domain.recommend.rating_sets import RatingSet
from scripts.evaluation.catalogue import Catalogue
from tests.builders import make_title, movie, random_vectors
from tests.world import open_world

MODEL = "all-MiniLM-L6-v2"
FILMS = 60


def keys_of(numbers: NDArray[np.int64] | list[int]) -> NDArray[np.int64]:
    """Keys of the films with these numbers."""
    return np.array([movie(int(number)).key for number in numbers], np.int64)


def made_catalogue(films: int = FILMS, dimension: int = 16) -> Catalogue:
    """Films 1 to `films`; those with odd numbers resemble each other, those with even ones too."""
    return Catalogue(keys_of(list(range(1, films + 1))), _vectors(films, dimension))


def made_ratings(people: int = 40, films: int = FILMS, seed: int = 0) -> RatingSet:
    """Each rates some 20 films, mostly of the own taste, and those well; times ascend."""
    random = np.random.default_rng(seed)
    columns = list[tuple[int, int, float, int]]()
    for person in range(1, people + 1):
        count = int(random.integers(12, 28))
        preferences = np.where(np.arange(1, films + 1) % 2 == person % 2, 3.0, 1.0)
        chosen = random.choice(films, count, replace=False, p=preferences / preferences.sum())
        for place, film in enumerate(chosen + 1):
            good = film % 2 == person % 2
            rating = int(random.integers(8, 11) if good else random.integers(1, 7))
            columns.append((person, int(film), rating, 1_000_000 + 60 * place))
    who, films_rated, stars, times = zip(*columns, strict=True)
    return RatingSet(
        np.array(who, np.int64),
        keys_of(list(films_rated)),
        np.array(stars, np.float32),
        np.array(times, np.int64),
    )


def write_set(folder: Path, ratings: RatingSet, films: int = FILMS) -> None:
    """As MovieLens' files; film n has the number 1000 + n there."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{person},{1000 + (key >> 1)},{stars / 2},{time}"
        for person, key, stars, time in zip(
            ratings.people.tolist(),
            ratings.keys.tolist(),
            ratings.ratings.tolist(),
            ratings.times.tolist(),
            strict=True,
        )
    ]
    header = "userId,movieId,rating,timestamp"
    (folder / "ratings.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    links = [f"{1000 + n},{n:07},{n}" for n in range(1, films + 1)]
    text = "\n".join(["movieId,imdbId,tmdbId", *links, ""])
    (folder / "links.csv").write_text(text, encoding="utf-8")


def fill_store(folder: Path, films: int = FILMS, embedded: int = FILMS) -> None:
    """A data folder with the films of `made_catalogue`, some of them embedded, and a series."""
    titles = [make_title(number) for number in range(1, films + 1)]
    with closing(open_world(folder, titles=[*titles, make_title(3, MediaKind.TV)])) as services:
        vectors = _vectors(films, 384)
        rows = [VectorRow(t.id, bytes(16), v) for t, v in zip(titles, vectors, strict=True)]
        series = VectorRow(make_title(3, MediaKind.TV).id, bytes(16), vectors[0])
        services.vectors.upsert(MODEL, [*rows[:embedded], series])


def _vectors(films: int, dimension: int) -> NDArray[np.float32]:
    apart = random_vectors(films, dimension, seed=3)
    tastes = random_vectors(2, dimension, seed=4)
    rows = apart + tastes[np.arange(1, films + 1) % 2]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / lengths, np.float32)
