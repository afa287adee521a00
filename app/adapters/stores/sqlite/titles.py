"""The catalogue in SQLite."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from app.adapters.stores.common.portions import (
    checked_size,
    key_portions,
    number_portions,
    text_portions,
)
from app.adapters.stores.common.title_codec import TITLES
from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.external_ids import (
    IMDB,
    TVDB,
    bearers,
    entries_of,
    replace_entries,
    stored_entries,
)
from app.domain.catalogue.titles import MediaKind, Title, TitleId

_UPSERT: Final = (
    "INSERT INTO titles (key, body) VALUES (?, ?) "
    "ON CONFLICT (key) DO UPDATE SET body = excluded.body"
)
_AMONG: Final = "SELECT body FROM titles WHERE key IN (SELECT value FROM json_each(?))"
_NEXT: Final = "SELECT key, body FROM titles WHERE key > ? ORDER BY key LIMIT ?"
_DELETE: Final = "DELETE FROM titles WHERE key IN (SELECT value FROM json_each(?))"


class SqliteTitleStore:
    """`TitleStore` over one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def upsert(self, titles: Sequence[Title]) -> None:
        bodies = {title.id.key: TITLES.encode(title) for title in titles}
        if not bodies:
            return
        # In order of key, neighbours meet on the same page of the index.
        ordered = sorted(bodies.items())
        latest = {title.id.key: title for title in titles}
        with self._database.transaction() as connection:
            before = stored_entries(connection, sorted(bodies))
            connection.executemany(_UPSERT, ordered)
            replace_entries(connection, before, entries_of(latest.values()))

    def get(self, title_id: TitleId) -> Title | None:
        return self.get_many((title_id,)).get(title_id)

    def get_many(self, ids: Collection[TitleId]) -> dict[TitleId, Title]:
        found = {}
        for keys in key_portions(ids):
            for (body,) in self._database.rows(_AMONG, (json.dumps(keys),)):
                title = TITLES.decode(body)
                found[title.id] = title
        return found

    def delete(self, ids: Collection[TitleId]) -> int:
        deleted = 0
        with self._database.transaction() as connection:
            for keys in key_portions(ids):
                replace_entries(connection, stored_entries(connection, keys), set())
                deleted += connection.execute(_DELETE, (json.dumps(keys),)).rowcount
        return deleted

    def scan(self, batch_size: int = 1000, after: TitleId | None = None) -> Iterator[list[Title]]:
        return self._scan(checked_size("batch_size", batch_size), after.key if after else 0)

    def count(self) -> dict[MediaKind, int]:
        counts = dict(self._database.rows("SELECT is_tv, count FROM title_counts"))
        return {MediaKind.MOVIE: counts[0], MediaKind.TV: counts[1]}

    def by_imdb(self, ids: Collection[str]) -> dict[str, TitleId]:
        return {
            str(each): title_id
            for part in text_portions(ids)
            for each, title_id in bearers(self._database, IMDB, part)
        }

    def by_tvdb(self, ids: Collection[int]) -> dict[int, TitleId]:
        return {
            int(each): title_id
            for part in number_portions(ids)
            for each, title_id in bearers(self._database, TVDB, part)
        }

    def _scan(self, batch_size: int, last: int) -> Iterator[list[Title]]:
        while batch := self._database.rows(_NEXT, (last, batch_size)):
            last = batch[-1][0]
            yield [TITLES.decode(body) for _, body in batch]
