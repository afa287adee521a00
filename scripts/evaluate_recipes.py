"""Compare ways to compose the text that is embedded, by what they are for.

For each way all titles of the data folder are embedded, and measured twice by meaning alone: by the
queries of `scripts/search_queries.tsv` (hit@10 and MRR of plots, details and moods), and by ratings
in MovieLens format: how often one of the ten titles nearest to what a person liked is among those
that the same person liked later. Per person the last fifth is held out; what was seen is left out.
"""

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.adapters.clock import SystemClock
from app.adapters.embedders import open_embedder
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind, Title
from app.domain.index.embedding_text import META_KEYWORDS, embedding_text
from app.domain.ports.index import Embedder
from app.domain.ports.vectors import Vectors
from scripts.bench.report import Row, show
from scripts.evaluate_search import OWN, Query, read_queries

MODEL: Final = "all-MiniLM-L6-v2"
KINDS: Final = ("plot", "detail", "mood")
LIKED: Final = 4.0
FEWEST_LIKED: Final = 3
AT_ONCE: Final = 1024


def named(title: Title) -> str:
    """Name and year."""
    return f"{title.name} ({title.year})." if title.year else f"{title.name}."


def topics(title: Title) -> str:
    """Keywords, then genres."""
    words = [word for word in title.keywords if word.casefold() not in META_KEYWORDS]
    return f"{', '.join(words[:24])}. {', '.join(title.genres)}."


def people(title: Title) -> str:
    """Who made it and who plays."""
    return ", ".join(dict.fromkeys((*title.makers[:3], *title.cast[:4]))) + "."


RECIPES: Final[dict[str, Callable[[Title], str]]] = {
    "as it is": embedding_text,
    "as it is, less people": lambda t: embedding_text(replace(t, makers=(), cast=())),
    "name first": lambda t: " ".join((named(t), topics(t), people(t), t.overview, t.tagline)),
    "name first, less people": lambda t: " ".join((named(t), topics(t), t.overview, t.tagline)),
    "keywords first": lambda t: " ".join((topics(t), t.overview, t.name + ".", people(t))),
    "name and overview": lambda t: f"{t.name}. {t.overview} {t.tagline}",
    "overview alone": lambda t: t.overview or t.name,
}


@dataclass(frozen=True, slots=True)
class Person:
    """Rows of titles: liked and seen before, liked afterwards."""

    liked: list[int]
    seen: list[int]
    later: set[int]


def main() -> int:
    """Embed, measure, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="DIR")
    parser.add_argument("--ratings", type=Path, required=True, metavar="CSV")
    parser.add_argument("--links", type=Path, required=True, metavar="CSV")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    stores = open_sqlite(arguments.data / "watcher.sqlite3", SystemClock())
    titles = [t for some in stores.titles.scan() for t in some if t.id.kind is MediaKind.MOVIE]
    stores.close()
    if not titles:
        parser.exit(2, f"{arguments.data} holds no titles: import a catalogue first.\n")
    row_of = {title.id.tmdb_id: row for row, title in enumerate(titles)}
    persons = list(read_people(arguments.ratings, arguments.links, row_of))
    queries = [query for query in read_queries(OWN) if query.kind in KINDS]
    embedder = open_embedder(MODEL, arguments.data / "models")
    asked = embedder.embed([query.text for query in queries])
    ids = np.array([title.id.tmdb_id for title in titles])
    rows: list[Row] = []
    for name, recipe in RECIPES.items():
        print(f"Embedding: {name}", file=sys.stderr)
        vectors = embedded(embedder, [recipe(title) for title in titles])
        found = ids[np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, :100]]
        rows.append(
            {"name": name} | by_queries(queries, found.tolist()) | by_people(persons, vectors)
        )
    show(rows, arguments.json)
    return 0


def embedded(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Rows in the order of the texts, embedded by length so that little is padding."""
    order = np.argsort([-len(text) for text in texts], kind="stable")
    rows = np.empty((len(texts), embedder.dimension), np.float32)
    for start in range(0, len(texts), AT_ONCE):
        some = order[start : start + AT_ONCE]
        rows[some] = embedder.embed([texts[place] for place in some])
    return rows


def read_people(ratings: Path, links: Path, row_of: dict[int, int]) -> Iterable[Person]:
    """Those with at least three liked titles before and one afterwards."""
    with links.open(encoding="utf-8") as stream:
        known = {
            line["movieId"]: row_of[int(line["tmdbId"])]
            for line in csv.DictReader(stream)
            if line["tmdbId"] and int(line["tmdbId"]) in row_of
        }
    rated = defaultdict[str, list[tuple[int, int, float]]](list)
    with ratings.open(encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            if line["movieId"] in known:
                event = (int(line["timestamp"]), known[line["movieId"]], float(line["rating"]))
                rated[line["userId"]].append(event)
    for events in rated.values():
        events.sort()
        cut = len(events) * 4 // 5
        liked = [row for _, row, rating in events[:cut] if rating >= LIKED]
        later = {row for _, row, rating in events[cut:] if rating >= LIKED}
        if len(liked) >= FEWEST_LIKED and later:
            yield Person(liked, [row for _, row, _ in events[:cut]], later)


def by_queries(queries: Sequence[Query], found: Sequence[Sequence[int]]) -> dict[str, object]:
    """hit@10 and mean reciprocal rank of each kind."""
    figures: dict[str, object] = {}
    for kind in KINDS:
        ranks = [
            next((place for place, one in enumerate(ids) if one in query.wanted), None)
            for query, ids in zip(queries, found, strict=True)
            if query.kind == kind
        ]
        figures[f"{kind} hit@10"] = float(np.mean([r is not None and r < 10 for r in ranks]))  # noqa: PLR2004 -- as its name says
        figures[f"{kind} mrr"] = float(np.mean([0 if r is None else 1 / (r + 1) for r in ranks]))
    return figures


def by_people(persons: Sequence[Person], vectors: Vectors) -> dict[str, object]:
    """HR@10 and NDCG@10 of the best-neighbour recommender: its score is the highest cosine."""
    hits, gains = [], []
    for person in persons:
        scores = (vectors @ vectors[person.liked].T).max(axis=1)
        scores[person.seen] = -2
        top = np.argsort(-scores, kind="stable")[:10].tolist()
        found = [row in person.later for row in top]
        hits.append(any(found))
        best = sum(1 / np.log2(place + 2) for place in range(min(10, len(person.later))))
        gains.append(sum(1 / np.log2(p + 2) for p, hit in enumerate(found) if hit) / best)
    return {"HR@10": float(np.mean(hits)), "NDCG@10": float(np.mean(gains))}


if __name__ == "__main__":
    sys.exit(main())
