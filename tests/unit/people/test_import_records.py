"""Records go into the catalogue: counted, merged, refused with their reasons."""

from collections.abc import Collection, Iterator, Sequence

import pytest

from app.domain.catalogue.dumps import LeftOut, Record, Refusal
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.errors import Cancelled, Damaged, StoreUnavailable
from app.domain.progress import Progress, silent
from app.services.catalogue.dumps import CHUNK, import_records, load_sample_if_empty


class MemoryTitles:
    """A `TitleStore` that remembers how often it was written."""

    def __init__(self) -> None:
        self.titles: dict[TitleId, Title] = {}
        self.writes: list[int] = []

    def upsert(self, titles: Sequence[Title]) -> None:
        self.writes.append(len(titles))
        self.titles.update({title.id: title for title in titles})

    def get(self, title_id: TitleId) -> Title | None:
        return self.titles.get(title_id)

    def get_many(self, ids: Collection[TitleId]) -> dict[TitleId, Title]:
        return {i: self.titles[i] for i in ids if i in self.titles}

    def delete(self, ids: Collection[TitleId]) -> int:
        return sum(self.titles.pop(i, None) is not None for i in ids)

    def scan(self, batch_size: int = 1000, after: TitleId | None = None) -> Iterator[list[Title]]:
        raise NotImplementedError

    def by_imdb(self, ids: Collection[str]) -> dict[str, TitleId]:
        raise NotImplementedError

    def by_tvdb(self, ids: Collection[int]) -> dict[int, TitleId]:
        raise NotImplementedError

    def count(self) -> dict[MediaKind, int]:
        return {kind: sum(i.kind is kind for i in self.titles) for kind in MediaKind}


def film(number: int, name: str = "A Film", **facts: object) -> Title:
    return Title(id=TitleId(MediaKind.MOVIE, number), name=name, **facts)  # type: ignore[arg-type]  # facts of the test


def records(*titles: Title) -> list[Record]:
    return [Record(line, title) for line, title in enumerate(titles, 2)]


def test_rows_are_counted_for_what_became_of_them() -> None:
    store = MemoryTitles()
    rich = film(1, votes=900, rating=8.0, cast=("One", "Two"))
    import_records(store, records(rich, film(2)), silent)
    outcome = import_records(
        store,
        [
            *records(film(1, votes=3, cast=("One",)), film(2), film(2, runtime=90), film(3)),
            Refusal(6, "no name"),
        ],
        silent,
    )
    assert (outcome.read, outcome.written, outcome.unchanged, outcome.refused) == (5, 2, 2, 1)
    assert outcome.kept_richer == 1
    assert outcome.refusals == [Refusal(6, "no name")]
    assert store.titles[rich.id] == rich
    assert store.titles[TitleId(MediaKind.MOVIE, 2)].runtime == 90


def test_importing_again_writes_nothing() -> None:
    store = MemoryTitles()
    rows = records(*(film(n, votes=n) for n in range(1, 30)), film(1, runtime=80))
    import_records(store, rows, silent)
    store.writes.clear()
    again = import_records(store, rows, silent)
    assert (again.written, again.unchanged, store.writes) == (0, 30, [])


def test_two_files_give_the_same_catalogue_in_either_order() -> None:
    one = records(film(1, "Long Name", votes=5), film(2, runtime=90))
    two = records(film(1, "Name", votes=9, cast=("A",)), film(2, source=Source.SAMPLE, year=1999))
    forth, back = MemoryTitles(), MemoryTitles()
    for store, files in ((forth, (one, two)), (back, (two, one))):
        for rows in files:
            import_records(store, rows, silent)
    assert forth.titles == back.titles


def test_a_chunk_is_written_before_its_progress_is_told() -> None:
    store = MemoryTitles()
    seen: list[tuple[int, int | None, int]] = []

    def report(progress: Progress) -> None:
        seen.append((progress.done, progress.total, sum(store.writes)))

    count = 2 * CHUNK + 1
    rows = (Record(n, film(n)) for n in range(1, count + 1))
    import_records(store, rows, report, rows_expected=lambda done: done * 2)
    assert seen == [
        (CHUNK, 2 * CHUNK, CHUNK),
        (2 * CHUNK, 4 * CHUNK, 2 * CHUNK),
        (count, count, count),
    ]


def test_a_stop_keeps_what_was_told() -> None:
    store = MemoryTitles()

    def stop(_progress: Progress) -> None:
        raise Cancelled("asked to stop")

    with pytest.raises(Cancelled):
        import_records(store, (Record(n, film(n)) for n in range(1, 3 * CHUNK)), stop)
    assert len(store.titles) == CHUNK


def test_refusals_are_all_counted_and_the_first_thousand_kept() -> None:
    outcome = import_records(
        MemoryTitles(), (Refusal(line, "no name") for line in range(2, 2502)), silent
    )
    assert (outcome.refused, len(outcome.refusals), outcome.refusals[-1].line) == (2500, 1000, 1001)
    assert outcome.failed == "none of its rows can be used"


def test_left_out_values_are_counted_by_kind() -> None:
    left_out = [LeftOut("unknown genre", "Epic"), LeftOut("date can't be read", "soon")]
    outcome = import_records(
        MemoryTitles(),
        [Record(2, film(1), tuple(left_out)), Record(3, film(2), (left_out[0],))],
        silent,
    )
    assert outcome.left_out == {"unknown genre": 2, "date can't be read": 1}
    assert outcome.examples["unknown genre"] == ["Epic"]
    assert outcome.written == 2


def test_a_file_that_breaks_off_gives_its_rows_and_says_so() -> None:
    def broken() -> Iterator[Record]:
        yield from records(film(1), film(2))
        raise Damaged("films.csv.gz can't be read behind line 3")

    store = MemoryTitles()
    outcome = import_records(store, broken(), silent)
    assert len(store.titles) == 2
    assert "line 3" in outcome.failed


def test_a_store_that_fails_is_an_error() -> None:
    class FullTitles(MemoryTitles):
        def upsert(self, titles: Sequence[Title]) -> None:
            raise StoreUnavailable(f"The disk is full, {len(titles)} titles are not kept")

    with pytest.raises(StoreUnavailable):
        import_records(FullTitles(), records(film(1)), silent)


def test_the_sample_goes_into_an_empty_store_only() -> None:
    store = MemoryTitles()

    def sample() -> list[Record]:
        return records(film(1, source=Source.SAMPLE))

    first = load_sample_if_empty(store, sample, silent)
    assert first is not None
    assert first.written == 1
    assert load_sample_if_empty(store, sample, silent) is None


def test_a_sample_that_is_of_no_use_is_an_error() -> None:
    with pytest.raises(Damaged, match="sample"):
        load_sample_if_empty(MemoryTitles(), lambda: [Refusal(2, "no title")], silent)
