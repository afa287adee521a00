"""Every setting stands in the documents that an operator reads, and nothing else does."""

import re
from pathlib import Path

import pytest

from app.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parents[3]
NAMES = {name.upper() for name in Settings.model_fields}


def test_the_example_names_every_setting_with_its_description() -> None:
    text = (ROOT / ".env.example").read_text()
    described = dict(re.findall(r"^# (.+)\.\n#([A-Z_]+)=", text, re.MULTILINE))
    described = {name: sentence for sentence, name in described.items()}
    assert described == {
        name.upper(): field.description for name, field in Settings.model_fields.items()
    }


def test_the_example_holds_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*NAMES, *map(str.lower, NAMES)):
        monkeypatch.delenv(name, raising=False)
    example = (ROOT / ".env.example").read_text()
    file = tmp_path / ".env"
    file.write_text(re.sub(r"^#([A-Z_]+=)", r"\1", example, flags=re.MULTILINE))
    assert read_settings(_env_file=file) == read_settings(_env_file=None)
