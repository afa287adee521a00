"""Which keywords tell people something of a title."""

from collections.abc import Iterable
from typing import Final

from app.domain.index.embedding_text import META_KEYWORDS

_UNSAID: Final = frozenset(
    {
        *("nudity", "female nudity", "male nudity", "sex", "sex scene", "rape", "breast"),
        *("nipples", "violence"),
        *("based on comic", "based on comic book", "based on graphic novel", "based on manga"),
        *("based on true story", "based on young adult novel", "based on video game"),
        # What half of all titles are about says nothing of two of them.
        *("love", "friendship", "family", "evil", "vision", "death", "murder", "marriage", "hero"),
        *("love of one's life", "parents kids relationship", "husband wife relationship"),
        *("new york", "new york city", "los angeles, california", "london, england", "usa"),
        *("drug dealer", "police", "party", "money", "teenager", "fight", "friends"),
    }
)
"""Keywords that no reason is made of, and no taste named by."""


def telling(keywords: Iterable[str]) -> tuple[str, ...]:
    """Those that may stand in a sentence about taste, in their order."""
    return tuple(word for word in keywords if word not in META_KEYWORDS and word not in _UNSAID)
