"""What a model reads of a title.

The strongest signal comes first, for a model cuts long texts: name and year, genres and keywords,
people, then the prose. What says how well known a title is stays out: the ranking has it elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import islice
from typing import Final

from app.domain.titles import Title, TitleId

RECIPE_VERSION: Final = 1
"""Raise it whenever `embedding_text` gives another text for the same title."""

HASH_BYTES: Final = 16

META_KEYWORDS: Final = frozenset(
    {
        "3d",
        "aftercreditsstinger",
        "based on book",
        "based on novel",
        "based on novel or book",
        "based on play or musical",
        "based on short story",
        "blockbuster",
        "box office hit",
        "directorial debut",
        "duringcreditsstinger",
        "female director",
        "first part",
        "first time director",
        "imax",
        "in 3d",
        "independent film",
        "live action remake",
        "part of trilogy",
        "post-credits scene",
        "prequel",
        "reboot",
        "remake",
        "second part",
        "sequel",
        "spin off",
        "third part",
        "trilogy",
        "woman director",
        "women directors",
    }
)
"""Keywords about how a title was made or sold; films share them without being alike."""

_OTHER_NAMES: Final = 2
_KEYWORDS: Final = 24
_MAKERS: Final = 3
_CAST: Final = 4


def embedding_text(title: Title) -> str:
    """One line of sentences; empty only where nothing at all is known."""
    year = f" ({title.year})" if title.year is not None else ""
    keywords = (word for word in title.keywords if word.strip().casefold() not in META_KEYWORDS)
    people = (*title.makers[:_MAKERS], *title.cast[:_CAST])
    parts = (
        title.name + year,
        _listed(islice(_other_names(title), _OTHER_NAMES)),
        _listed(title.genres),
        _listed(islice(keywords, _KEYWORDS)),
        _listed(dict.fromkeys(people)),
        title.overview,
        title.tagline,
    )
    return " ".join(_sentence(part) for part in parts if part.strip())


def text_hash(title_id: TitleId, text: str) -> bytes:
    """16 bytes that change with the title, its text and the recipe."""
    digest = hashlib.blake2b(digest_size=HASH_BYTES)
    digest.update(f"{RECIPE_VERSION} {title_id}\n".encode())
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _other_names(title: Title) -> Iterable[str]:
    seen = {title.name.casefold().strip()}
    for name in (title.original_name, *title.alternative_names):
        folded = name.casefold().strip()
        if folded and folded not in seen:
            seen.add(folded)
            yield name


def _listed(words: Iterable[str]) -> str:
    return ", ".join(word for word in words if word.strip())


def _sentence(part: str) -> str:
    """Blanks made single, and a full stop unless the part ends on its own."""
    text = " ".join(part.split())
    return text if text.endswith((".", "!", "?", "…")) else text + "."
