"""One true sentence from evidence, by templates: what is known decides which, never chance."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from app.domain.catalogue.titles import MediaKind, Title
from app.domain.reasons.evidence import Evidence, Liked, Origin, Shared, Trait

LONGEST: Final = 160
"""Characters of a reason, where the names in it allow."""

_GOOD: Final = 7
"""From here on (of 10) a rating is a reason for more of the same, or praise."""

_MANY: Final = 500
"""So many votes are many."""


def reason(title: Title, evidence: Evidence) -> str:
    """Why the title is in the list: one English sentence, also where there is no evidence.

    It names nothing but what stands in the evidence or the title. The first template whose facts
    are there is taken, in its fullest form of at most `LONGEST` characters, or else its shortest.
    """
    evidence = _told_apart(title, evidence)
    for template in _TEMPLATES:
        forms = [_sentence(form) for form in template(title, evidence)]
        if forms:
            return next((form for form in forms if len(form) <= LONGEST), forms[-1])
    return _sentence(f"A {_kind(title)}")


def _told_apart(title: Title, evidence: Evidence) -> Evidence:
    """Another title of the same name gets its year."""

    def named(liked: Liked) -> Liked:
        if liked.year is None or _name(liked) != clean(title.name):
            return liked
        return replace(liked, name=f"{liked.name} ({liked.year})")

    return replace(
        evidence,
        liked=tuple(map(named, evidence.liked)),
        co_rated=tuple(map(named, evidence.co_rated)),
        recommended_by=tuple(map(named, evidence.recommended_by)),
        after=evidence.after and named(evidence.after),
    )


_Template = Callable[[Title, Evidence], Iterator[str]]


def _next_part(_title: Title, evidence: Evidence) -> Iterator[str]:
    if evidence.after is None:
        return
    comment = _comment(evidence.after)
    if comment:
        yield f"The next part after {_name(evidence.after)}, {comment}"
    yield f"The next part after {_name(evidence.after)}"


def _watchlist(title: Title, evidence: Evidence) -> Iterator[str]:
    if Origin.WATCHLIST not in evidence.origins:
        return
    for shared, liked in _makers_shared(evidence)[:1]:
        yield f"It is on your watchlist, and like {_name(liked)} it is {_made_by(title, shared)}"
    for liked in _near(evidence)[:1]:
        yield f"It is on your watchlist, and close to {_named(liked)}"
        yield f"It is on your watchlist, and close to {_name(liked)}"
    yield "It is on your watchlist"


def _elsewhere(title: Title, evidence: Evidence) -> Iterator[str]:
    if Origin.ELSEWHERE not in evidence.origins:
        return
    new = [genre for genre in title.genres if genre not in evidence.genres] or list(title.genres)
    what = "Something outside your usual genres"
    praise = _crowd(evidence)
    if new and praise:
        yield f"{what}: {_genres(new[:2])}, {praise}"
    if new:
        yield f"{what}: {_genres(new[:2])}"
    if praise and not new:
        yield f"{what}, {praise}"
    yield what


def _same_maker(title: Title, evidence: Evidence) -> Iterator[str]:
    for shared, liked in _makers_shared(evidence)[:1]:
        if liked.id.kind is title.id.kind:
            yield f"{_because(liked)}: both are {_made_by(title, shared)}"
        else:
            yield f"{_because(liked)}: both are by {clean(shared.name)}"
        yield f"Also by {clean(shared.name)}, like {_name(liked)}"


def _same_cast(_title: Title, evidence: Evidence) -> Iterator[str]:
    found = _shared(evidence, Trait.CAST)
    for shared, liked in found[:1]:
        names = _unique(one.name for one, other in found if other.id == shared.with_id)
        if len(names) > 1:
            yield f"{_because(liked)}: {names[0]} and {names[1]} are in both"
        yield f"{_because(liked)}: {names[0]} is in both"
        yield f"With {names[0]}, as in {_name(liked)}"


def _co_rated(_title: Title, evidence: Evidence) -> Iterator[str]:
    names = _unique(liked.name for liked in evidence.co_rated)
    if len(names) > 1:
        yield f"People who rated {names[0]} and {names[1]} highly also rated this highly"
    if names:
        yield f"People who rated {names[0]} highly also rated this highly"


def _same_collection(_title: Title, evidence: Evidence) -> Iterator[str]:
    for shared, liked in _shared(evidence, Trait.COLLECTION)[:1]:
        yield f"{_because(liked)}: both belong to {clean(shared.name)}"
        yield f"From {clean(shared.name)}, like {_name(liked)}"


def _recommended(_title: Title, evidence: Evidence) -> Iterator[str]:
    for liked in evidence.recommended_by[:1]:
        yield f"TMDB recommends it beside {_named(liked)}"
        yield f"TMDB recommends it beside {_name(liked)}"


def _same_themes(_title: Title, evidence: Evidence) -> Iterator[str]:
    found = _shared(evidence, Trait.KEYWORD)
    for shared, liked in found[:1]:
        words = _unique(one.name for one, other in found if other.id == shared.with_id)
        if len(words) > 1:
            yield f"{_because(liked)}: they have {words[0]} and {words[1]} in common"
        yield f"{_because(liked)}: they have {words[0]} in common"


def _similar(_title: Title, evidence: Evidence) -> Iterator[str]:
    near = _near(evidence)
    if not near:
        return
    first = near[0]
    others = [name for name in _unique(one.name for one in near) if name != _name(first)]
    if others:
        yield f"Close to {_named(first)}{',' if _comment(first) else ''} and to {others[0]}"
    yield f"Close to {_named(first)}"
    yield f"Close to {_name(first)}"


def _taste(_title: Title, evidence: Evidence) -> Iterator[str]:
    for words in (evidence.taste[:3], evidence.taste[:1]):
        if words:
            yield f"It fits your taste for {_listed(_unique(words))}"


def _popular(_title: Title, evidence: Evidence) -> Iterator[str]:
    praise = _crowd(evidence)
    if praise and evidence.genres:
        genres = _genres(evidence.genres[:2])
        yield f"{genres[0].upper()}{genres[1:]}, as you like, and {praise}"
    if praise:
        yield praise[0].upper() + praise[1:]


def _liked_genres(_title: Title, evidence: Evidence) -> Iterator[str]:
    if evidence.genres:
        yield f"It has what you like: {_genres(evidence.genres[:2])}"


def _plain(title: Title, _evidence: Evidence) -> Iterator[str]:
    genres = f" of the genre {_genres(title.genres[:1])}" if title.genres else ""
    year = f" from {title.year}" if title.year is not None else ""
    if genres or year:
        yield f"A {_kind(title)}{genres}{year}"


_TEMPLATES: Final[tuple[_Template, ...]] = (
    _next_part,
    _watchlist,
    _elsewhere,
    _same_maker,
    _same_cast,
    _co_rated,
    _same_collection,
    _recommended,
    _same_themes,
    _similar,
    _taste,
    _popular,
    _liked_genres,
    _plain,
)


def _shared(evidence: Evidence, trait: Trait) -> list[tuple[Shared, Liked]]:
    known = {
        liked.id: liked for liked in (*evidence.recommended_by, *evidence.co_rated, *evidence.liked)
    }
    return [
        (shared, known[shared.with_id])
        for shared in evidence.shared
        if shared.trait is trait and shared.with_id in known and clean(shared.name)
    ]


def _near(evidence: Evidence) -> list[Liked]:
    return [liked for liked in evidence.liked if liked.is_near]


def _makers_shared(evidence: Evidence) -> list[tuple[Shared, Liked]]:
    return _shared(evidence, Trait.MAKER)


def _because(liked: Liked) -> str:
    if liked.loved:
        return f"Because you loved {_name(liked)}"
    if liked.rating is not None and liked.rating >= _GOOD:
        return f"Because you gave {liked.rating} to {_name(liked)}"
    return f"Because you liked {_name(liked)}"


def _comment(liked: Liked) -> str:
    """What they said of it, where that was praise."""
    if liked.loved:
        return "which you loved"
    if liked.rating is not None and liked.rating >= _GOOD:
        return f"which you gave {liked.rating}"
    return ""


def _named(liked: Liked) -> str:
    comment = _comment(liked)
    return f"{_name(liked)}, {comment}" if comment else _name(liked)


def _made_by(title: Title, shared: Shared) -> str:
    verb = "directed" if title.id.kind is MediaKind.MOVIE else "created"
    return f"{verb} by {clean(shared.name)}"


def _crowd(evidence: Evidence) -> str:
    """What everybody thinks of it, with the figures; empty where nobody voted."""
    if evidence.rating is None or evidence.votes < 1:
        return ""
    votes = "1 vote" if evidence.votes == 1 else f"{evidence.votes:,} votes"
    figures = f"{evidence.rating:.1f} from {votes}"
    if evidence.votes < _MANY:
        return f"rated {figures}"
    return f"{'well liked by' if evidence.rating >= _GOOD else 'known to'} many: {figures}"


def _kind(title: Title) -> str:
    return "film" if title.id.kind is MediaKind.MOVIE else "series"


def _genres(genres: Sequence[str]) -> str:
    return _listed([clean(genre).lower().replace("tv ", "TV ") for genre in genres])


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _unique(names: Iterator[str] | Sequence[str]) -> list[str]:
    return list(dict.fromkeys(clean(name) for name in names))


def _name(liked: Liked) -> str:
    return clean(liked.name) or "a title you know"


def clean(name: str) -> str:
    """On one line, without what a terminal or a page could take for a command."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else text + "."
