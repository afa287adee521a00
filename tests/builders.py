"""Titles and vectors for tests, each different and each the same at every run."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.catalogue.vocabulary import GENRES
from app.domain.ports.vectors import VectorRow, Vectors

_WORDS = (
    *("harbour", "winter", "letters", "engine", "orchard", "captain", "shadow", "bridge"),
    *("violin", "desert", "lantern", "river", "market", "soldier", "garden", "signal"),
    *("mountain", "stranger", "mirror", "island", "comet", "teacher", "forest", "thief"),
)


def movie(tmdb_id: int) -> TitleId:
    return TitleId(MediaKind.MOVIE, tmdb_id)


def series(tmdb_id: int) -> TitleId:
    return TitleId(MediaKind.TV, tmdb_id)


def make_title(tmdb_id: int = 1, kind: MediaKind = MediaKind.MOVIE, **changes: object) -> Title:
    """A title of about 1 KB with invented facts; any field can be set."""
    pick = random.Random(f"{kind}/{tmdb_id}")
    title = Title(
        id=TitleId(kind, tmdb_id),
        name=_phrase(pick, 3).title(),
        year=pick.randint(1930, 2025),
        genres=tuple(sorted(pick.sample(GENRES, 2))),
        keywords=tuple(_phrase(pick, 2) for _ in range(8)),
        cast=tuple(_phrase(pick, 2).title() for _ in range(10)),
        makers=(_phrase(pick, 2).title(),),
        countries=("US",),
        original_language=pick.choice(("en", "fr", "ja")),
        runtime=pick.randint(60, 200),
        votes=pick.randint(0, 20_000),
        rating=round(pick.uniform(1, 10), 3),
        popularity=round(pick.uniform(0, 100), 3),
        overview=_phrase(pick, 50).capitalize() + ".",
        certification="PG",
        certifications=(("DE", "12"), ("US", "PG")),
        providers=(("AU", (_phrase(pick, 1).title(),)), ("US", ("Arthouse", "Big Stream"))),
    )
    return replace(title, **changes)  # type: ignore[arg-type]  # a wrong type is a test's own fault


def make_titles(count: int, start: int = 1, kind: MediaKind = MediaKind.MOVIE) -> list[Title]:
    return [make_title(number, kind) for number in range(start, start + count)]


def random_vectors(count: int, dimension: int = 16, seed: int = 0) -> Vectors:
    """Shape (count, dimension), rows of length 1."""
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def vector_rows(ids: Sequence[TitleId], dimension: int = 16, seed: int = 0) -> list[VectorRow]:
    """A random vector for each id; the hash tells the seed."""
    vectors = random_vectors(len(ids), dimension, seed)
    text_hash = seed.to_bytes(16, "big")
    return [VectorRow(title, text_hash, row) for title, row in zip(ids, vectors, strict=True)]


def _phrase(pick: random.Random, words: int) -> str:
    return " ".join(pick.choices(_WORDS, k=words))
