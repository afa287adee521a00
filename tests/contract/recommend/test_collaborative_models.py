"""Kept co-rating models: published whole or not at all, and checked before they are used."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.adapters import published_folder
from app.adapters.co_rating_files import CoRatingFiles
from app.domain.errors import Damaged, InvalidInput, StoreUnavailable
from app.domain.ports.collaborative_models import Array
from tests.fakes.clock import MovedClock

META = {"source": "made", "parameters": {"ridge": 2.5}}


def arrays(seed: int) -> dict[str, Array]:
    random = np.random.default_rng(seed)
    return {
        "keys": np.arange(50, dtype=np.int64),
        "weights": random.standard_normal((50, 50)).astype(np.float32),
    }


@pytest.fixture
def files(tmp_path: Path) -> CoRatingFiles:
    return CoRatingFiles(tmp_path / "co_ratings", MovedClock())


def loaded(files: CoRatingFiles) -> tuple[str, int]:
    """Version, and the seed of its arrays."""
    found = files.load()
    assert found is not None
    for seed in range(10):
        if all(np.array_equal(found.arrays[n], a) for n, a in arrays(seed).items()):
            return found.version, seed
    raise AssertionError("none of the made arrays")


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def vanish(path: Path) -> None:
    path.unlink()


def test_nothing_is_there_before_the_first(files: CoRatingFiles) -> None:
    assert files.load() is None
    assert files.current_version() is None


def test_what_was_kept_comes_back(files: CoRatingFiles) -> None:
    version = files.save(arrays(1), META)
    found = files.load()
    assert found is not None
    assert (found.version, files.current_version()) == (version, version)
    assert found.meta == {**META, "made_at": MovedClock().now()}
    assert {n: a.dtype for n, a in found.arrays.items()} == {
        "keys": np.int64,
        "weights": np.float32,
    }
    assert loaded(files) == (version, 1)
    with pytest.raises(ValueError, match="read-only"):
        found.arrays["keys"][0] = 7


def test_the_newest_is_used_and_one_before_it_kept(files: CoRatingFiles, tmp_path: Path) -> None:
    versions = [files.save(arrays(seed), META) for seed in range(4)]
    assert loaded(files) == (versions[-1], 3)
    names = {path.name for path in (tmp_path / "co_ratings").iterdir()}
    assert names == {"CURRENT", *versions[-2:]}


def test_another_process_notices_a_new_one(files: CoRatingFiles, tmp_path: Path) -> None:
    files.save(arrays(1), META)
    other = CoRatingFiles(tmp_path / "co_ratings", MovedClock())
    before = other.load()
    latest = files.save(arrays(2), META)
    assert other.current_version() == latest
    assert before is not None
    assert np.array_equal(before.arrays["weights"], arrays(1)["weights"])
    assert loaded(other) == (latest, 2)


@pytest.mark.parametrize("damage", [flip, truncate, vanish])
@pytest.mark.parametrize("name", ["weights.npy", "keys.npy", "manifest.json"])
def test_a_damaged_one_is_refused_and_the_former_used(
    files: CoRatingFiles, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    former, latest = files.save(arrays(1), META), files.save(arrays(2), META)
    damage(tmp_path / "co_ratings" / latest / name)
    assert loaded(files) == (former, 1)
    status = files.status()
    assert status.version == former
    assert len(status.refused) == 1
    assert latest in status.refused[0]


def test_where_all_are_damaged_it_says_what_to_run(files: CoRatingFiles, tmp_path: Path) -> None:
    version = files.save(arrays(1), META)
    flip(tmp_path / "co_ratings" / version / "weights.npy")
    with pytest.raises(Damaged, match=r"scripts\.train_co_ratings"):
        files.load()
    assert files.status().version == ""
    latest = files.save(arrays(2), META)
    assert loaded(files) == (latest, 2)


@pytest.mark.parametrize("text", [b"", b"{", b'{"current": "../../elsewhere"}', b"[]"])
def test_a_damaged_pointer_is_said_and_mended_by_training(
    files: CoRatingFiles, tmp_path: Path, text: bytes
) -> None:
    files.save(arrays(1), META)
    (tmp_path / "co_ratings" / "CURRENT").write_bytes(text)
    with pytest.raises(Damaged, match="CURRENT is damaged"):
        files.current_version()
    latest = files.save(arrays(2), META)
    assert loaded(files) == (latest, 2)


def test_a_pointer_of_before_is_read(files: CoRatingFiles, tmp_path: Path) -> None:
    former, latest = files.save(arrays(1), META), files.save(arrays(2), META)
    pointer = f'{{"current":"{latest}","previous":"{former}"}}'
    (tmp_path / "co_ratings" / "CURRENT").write_text(pointer)
    assert loaded(files) == (latest, 2)
    newest = files.save(arrays(3), META)
    names = {path.name for path in (tmp_path / "co_ratings").iterdir()}
    assert names == {"CURRENT", latest, newest}


def test_a_full_disk_leaves_what_was_published(
    files: CoRatingFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = files.save(arrays(1), META)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for step in ("sync_all", "write_synced", "sync"):
        with monkeypatch.context() as patch:
            patch.setattr(published_folder, step, full)
            with pytest.raises(StoreUnavailable, match="free some space"):
                files.save(arrays(2), META)
        assert loaded(files) == (version, 1)
    assert not list((tmp_path / "co_ratings").glob(".building-*"))


def test_what_a_killed_training_left_is_cleared(files: CoRatingFiles, tmp_path: Path) -> None:
    leftover = tmp_path / "co_ratings" / ".building-c-20200101T000000-abcdef"
    leftover.mkdir(parents=True)
    (leftover / "weights.npy").write_bytes(b"half")
    assert files.load() is None
    files.save(arrays(1), META)
    assert not leftover.exists()


def test_what_can_t_be_kept_is_refused(files: CoRatingFiles) -> None:
    for bad in ({"../out": np.zeros(3)}, {"names": np.array(["a"])}, {"x": np.array([object()])}):
        with pytest.raises(InvalidInput):
            files.save(bad, META)
    with pytest.raises(InvalidInput, match="JSON"):
        files.save(arrays(1), {"x": object()})
    assert files.load() is None
