"""How fast titles are embedded, beside plain fp32 ``SentenceTransformer.encode`` on the same texts.

The two take turns on pieces of the texts, for a machine shared with others is now fast, now slow.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from app.adapters.dumps import open_dump
from app.adapters.embedders import open_embedder
from app.adapters.embedders.hub import fetch
from app.adapters.embedders.sources import find_source
from app.adapters.embedders.torch_engine import load_sentence_transformer
from app.adapters.sample_catalogue import read_sample
from app.domain.catalogue.dumps import Record
from app.domain.index.embedding_text import embedding_text
from app.domain.ports.vectors import Vectors
from scripts.bench.report import Row, show

PIECE = 512
QUERIES = 300
BATCH = 128
QUERY = "mind-bending thriller with a twist ending"

Encode = Callable[[Sequence[str]], Vectors]


def main() -> None:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.embed", description=__doc__)
    parser.add_argument("--titles", type=int, default=1500, metavar="N")
    parser.add_argument("--csv", type=Path, help="a dump with overviews; else the sample catalogue")
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    rows = measure(texts_of(arguments.csv, arguments.titles), arguments.model)
    show(rows, arguments.json)


def texts_of(csv: Path | None, count: int) -> list[str]:
    """What is embedded of `count` titles, spread evenly over the file."""
    records = open_dump(csv) if csv else read_sample()
    texts = [embedding_text(one.title) for one in records if isinstance(one, Record)]
    return [texts[i] for i in np.linspace(0, len(texts) - 1, min(count, len(texts))).astype(int)]


def measure(texts: Sequence[str], model: str) -> list[Row]:
    """One row for the baseline and one for ours; the ratio is the median over the pieces."""
    source = find_source(model)
    plain = load_sentence_transformer(source.name, source.folder or fetch(source))
    with tempfile.TemporaryDirectory() as folder:
        ours = open_embedder(model, Path(folder))

        def in_batches(piece: Sequence[str]) -> Vectors:
            """As `app.services.index.embed` does: batches of texts of like length."""
            order = np.argsort([-len(text) for text in piece], kind="stable")
            rows = np.empty((len(piece), ours.dimension), np.float32)
            for i in range(0, len(piece), BATCH):
                members = order[i : i + BATCH]
                rows[members] = ours.embed([piece[m] for m in members])
            return rows

        def baseline(piece: Sequence[str]) -> Vectors:
            found: Vectors = plain.encode(
                list(piece), normalize_embeddings=True, show_progress_bar=False
            )
            return found

        for encode in (baseline, in_batches):
            encode(texts[:32])
        slow, fast, cosines = take_turns(texts, baseline, in_batches)
        words = sum(len(text.split()) for text in texts) / len(texts)
        shared = {"texts": len(texts), "words each": words}
        return [
            {"name": "SentenceTransformer.encode, fp32", **shared}
            | {"texts/s": float(np.median(slow)), "ratio": 1.0, "cosine mean": 1.0}
            | {"cosine worst": 1.0}
            | latency(baseline),
            {"name": f"watcher, {ours.backend}", **shared}
            | {"texts/s": float(np.median(fast)), "ratio": float(np.median(fast / slow))}
            | {"cosine mean": float(cosines.mean()), "cosine worst": float(cosines.min())}
            | latency(ours.embed),
        ]


def take_turns(
    texts: Sequence[str], one: Encode, other: Encode
) -> tuple[Vectors, Vectors, Vectors]:
    """Rates of both per piece, in texts per second, and the cosines text by text."""
    rates: list[tuple[float, float]] = []
    cosines = []
    for start in range(0, len(texts), PIECE):
        piece = texts[start : start + PIECE]
        times, rows = [], []
        for encode in (one, other):
            began = time.perf_counter()
            rows.append(encode(piece))
            times.append(len(piece) / (time.perf_counter() - began))
        rates.append((times[0], times[1]))
        cosines.append((rows[0] * rows[1]).sum(axis=1))
    first, second = np.array(rates, np.float32).T
    return first, second, np.concatenate(cosines)


def latency(encode: Encode) -> dict[str, object]:
    """Milliseconds for one short query, after a few to warm up."""
    times = []
    for turn in range(QUERIES):
        began = time.perf_counter()
        encode([f"{QUERY} {turn}"])
        times.append(1000 * (time.perf_counter() - began))
    median, late = np.percentile(times[20:], [50, 95])
    return {"one text, ms": float(median), "p95, ms": float(late)}


if __name__ == "__main__":
    main()
