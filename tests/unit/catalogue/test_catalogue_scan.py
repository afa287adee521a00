"""What a walk through the catalogue takes over from exports, and finds."""

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.ports.catalogue import TitleStore
from app.domain.progress import silent
from app.services.catalogue import catalogue_scan
from app.services.catalogue.export_snapshot import ExportSnapshot
from tests.builders import make_title

Fame = dict[TitleId, float]


class Catalogue:
    """A `TitleStore` that is read through in lists of two; counts how often."""

    def __init__(self, titles: Sequence[Title]) -> None:
        self.titles = {title.id: title for title in titles}
        self.walks = 0
        self.written: list[TitleId] = []

    def scan(self, _size: int) -> Iterator[list[Title]]:
        self.walks += 1
        every = sorted(self.titles.values(), key=lambda title: title.id.key)
        for start in range(0, len(every), 2):
            yield every[start : start + 2]

    def upsert(self, titles: Sequence[Title]) -> None:
        self.titles |= {title.id: title for title in titles}
        self.written += [title.id for title in titles]

    @property
    def port(self) -> TitleStore:
        return cast(TitleStore, self)


ids = st.builds(TitleId, st.sampled_from(MediaKind), st.integers(1, 6))
fame = st.dictionaries(ids, st.floats(0, 1000, width=32))


def exports_of(told: Fame) -> dict[MediaKind, ExportSnapshot]:
    """Of each kind that is told of, by falling popularity."""
    found = {}
    for kind in dict.fromkeys(one.kind for one in told):
        mine = sorted((-value, one.tmdb_id) for one, value in told.items() if one.kind is kind)
        found[kind] = ExportSnapshot(
            "2026-06-14",
            np.array([number for _, number in mine], np.int64),
            np.array([-value for value, _ in mine], np.float32),
        )
    return found


@given(fame, fame)
def test_each_kind_takes_over_what_moved_and_nothing_else_in_one_walk(
    had: Fame, told: Fame
) -> None:
    catalogue = Catalogue(
        [make_title(one.tmdb_id, one.kind, popularity=value) for one, value in had.items()]
    )
    before = dict(catalogue.titles)
    exports = exports_of(told)
    moved, known = catalogue_scan.take_popularity(catalogue.port, exports, silent)
    far = {
        one: told[one]
        for one, value in had.items()
        if one in told and abs(told[one] - value) > 0.1 * value
    }
    assert {one: title.popularity for one, title in catalogue.titles.items()} == had | far
    assert sorted(catalogue.written) == sorted(far)
    assert moved == len(far)
    assert catalogue.walks == (1 if exports else 0)
    assert {kind: some.tolist() for kind, some in known.items()} == {
        kind: sorted(one.tmdb_id for one in before if one.kind is kind) for kind in exports
    }


@given(
    st.lists(st.tuples(ids, st.integers(0, 9), st.sampled_from(Source)), unique_by=lambda r: r[0])
)
def test_what_grew_old_is_the_sources_own_the_oldest_first(
    rows: list[tuple[TitleId, int, Source]],
) -> None:
    catalogue = Catalogue(
        [
            make_title(one.tmdb_id, one.kind, source=source, fetched_at=at)
            for one, at, source in rows
        ]
    )
    found = catalogue_scan.fetched_before(catalogue.port, 5, list(MediaKind), silent)
    old = sorted(
        (at, one.tmdb_id, one.kind) for one, at, source in rows if at < 5 and source is Source.TMDB
    )
    for kind in MediaKind:
        assert found[kind].tolist() == [number for _, number, of in old if of is kind]


@pytest.mark.parametrize("kind", MediaKind)
def test_numbers_are_those_of_one_kind(kind: MediaKind) -> None:
    other = MediaKind.TV if kind is MediaKind.MOVIE else MediaKind.MOVIE
    catalogue = Catalogue([make_title(3, kind), make_title(2, other), make_title(1, kind)])
    assert catalogue_scan.numbers(catalogue.port, kind, silent).tolist() == [1, 3]
