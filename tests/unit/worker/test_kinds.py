"""What each kind of job must tell, and what is refused."""

import re
from pathlib import Path

import pytest

from app.domain.errors import NotFound
from app.domain.jobs import EMBED_ITEM, SYNC_TMDB, SYNC_TRAKT
from app.doors.worker import kinds
from app.doors.worker.kind import JobKind, Lane
from app.doors.worker.registry import KINDS, collected, kind_named, label_of, names_in

LANELESS = """
from app.doors.worker.kind import JobKind
KIND = JobKind(label="A kind", lane="fetch", work=lambda job: "Done.")
"""


def test_each_file_of_the_folder_is_a_kind() -> None:
    files = {file.stem for file in Path(kinds.__path__[0]).glob("*.py")} - {"__init__"}
    assert KINDS.keys() == files
    assert KINDS.keys() >= {EMBED_ITEM, SYNC_TMDB, SYNC_TRAKT}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_has_a_name_for_people_and_a_lane(kind: JobKind) -> None:
    assert re.fullmatch(r"[A-Z][\w' ]{5,}", kind.label)
    assert kind.label.lower() != kind.name.replace("_", " ")
    assert kind.name in names_in(kind.lane)
    if kind.when:
        assert kind.order > 0


def test_no_two_kinds_are_mistaken_for_each_other() -> None:
    labels = [kind.label for kind in KINDS.values()]
    routes = [kind.route.path for kind in KINDS.values() if kind.route]
    places = [kind.order for kind in KINDS.values() if kind.when]
    for told in (labels, routes, places):
        assert len(set(told)) == len(told)


def test_they_come_in_the_order_in_which_a_fresh_installation_needs_them() -> None:
    needed = [
        *("load_sample", "sync_tmdb", "follow_export", "refresh_tmdb"),
        *("embed_full", "rebuild_index", "sync_trakt", "fetch_named"),
    ]
    assert [name for name, kind in KINDS.items() if kind.when and name in needed] == needed
    assert list(Lane) == ["fetch", "embed", "people", "index"]


@pytest.mark.parametrize(
    "text",
    ["", "KIND = 'odd'", LANELESS],
    ids=["nothing", "something else", "no lane"],
)
def test_a_file_that_makes_no_kind_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    package = f"odd_{tmp_path.name}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "odd.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TypeError, match=r"\.odd makes no KIND"):
        collected(package, [str(folder)])


def test_a_kind_that_there_is_not_is_an_error() -> None:
    with pytest.raises(NotFound, match="knows no job of the kind paint_posters"):
        kind_named("paint_posters")
    assert label_of("paint_posters") == "paint posters", "another version may have left one"
    assert label_of("embed_full") == "Embedding"
