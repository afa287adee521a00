"""kill -9 in the middle of embedding, then again from the start: a real process, a real file."""

import collections
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.services.index.embed import embed_all
from tests.fakes.embedder import WordEmbedder

ROOT = Path(__file__).resolve().parents[2]
TITLES = 600
BATCH = 16

# Every text is noted before it is embedded, so a note without a vector is work that was lost.
EMBED = """
import sys, time
from pathlib import Path
from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from app.services.index.embed import embed_all
from tests.fakes.embedder import WordEmbedder

class Noting(WordEmbedder):
    def embed(self, texts):
        with open(sys.argv[2], "a") as notes:
            notes.writelines(text + chr(10) for text in texts)
        time.sleep(0.02)
        return super().embed(texts)

stores = open_sqlite(Path(sys.argv[1]), SystemClock())
embed_all(stores.titles, stores.vectors, Noting(), batch_size=int(sys.argv[3]))
"""


@pytest.mark.e2e
def test_nothing_is_embedded_twice_beyond_the_batch_in_flight(tmp_path: Path) -> None:
    database, notes = tmp_path / "watcher.db", tmp_path / "notes"
    stores = open_sqlite(database, SystemClock())
    ids = [TitleId(MediaKind.MOVIE, number) for number in range(1, TITLES + 1)]
    stores.titles.upsert([Title(id=one, name=f"Film {one.tmdb_id}") for one in ids])
    command = [sys.executable, "-c", EMBED, str(database), str(notes), str(BATCH)]
    kills = 0
    for wanted in (5 * BATCH, 15 * BATCH, 25 * BATCH):
        process = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + 60
        while not notes.exists() or len(notes.read_text().splitlines()) < wanted:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.kill()
        process.wait()
        kills += 1
        begun = len(set(notes.read_text().splitlines()))
        assert begun - BATCH <= stores.vectors.status("words").count <= begun < TITLES
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    seen = collections.Counter(notes.read_text().splitlines())
    assert len(seen) == TITLES
    assert seen.total() - TITLES <= kills * BATCH
    assert stores.vectors.status("words").count == TITLES
    assert embed_all(stores.titles, stores.vectors, WordEmbedder()).embedded == 0
    stores.close()
