"""What is made is the account's alone, and what was wide is narrowed where it is ours."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.private_files import (
    make_private_folder,
    make_private_tree,
    narrow,
    private_opener,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_what_is_made_is_ours_alone(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_private_folder(folder)
    with open(folder / "file", "w", opener=private_opener):
        pass
    assert (mode(folder), mode(folder / "file")) == (0o700, 0o600)


def test_what_was_wide_is_narrowed_and_keeps_its_other_bits(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o2775)
    (folder / "index").mkdir()
    (folder / "store").touch(0o664)
    make_private_tree(folder)
    assert mode(folder) == 0o2700
    assert (mode(folder / "index") & 0o777, mode(folder / "store")) == (0o700, 0o600)


def test_a_folder_of_everybodys_and_what_a_link_leads_to_stay(tmp_path: Path) -> None:
    shared, target = tmp_path / "shared", tmp_path / "target"
    shared.mkdir()
    shared.chmod(0o1777)
    target.touch(0o644)
    (shared / "link").symlink_to(target)
    make_private_tree(shared)
    assert (mode(shared), mode(target)) == (0o1777, 0o644)


def test_what_is_somebody_elses_is_left_and_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch(0o644)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    make_private_tree(tmp_path)
    assert (mode(tmp_path), mode(tmp_path / "file")) == (0o755, 0o644)


def test_a_system_that_refuses_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise PermissionError

    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuses)
    make_private_tree(tmp_path)
    narrow(tmp_path / "nowhere")
