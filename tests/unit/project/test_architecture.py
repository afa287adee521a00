"""What docs/architecture.md says of the rooms is what there is."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
STOREYS = ("domain", "services")
WITHIN = ("app", "app/adapters", "app/doors")
"""Where each folder is a room; those of the domain and the services have a table of their own."""


def table(after: str) -> list[list[str]]:
    """The cells of the first table behind a line that begins so, without its head."""
    lines = TEXT.partition(f"\n{after}")[2].partition("\n|")[2].splitlines()
    rows: list[list[str]] = []
    for line in lines[2:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def folders(place: str) -> set[str]:
    """The packages in it."""
    return {path.parent.name for path in (ROOT / place).glob("*/__init__.py")}


def test_the_rooms_of_domain_and_services_are_those_of_the_table() -> None:
    told = {row[0].strip("`"): row[1:] for row in table("Domain and services have")}
    for place, storey in enumerate(STOREYS):
        assert {room for room, cells in told.items() if cells[place]} == folders(f"app/{storey}")


def test_the_other_rooms_are_those_of_the_table() -> None:
    told = {row[0].strip("`") for row in table("The other rooms:")}
    there = {f"{place}/{name}" for place in WITHIN for name in folders(place)}
    there -= {f"app/{name}" for name in (*STOREYS, "adapters", "doors")}
    assert {room for room in told if room.startswith("app/")} == there
    tops = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"app"} | {"tests"}
    assert {room for room in told if not room.startswith("app/")} == tops


def test_what_goes_somewhere_has_a_place_there() -> None:
    named = [
        path for row in table("## Where does it go?") for path in re.findall(r"`([^`]*)`", row[1])
    ]
    missing = [path for path in named if "/" in path and not (ROOT / path).exists()]
    assert len(named) >= len(table("## Where does it go?")) > 10
    assert not missing


def test_every_file_that_the_page_names_exists() -> None:
    files = re.findall(r"`((?:app|domain|services|adapters|doors)/[\w/]+\.py)`", TEXT)
    places = [file if file.startswith("app/") else f"app/{file}" for file in files]
    assert len(places) > 15
    assert [place for place in places if not (ROOT / place).is_file()] == []


def test_every_decision_is_listed() -> None:
    decisions = {f"adr/{path.name}" for path in (ROOT / "docs" / "adr").glob("*.md")}
    assert set(re.findall(r"\]\((adr/[^)]+)\)", TEXT)) == decisions
