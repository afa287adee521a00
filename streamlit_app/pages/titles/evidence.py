"""What speaks for a pick, in one short line under its reason. Pure."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from streamlit_app.api.recommendations import Evidence, Liked, Pick

_SHOWN: Final = 2
_TRAITS: Final = {"maker": "Also by {}", "cast": "With {}", "collection": "Part of {}"}
"""How what a pick shares is told; a keyword by its name alone."""


def line(pick: Pick) -> str:
    """At most two facts that the reason doesn't tell already; empty where there are none."""
    return " · ".join(islice(dict.fromkeys(_facts(pick.evidence, pick.reason.casefold())), _SHOWN))


def _facts(evidence: Evidence, told: str) -> Iterator[str]:
    """The most telling first; nothing whose name was `told`."""
    for words, liked in (
        ("Near {}", [one for one in evidence.liked if one.near]),
        ("Rated highly beside {}", evidence.co_rated),
        ("TMDB names it beside {}", evidence.recommended_by),
    ):
        new = next((one for one in liked if one.title.casefold() not in told), None)
        if new:
            yield words.format(_named(new))
    for shared in evidence.shared:
        if shared.name.casefold() not in told:
            yield _TRAITS.get(shared.trait, "About {}").format(shared.name)
    if tastes := _untold(evidence.taste, told):
        yield f"Your taste: {', '.join(tastes)}"
    if genres := _untold(evidence.genres, told):
        yield f"You like {', '.join(genres)}"


def _untold(names: Sequence[str], told: str) -> list[str]:
    return [name for name in names if name.casefold() not in told][:_SHOWN]


def _named(liked: Liked) -> str:
    if liked.rating:
        return f"{liked.title} (you gave {liked.rating})"
    return f"{liked.title} (loved)" if liked.loved else liked.title
