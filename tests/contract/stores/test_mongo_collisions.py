"""Two writers that insert the same new document at once, as a real server may answer them."""

from typing import Any

import pytest
from pymongo import MongoClient, ReplaceOne
from pymongo.errors import BulkWriteError
from pymongo.results import BulkWriteResult

from app.adapters.stores.mongo.titles import write_all

WRITES = [ReplaceOne[dict[str, Any]]({"_id": n}, {"_id": n}, upsert=True) for n in range(5)]


class Colliding:
    """The collection, which answers the first call as if others had just inserted some."""

    def __init__(self, collection: Any, codes: dict[int, int]) -> None:  # noqa: ANN401  # any will do
        self.collection = collection
        self.codes = codes

    def bulk_write(self, writes: list[Any], *, ordered: bool) -> BulkWriteResult:
        codes, self.codes = self.codes, {}
        passed = [write for place, write in enumerate(writes) if place not in codes]
        result: BulkWriteResult = self.collection.bulk_write(passed, ordered=ordered)
        if codes:
            errors = [{"index": place, "code": code} for place, code in codes.items()]
            raise BulkWriteError(
                {
                    "writeErrors": errors,
                    "writeConcernErrors": [],
                    "nUpserted": result.upserted_count,
                }
            )
        return result


@pytest.mark.parametrize("codes", [{0: 11000}, {1: 11000, 4: 11000}])
def test_the_losers_write_is_repeated(
    mongo_uri: str, mongo_database: str, codes: dict[int, int]
) -> None:
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        collection = client[mongo_database]["titles"]
        added = write_all(Colliding(collection, codes), WRITES)  # type: ignore[arg-type]  # a stand-in
        assert added == 5
        assert collection.count_documents({}) == 5


def test_any_other_error_is_raised(mongo_uri: str, mongo_database: str) -> None:
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        collection = Colliding(client[mongo_database]["titles"], {1: 11000, 2: 121})
        with pytest.raises(BulkWriteError):
            write_all(collection, WRITES)  # type: ignore[arg-type]  # a stand-in
