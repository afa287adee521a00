"""What a model reads of a title.

What happens comes first, for the beginning weighs most and long texts are cut: the overview, then
keywords, genres, names and people. The year stays out (neighbours of one year are no likeness), and
so does what says how well known a title is: the ranking has both elsewhere. The order was chosen by
figures: ADR 7.
"""

import hashlib
from collections.abc import Iterable
from itertools import islice
from typing import Final

from app.domain.catalogue.titles import Title, TitleId

RECIPE_VERSION: Final = 2
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
    keywords = (word for word in title.keywords if word.strip().casefold() not in META_KEYWORDS)
    people = (*title.makers[:_MAKERS], *title.cast[:_CAST])
    parts = (
        title.overview or title.tagline,
        _listed(islice(keywords, _KEYWORDS)),
        _listed(title.genres),
        title.name,
        _listed(islice(_other_names(title), _OTHER_NAMES)),
        _listed(dict.fromkeys(people)),
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
