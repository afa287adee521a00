"""Rating sets in MovieLens format: what is read, and what is said of what can't be."""

import gzip
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.rating_files import ratings as reading
from app.adapters.rating_files import read_rating_set
from app.domain.errors import Damaged, InvalidInput
from app.domain.progress import Progress
from app.domain.recommend.rating_sets import RatingSet
from tests.builders import movie

RATINGS = "userId,movieId,rating,timestamp\n"
LINKS = "movieId,imdbId,tmdbId\n1,0000001,101\n2,0000002,102\n3,0000003,\n4,0000004,102\n"


def put(folder: Path, ratings: str, links: str = LINKS) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "ratings.csv").write_text(ratings, encoding="utf-8", newline="")
    (folder / "links.csv").write_text(links, encoding="utf-8", newline="")
    return folder


def as_rows(ratings: RatingSet) -> list[tuple[int, int, float, int]]:
    return list(
        zip(
            ratings.people.tolist(),
            ratings.keys.tolist(),
            ratings.ratings.tolist(),
            ratings.times.tolist(),
            strict=True,
        )
    )


def refusal(folder: Path) -> str:
    with pytest.raises(InvalidInput) as refused:
        read_rating_set(folder)
    return refused.value.detail


def test_stars_are_doubled_and_a_person_s_ratings_stand_in_the_order_of_time(
    tmp_path: Path,
) -> None:
    lines = "9,1,0.5,70\n9,2,5.0,60\n2,2,3.5,80\n2,1,4,80\n"
    found = read_rating_set(put(tmp_path / "ml-made", RATINGS + lines))
    assert as_rows(found.ratings) == [
        (2, movie(102).key, 7.0, 80),
        (2, movie(101).key, 8.0, 80),
        (9, movie(102).key, 10.0, 60),
        (9, movie(101).key, 1.0, 70),
    ]
    assert (found.source, found.unlinked, found.replaced) == ("ml-made", 0, 0)


def test_films_without_a_tmdb_id_are_counted_and_left_out(tmp_path: Path) -> None:
    found = read_rating_set(put(tmp_path, RATINGS + "1,3,4,5\n1,1,4,6\n1,77,4,6\n"))
    assert as_rows(found.ratings) == [(1, movie(101).key, 8.0, 6)]
    assert found.unlinked == 2


def test_the_latest_rating_of_a_title_counts_under_whatever_number(tmp_path: Path) -> None:
    lines = "1,4,2,50\n1,2,5,40\n1,1,3,45\n2,2,1,9\n2,4,1.5,9\n"
    found = read_rating_set(put(tmp_path, RATINGS + lines))
    assert as_rows(found.ratings) == [
        (1, movie(101).key, 6.0, 45),
        (1, movie(102).key, 4.0, 50),
        (2, movie(102).key, 3.0, 9),
    ]
    assert found.replaced == 2


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.sampled_from((1, 2, 4)), st.integers(1, 10), st.integers(0, 5)
        ),
        min_size=1,
        max_size=40,
    ),
    st.integers(1, 7),
)
def test_chunks_leave_no_trace(
    tmp_path_factory: pytest.TempPathFactory, rows: Sequence[tuple[int, int, int, int]], chunk: int
) -> None:
    text = "".join(f"{u},{m},{r / 2},{t}\n" for u, m, r, t in rows)
    folder = put(tmp_path_factory.mktemp("set"), RATINGS + text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_CHUNK", chunk)
        found = as_rows(read_rating_set(folder).ratings)
    title = {1: movie(101).key, 2: movie(102).key, 4: movie(102).key}
    last = dict[tuple[int, int], tuple[int, int, int]]()
    for number, (user, film, rating, time) in enumerate(rows):
        pair = user, title[film]
        last[pair] = max(last.get(pair, (-1, -1, -1)), (time, number, rating))
    wanted = sorted((pair[0], *kept, pair[1]) for pair, kept in last.items())
    assert found == [(user, key, float(rating), time) for user, time, _, rating, key in wanted]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,1,4", "4 values expected, 3 found"),
        ("1,1,4,5,6", "4 values expected, 5 found"),
        ("x,1,4,5", "userId 'x' is no whole number"),
        ("1,1.5,4,5", "movieId '1.5' is no whole number"),
        ("-1,1,4,5", "userId '-1' is no whole number"),
        ("1,1,5.5,5", "rating '5.5' is not 0.5 to 5"),
        ("1,1,0,5", "rating '0' is not 0.5 to 5"),
        ("1,1,3.3,5", "rating '3.3' is not 0.5 to 5"),
        ("1,1,nan,5", "rating 'nan' is not 0.5 to 5"),
        ("1,1,,5", "rating '' is not 0.5 to 5"),
        ("1,1,4,inf", "timestamp 'inf' is no whole number"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    detail = refusal(put(tmp_path, f"{RATINGS}1,1,4,5\n\n{line}\n2,1,4,5\n"))
    assert detail.startswith(f"ratings.csv, line 4: {said}")


def test_a_bad_line_of_a_later_chunk_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_CHUNK", 3)
    lines = "".join(f"{n},1,4,5\n" for n in range(10)) + "10,1,bad,5\n"
    assert "line 12: rating 'bad'" in refusal(put(tmp_path, RATINGS + lines))


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ("movieId,imdbId,tmdbId\n1,5,x\n", "links.csv, line 2: tmdbId"),
        ("movieId,imdbId,tmdbId\n\n,5,6\n", "links.csv, line 3: no movieId"),
        ("movieId,imdbId,tmdbId\n1,5\n", "links.csv, line 2: 3 values expected, 2 found"),
        ("movieId,title\n1,5\n", "links.csv must begin with the columns movieId,imdbId,tmdbId"),
        ("", "links.csv is empty"),
    ],
)
def test_bad_links_are_named(tmp_path: Path, links: str, said: str) -> None:
    assert refusal(put(tmp_path, RATINGS + "1,1,4,5\n", links)).startswith(said)


def test_other_columns_are_refused_by_name_and_other_orders_read(tmp_path: Path) -> None:
    detail = refusal(put(tmp_path, "user::item::rating::time\n1::1::4::5\n"))
    assert "userId,movieId,rating,timestamp" in detail
    assert "user::item" in detail
    swapped = put(tmp_path, "\ufefftimestamp,RATING,movieid,userId\r\n5,4.5,1,77\r\n")
    assert as_rows(read_rating_set(swapped).ratings) == [(77, movie(101).key, 9.0, 5)]


def test_nothing_at_all_is_an_error(tmp_path: Path) -> None:
    assert "holds no ratings" in refusal(put(tmp_path, RATINGS))
    assert "is empty" in refusal(put(tmp_path, ""))
    assert "do both files belong to one set?" in refusal(put(tmp_path, RATINGS + "1,9,4,5\n"))


def test_files_a_folder_and_an_archive_hold_the_same(tmp_path: Path) -> None:
    folder = put(tmp_path / "a", RATINGS + "1,1,4,5\n1,2,3,6\n")
    wanted = as_rows(read_rating_set(folder).ratings)
    ratings, links = folder / "ratings.csv", folder / "links.csv"
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.write(ratings, "ml-made/ratings.csv")
        made.write(links, "ml-made/links.csv")
    packed = tmp_path / "ratings.csv.gz"
    packed.write_bytes(gzip.compress(ratings.read_bytes()))
    assert as_rows(read_rating_set(ratings, links).ratings) == wanted
    assert as_rows(read_rating_set(ratings).ratings) == wanted
    assert as_rows(read_rating_set(archive).ratings) == wanted
    assert as_rows(read_rating_set(packed, links).ratings) == wanted


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert "nowhere does not exist" in refusal(tmp_path / "nowhere")
    folder = put(tmp_path / "a", RATINGS)
    (folder / "links.csv").unlink()
    assert "links.csv does not exist" in refusal(folder)
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(folder / "ratings.csv", "ratings.csv")
    assert refusal(archive) == "set.zip holds no links.csv"


def test_a_broken_archive_is_damaged(tmp_path: Path) -> None:
    folder = put(tmp_path / "a", RATINGS + "".join(f"{n},1,4,{n}\n" for n in range(5000)))
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.write(folder / "links.csv", "links.csv")
        made.write(folder / "ratings.csv", "ratings.csv")
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(Damaged, match=r"ratings\.csv in set\.zip"):
        read_rating_set(archive)
    archive.write_bytes(data[: len(data) // 2])
    with pytest.raises(Damaged, match=r"set\.zip"):
        read_rating_set(archive)


def test_progress_ends_at_the_file_s_end(tmp_path: Path) -> None:
    told = list[Progress]()
    read_rating_set(put(tmp_path, RATINGS + "1,1,4,5\n"), report=told.append)
    assert told[-1].done == told[-1].total
    assert told[-1].message == "1 ratings"


def test_types_are_those_of_the_domain(tmp_path: Path) -> None:
    found = read_rating_set(put(tmp_path, RATINGS + "1,1,4,5\n")).ratings
    types = [found.people.dtype, found.keys.dtype, found.ratings.dtype, found.times.dtype]
    assert types == [np.int64, np.int64, np.float32, np.int64]
