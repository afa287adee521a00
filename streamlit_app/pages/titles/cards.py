"""Titles as HTML. Every word of a title is data: it is escaped here, and nowhere else."""

from collections.abc import Sequence
from html import escape
from typing import Final
from urllib.parse import urlsplit

from streamlit_app.api.history import HistoryRow
from streamlit_app.api.titles import TitleCard, TitleFacts
from streamlit_app.pages.titles import drawing
from streamlit_app.questions.vocabulary import KIND_NAMES

_MINUTES: Final = 60
_GONE: Final = "Your next list is without it"
_SHOWN_PEOPLE: Final = 2
_SHOWN_CAST: Final = 6
_SHOWN_KEYWORDS: Final = 8
# Length of a title up to which a size fits, and the size in hundredths of the cover's width.
_TITLE_SIZES: Final = ((9, 15.5), (18, 14.0), (32, 11.5), (56, 9.5), (90, 8.0))
_SMALLEST_TITLE: Final = 6.6


def card(title: TitleCard, *, reason: str = "", detail: str = "") -> str:
    """A card of a grid: the cover, then what it is.

    `reason` says why it is here, `detail` what else speaks for it. Nothing in it changes by what
    the viewer does with the title: a card that is drawn anew closes what they opened in it.
    """
    return (
        f'<article class="w-card" data-ref="{title.ref}">{_cover(title)}'
        f'<div class="w-text">{_caption(title)}'
        f'<p class="w-meta">{meta_line(title)}</p>'
        f"{_line('w-genres', ', '.join(title.genres))}"
        f"{_line('w-makers', ', '.join(title.makers[:_SHOWN_PEOPLE]))}"
        f"{_line('w-reason', reason)}"
        f"{_line('w-detail', detail)}"
        f"{_overview(title.overview)}</div></article>"
    )


def standing(words: Sequence[str], *, gone: bool = False) -> str:
    """Where the viewer stands with a card's title. One that is `gone` leaves the list it is in."""
    told = [*words, _GONE] if gone else words
    style = "w-mine w-gone" if gone else "w-mine"
    return _line(style, " · ".join(told))


def row(entry: HistoryRow, told: Sequence[str]) -> str:
    """A line of a history: a small cover, the name, what it is, and `told` of the person."""
    title = entry.title or TitleCard(
        tmdb_id=entry.tmdb_id or 0, media_type=entry.media_type, title=entry.name, year=entry.year
    )
    return (
        f'<div class="w-row" data-ref="{title.ref}">{_thumbnail(title)}<div class="w-text">'
        f'<p class="w-name" dir="auto">{escape(entry.name)}</p>'
        f'<p class="w-meta">{meta_line(title)}</p>'
        f"{_line('w-mine', ' · '.join(told))}</div></div>"
    )


def _thumbnail(title: TitleCard) -> str:
    return f'<div class="w-cover w-small">{_drawing(title)}{_poster(title)}</div>'


def hero(title: TitleFacts, *, mine: Sequence[str] = ()) -> str:
    """The card of the title that was asked for: wider, and with more of its facts."""
    facts = (
        ("By" if title.media_type == "tv" else "Directed by", title.makers[:_SHOWN_PEOPLE]),
        ("With", title.cast[:_SHOWN_CAST]),
        ("About", title.keywords[:_SHOWN_KEYWORDS]),
    )
    rows = "".join(
        f"<div><dt>{name}</dt><dd>{escape(', '.join(values))}</dd></div>"
        for name, values in facts
        if values
    )
    original = title.original_title if title.original_title != title.title else ""
    return (
        f'<section class="w-hero" aria-label="{_attribute(title.title)}">'
        f"{_cover(title, is_named=False)}<div>"
        f'<p class="w-name" dir="auto">{escape(title.title)}</p>'
        f"{_line('w-original', original or '')}"
        f'<p class="w-meta">{meta_line(title)}</p>'
        f"{_line('w-genres', ', '.join(title.genres))}"
        f"{_line('w-mine', ' · '.join(mine))}"
        f"{_line('w-tagline', title.tagline or '')}"
        f"{_line('w-overview', title.overview or '')}"
        f"{f'<dl>{rows}</dl>' if rows else ''}</div></section>"
    )


def meta_line(title: TitleCard) -> str:
    """Year, length and rating, as HTML; that it is a series, where it is one."""
    kind = KIND_NAMES[title.media_type]
    parts = [kind if title.media_type == "tv" else ""]
    parts += [str(title.year or ""), _length(title.runtime or 0), _rating(title)]
    unseen = f'<span class="w-unseen">{kind} </span>' if title.media_type == "movie" else ""
    return unseen + " · ".join(part for part in parts if part)


def _rating(title: TitleCard) -> str:
    if title.rating is None or not title.votes:
        return ""
    votes = f"{title.votes:,} {'vote' if title.votes == 1 else 'votes'}"
    return (
        f'<span class="w-rating" title="{title.rating:.1f} of 10 from {votes}">'
        f'<span aria-hidden="true">★</span><span class="w-unseen">rated </span>'
        f"{title.rating:.1f}</span>"
    )


def is_drawn(title: TitleCard) -> bool:
    """True where there is no poster that can be linked to."""
    return not _safe_address(title.poster_url)


def _cover(title: TitleCard, *, is_named: bool = True) -> str:
    """The drawing, with the poster over it where there is one.

    A poster that can't be loaded shows nothing, and the drawing stands. A drawn cover carries the
    card's heading, so that the title isn't written twice.
    """
    poster = _safe_address(title.poster_url)
    tag = "h2" if is_named and not poster else "div"
    size = next((s for most, s in _TITLE_SIZES if len(title.title) <= most), _SMALLEST_TITLE)
    longest = max((len(word) for word in title.title.split()), default=1)
    # The longest word should fit into one line: a letter is about half as wide as high.
    size = max(min(size, 160 / longest), _SMALLEST_TITLE)
    genre = drawing.telling_genre(title.genres)
    hidden = ' aria-hidden="true"' if poster or not is_named else ""
    label = f' role="img" aria-label="Poster of {_attribute(title.title)}"' if poster else ""
    return (
        f'<div class="w-cover"{label}>'
        f"{_drawing(title)}"
        f'<div class="w-print"{hidden}><p>{escape(genre)}</p>'
        f'<{tag} class="w-title" dir="auto" style="font-size:{size:.1f}cqw">'
        f"{escape(title.title)}</{tag}>"
        f"<p>{title.year or ''}</p></div>{_poster(title)}</div>"
    )


def _drawing(title: TitleCard) -> str:
    seed = title.tmdb_id * 2 + (title.media_type == "tv")
    return f'<img class="w-drawing" src="{drawing.cover(title.genres, seed)}" alt="">'


def _poster(title: TitleCard) -> str:
    poster = _safe_address(title.poster_url)
    return (
        f'<img class="w-poster" src="{_attribute(poster)}" alt="" loading="lazy" '
        'referrerpolicy="no-referrer">'
        if poster
        else ""
    )


def _caption(title: TitleCard) -> str:
    if is_drawn(title):
        return ""
    return f'<h2 class="w-name" dir="auto">{escape(title.title)}</h2>'


def _overview(text: str | None) -> str:
    if not text:
        return ""
    return (
        '<details class="w-about"><summary>What it is about</summary>'
        f'<p dir="auto">{escape(text)}</p></details>'
    )


def _line(style: str, text: str) -> str:
    return f'<p class="{style}" dir="auto">{escape(text)}</p>' if text else ""


def _attribute(text: str) -> str:
    return escape(text, quote=True)


def _safe_address(address: str | None) -> str:
    if not address:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.netloc else ""


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, _MINUTES)
    if hours:
        return f"{hours}h {rest:02d}m"
    return f"{rest} min" if rest else ""
