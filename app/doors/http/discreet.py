"""Sentences as anybody may read them: the log and the operator's commands have the full ones."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.doors.http.settings_view import without_credentials
from app.settings import Settings

_ROOTS: Final = "|".join(sorted(re.escape(one.name) for one in Path("/").iterdir()))
_PATH: Final = re.compile(
    rf"(?:file://|(?<![\w/.~%-]))/(?:{_ROOTS})(?![\w.-])(?:/[^\s/'\"`:;,()<>|]*)*"
)
"""A path of this machine, told from one of the API's by its first folder."""


def discreet(text: str, chosen: Settings | None = None) -> str:
    """The text without this machine's paths, and without the credentials in an address.

    A path below one that was `chosen` in the settings begins with the setting's name instead; of
    any other the last name is left.
    """
    if "/" not in text:
        return text
    if chosen is not None:
        for path, setting in _set_paths(chosen.watcher_data_dir, chosen.embedding_model):
            text = re.sub(rf"{re.escape(path)}(?![\w.-])", setting, text)
    return without_credentials(_PATH.sub(_last_name, text))


def _last_name(found: re.Match[str]) -> str:
    return f"…/{Path(found[0]).name}"


@lru_cache(maxsize=8)
def _set_paths(data_dir: Path, model: str) -> tuple[tuple[str, str], ...]:
    """Absolute paths with their settings, the longest first: one may lie below another."""
    named = ((Path(model), "EMBEDDING_MODEL"), (data_dir, "WATCHER_DATA_DIR"))
    forms = {
        str(form): setting
        for path, setting in named
        for given in (path.expanduser(),)
        for form in (given.absolute(), given.resolve())
        if form != Path(form.anchor)
    }
    return tuple(sorted(forms.items(), key=lambda form: -len(form[0])))
