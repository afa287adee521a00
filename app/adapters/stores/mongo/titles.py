"""The catalogue in MongoDB: one document per title, its key as ``_id``."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, TypeVar

import bson
from pymongo import ASCENDING, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from app.adapters.stores.common.portions import (
    checked_size,
    key_portions,
    number_portions,
    portions,
    text_portions,
)
from app.adapters.stores.common.title_codec import TITLES, storable
from app.adapters.stores.mongo.connection import Document, MongoCollection, MongoDatabase, reported
from app.domain.catalogue.titles import MediaKind, Title, TitleId

_TITLES_PER_CALL: Final = 5000
_DUPLICATE_KEY: Final = 11000
_ATTEMPTS: Final = 5
_Value = TypeVar("_Value", str, int)


class MongoTitleStore:
    """`TitleStore` over one collection.

    A call that raises `StoreUnavailable` may have written some of its titles, each of them whole:
    a single MongoDB server has no transactions. Repeating the call completes it.
    """

    def __init__(self, database: MongoDatabase, address: str) -> None:
        self._titles = database["titles"]
        self._address = address

    def upsert(self, titles: Sequence[Title]) -> None:
        documents = {title.id.key: _document(title) for title in titles}
        with reported(self._address):
            for document in documents.values():
                bson.encode(document)  # what can't be written is refused before anything is
            ready = [ReplaceOne({"_id": key}, documents[key], upsert=True) for key in documents]
            for part in portions(ready, _TITLES_PER_CALL):
                write_all(self._titles, part)

    def get(self, title_id: TitleId) -> Title | None:
        if not storable(title_id):
            return None
        with reported(self._address):
            found = self._titles.find_one({"_id": title_id.key})
        return _title(found) if found else None

    def get_many(self, ids: Collection[TitleId]) -> dict[TitleId, Title]:
        found = {}
        for keys in key_portions(ids):
            with reported(self._address):
                documents = list(
                    self._titles.find({"_id": {"$in": list(keys)}}, batch_size=len(keys))
                )
            for document in documents:
                title = _title(document)
                found[title.id] = title
        return found

    def delete(self, ids: Collection[TitleId]) -> int:
        with reported(self._address):
            return sum(
                self._titles.delete_many({"_id": {"$in": list(keys)}}).deleted_count
                for keys in key_portions(ids)
            )

    def scan(self, batch_size: int = 1000, after: TitleId | None = None) -> Iterator[list[Title]]:
        return self._scan(checked_size("batch_size", batch_size), after.key if after else 0)

    def count(self) -> dict[MediaKind, int]:
        with reported(self._address):
            return {kind: self._titles.count_documents({"kind": kind.value}) for kind in MediaKind}

    def by_imdb(self, ids: Collection[str]) -> dict[str, TitleId]:
        return self._lowest("imdb_id", text_portions(ids), tuple(MediaKind))

    def by_tvdb(self, ids: Collection[int]) -> dict[int, TitleId]:
        return self._lowest("tvdb_id", number_portions(ids), (MediaKind.TV,))

    def _lowest(
        self, field: str, portions_of_values: Iterable[Sequence[_Value]], kinds: Sequence[MediaKind]
    ) -> dict[_Value, TitleId]:
        """Of each value the title of these kinds that bears it, with the lowest key."""
        lowest: dict[_Value, TitleId] = {}
        for values in portions_of_values:
            with reported(self._address):
                documents = self._titles.find({field: {"$in": list(values)}}, {field: 1})
                bearers = sorted((document["_id"], document[field]) for document in documents)
            for key, value in bearers:
                if (title_id := TitleId.from_key(key)).kind in kinds:
                    lowest.setdefault(value, title_id)
        return lowest

    def _scan(self, batch_size: int, last: int) -> Iterator[list[Title]]:
        while True:
            with reported(self._address):
                documents = list(
                    self._titles.find(
                        {"_id": {"$gt": last}}, limit=batch_size, batch_size=batch_size
                    ).sort("_id", ASCENDING)
                )
            if not documents:
                return
            last = documents[-1]["_id"]
            yield [_title(document) for document in documents]


def write_all(
    collection: MongoCollection, writes: Sequence[ReplaceOne[Document] | UpdateOne]
) -> int:
    """Carry out the upserts, in any order; returns how many documents were new.

    Two writers that insert the same new document at once may collide on its ``_id``; the loser's
    write is then repeated as the change it has become.
    """
    left = list(writes)
    added = 0
    for attempt in range(_ATTEMPTS):
        try:
            added += collection.bulk_write(left, ordered=False).upserted_count
        except BulkWriteError as error:
            failed = error.details["writeErrors"]
            collided = all(each["code"] == _DUPLICATE_KEY for each in failed)
            lost = error.details.get("writeConcernErrors")
            if not collided or lost or attempt == _ATTEMPTS - 1:
                raise
            left = [left[each["index"]] for each in failed]
            added += int(error.details["nUpserted"])
        else:
            break
    return added


def _document(title: Title) -> Document:
    document = TITLES.document(title)
    del document["id"]
    return {
        "_id": title.id.key,
        "kind": title.id.kind.value,
        "tmdb_id": title.id.tmdb_id,
        **document,
    }


def _title(document: Document) -> Title:
    document["id"] = {"kind": document.pop("kind"), "tmdb_id": document.pop("tmdb_id")}
    return TITLES.from_document(document)
