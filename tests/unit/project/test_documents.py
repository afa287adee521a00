"""What the documents say is what the code does."""

import re
from pathlib import Path

import pytest

from app.doors.access import Access
from app.main import create_app
from app.settings import Settings
from tests.our_routes import our_routes

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def section(title: str) -> str:
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]


def test_the_readme_lists_every_setting_with_its_default() -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in rows("Settings")}
    fields = {
        name.upper(): "" if field.default is None else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert told == fields


def test_the_readme_lists_every_route() -> None:
    who = {
        Access.PUBLIC: "anybody",
        Access.ADMIN: "admin",
        Access.HOUSEHOLD: "household",
        Access.PROFILE: "person",
        Access.CALLER: "person",
    }
    routes = {
        f"{method} {route.path}": who[access]
        for route in our_routes(create_app())
        for method in route.methods
        for access in route.access
    }
    assert {row[0].strip("`"): row[1] for row in rows("Routes")} == routes


def test_the_commands_exist() -> None:
    for row in rows("Commands"):
        command = row[0].strip("`").split()
        file = command[2].replace(".", "/") + ".py" if command[1] == "-m" else command[1]
        assert (ROOT / file).is_file(), row


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    for named in re.findall(r"`([\w/]+\.(?:py|js|css|sh))`", document.read_text(encoding="utf-8")):
        assert any((ROOT / place / named).is_file() for place in ("", "app", "streamlit_app")), (
            named
        )


def test_the_readme_tells_the_one_test_command() -> None:
    assert section("Test it").split("```")[1].split() == ["sh", "scripts/test.sh"]
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = [line for line in ci.splitlines() if line and not line.startswith(("#", "set "))]
    assert len(commands) <= 2
    assert "scripts/test.sh" in commands[-1]


def test_tmdb_is_credited() -> None:
    line = "This product uses the TMDB API but is not endorsed or certified by TMDB."
    for file in (ROOT / "README.md", ROOT / "app" / "sample" / "ATTRIBUTION.md"):
        assert line in " ".join(file.read_text(encoding="utf-8").split())
