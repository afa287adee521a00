"""What the Taste page says in words and tables. Pure."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from streamlit_app.api.taste import Crowd, OneTaste, Point, Taste, What
from streamlit_app.api.titles import Named
from streamlit_app.pages.words import counted
from streamlit_app.questions.vocabulary import KIND_NAMES, Kinds

WHATS: Final[dict[What, str]] = {
    "pick": "Today's pick",
    "liked": "Liked",
    "watched": "Watched",
    "disliked": "Not liked",
}
KEY: Final = "◆ today's pick, ● liked, ■ watched, ✚ not liked"
"""What the signs of the map mean."""

_EVEN: Final = 0.1


def named(taste: OneTaste, number: int) -> str:
    """A taste's name: its own words, or a title of it; `number` counts from 1."""
    if taste.words:
        told = ", ".join(taste.words)
        return told[0].upper() + told[1:]
    return f"Like {taste.examples[0].title}" if taste.examples else f"Taste {number}"


def names(taste: Taste) -> list[str]:
    """The names of all tastes, no two alike."""
    found: list[str] = []
    for number, one in enumerate(taste.tastes, 1):
        name = named(one, number)
        found.append(f"{name} ({number})" if name in found else name)
    return found


def summary(taste: Taste) -> str:
    """What the map shows, in a sentence or two."""
    tastes = f"{counted(len(taste.tastes), 'taste')} in " if taste.tastes else ""
    told = f"{tastes}{counted(taste.known, 'title')} that you told of"
    if taste.drawn < taste.known:
        told += f"; {taste.drawn:,} are drawn, of each taste the strongest and the newest"
    picks = sum(point.what == "pick" for point in taste.points)
    return f"{told}. {counted(picks, 'pick')} for today." if picks else f"{told}."


def too_little(taste: Taste, kinds: Kinds) -> str:
    """How many titles a map still needs."""
    one = {"movie": "film", "tv": "series"}.get(kinds, "title")
    several = "series" if one == "series" else f"{one}s"
    known = counted(taste.known, one, several) if taste.known else f"no {one}"
    more = f"{taste.needed} more" if taste.known else counted(taste.needed, one, several)
    return (
        f"watcher knows of {known} that you watched, rated or loved; "
        f"with {more} it draws your taste."
    )


def beside(crowd: Crowd) -> str:
    """How the person rates beside TMDB's people."""
    if crowd.difference is None or crowd.mine is None or crowd.crowd is None:
        return "Rate a few titles to see how you differ from other people."
    over = counted(crowd.count, "title")
    figures = f"{crowd.mine:.1f} by you, {crowd.crowd:.1f} on TMDB, over {over}"
    if abs(crowd.difference) < _EVEN:
        return f"You rate like everybody else: {figures}."
    way = "higher" if crowd.difference > 0 else "lower"
    return f"You rate {abs(crowd.difference):.1f} {way} than other people: {figures}."


def told_of(point: Point, tastes: Sequence[str]) -> str:
    """What a title of the map is, in a sentence."""
    rating = f", you gave it {point.rating}" if point.rating else ""
    told = f"{KIND_NAMES[point.media_type]}, {WHATS[point.what].lower()}{rating}"
    return f"{told}. Taste: {tastes[point.taste]}." if point.taste is not None else f"{told}."


def map_table(taste: Taste) -> str:
    """The map as an HTML table, taste by taste, picks first."""
    tastes, order = names(taste), list(WHATS)
    points = sorted(
        taste.points, key=lambda one: (one.taste or 0, order.index(one.what), one.title.casefold())
    )
    rows = (
        (
            tastes[one.taste] if one.taste is not None else "",
            one.dated,
            KIND_NAMES[one.media_type],
            WHATS[one.what],
            str(one.rating or ""),
        )
        for one in points
    )
    return table("Titles on the map", ("Taste", "Title", "Kind", "What it is", "You gave"), rows)


def genre_table(taste: Taste) -> str:
    """Genres as an HTML table."""
    rows = (
        (
            one.genre,
            f"{one.count:,}",
            f"{one.share:.0%}",
            f"{one.usual:.0%}",
            f"{one.liked:,} of {one.told:,}",
        )
        for one in taste.genres
    )
    head = ("Genre", "Titles", "Of yours", "Of known titles", "Liked of those told")
    return table("Genres", head, rows)


def decade_table(taste: Taste) -> str:
    """Decades as an HTML table."""
    rows = ((f"{one.decade}s", f"{one.count:,}", f"{one.liked:,}") for one in taste.decades)
    return table("When they came out", ("Decade", "Titles", "Liked"), rows)


def year_table(taste: Taste) -> str:
    """Years of watching as an HTML table."""
    genres = list(taste.years[0].genres) if taste.years else []
    rows = (
        (str(one.year), f"{one.count:,}", *(f"{one.genres.get(genre, 0):,}" for genre in genres))
        for one in taste.years
    )
    return table("When you watched them", ("Year", "Titles", *genres), rows)


def crowd_table(crowd: Crowd) -> str:
    """Ratings as an HTML table, the furthest apart first."""
    ordered = sorted(crowd.rated, key=lambda one: -abs(one.mine - one.crowd))
    rows = ((one.dated, str(one.mine), f"{one.crowd:.1f}") for one in ordered)
    return table("Your ratings beside TMDB's", ("Title", "You gave", "On TMDB"), rows)


def tables(taste: Taste) -> str:
    """What one watches, as tables."""
    years = year_table(taste) if taste.years else ""
    return genre_table(taste) + decade_table(taste) + years


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table of text."""
    top = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f'<div class="w-table" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def heading(taste: OneTaste, name: str, number: int) -> str:
    """A taste's name, its share, and what is in it, as HTML; `number` counts from 0."""
    return (
        f'<h3 class="w-name">{number + 1}. {escape(name)}</h3>'
        f'<p class="w-quiet">{taste.share:.0%} of what you like, '
        f"{counted(taste.liked, 'title')}: {escape(listed(taste.examples))}.</p>"
    )


def listed(titles: Iterable[Named]) -> str:
    """Names in a row."""
    return ", ".join(title.dated for title in titles)
