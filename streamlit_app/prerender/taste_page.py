"""What one likes: the map as a drawing, the tastes, and room for the charts."""

from __future__ import annotations

from html import escape

from streamlit_app.api.taste import Beside, OneTaste, Taste
from streamlit_app.pages.lists import today
from streamlit_app.pages.taste import looks as chart_looks
from streamlit_app.pages.taste import map_drawing
from streamlit_app.pages.taste import words as taste_words
from streamlit_app.prerender import parts
from streamlit_app.prerender.asked import Asked, Shown
from streamlit_app.questions.lists import Wish
from streamlit_app.questions.search import Search
from streamlit_app.questions.vocabulary import KINDS_NAMES


def taste(asked: Asked) -> Shown | None:
    """The whole page; what it needs where there is too little to draw."""
    if not asked.who.is_known:
        return None
    kinds = Wish.from_params(asked.params).kinds
    wish = today.wish()
    found = asked.client.taste(asked.who.caller, kinds, wish.count, wish.seed)
    head = [
        parts.html("<h1>Your taste</h1>"),
        parts.segments(KINDS_NAMES.values(), KINDS_NAMES[kinds], "taste_kinds"),
    ]
    if found.needed:
        ways = [
            parts.link("Pick titles that you like", asked.href("", {"pick": "1"}), "favorite"),
            parts.link("Import a file", asked.href("history", {"view": "import"}), "upload_file"),
        ]
        told = parts.notice("Nothing to draw yet", taste_words.too_little(found, kinds))
        return Shown([*head, told, parts.row(ways)])
    summary = taste_words.summary(found)
    return Shown(
        [
            *head,
            parts.html(f'<p class="w-quiet w-count" role="status">{summary}</p>'),
            _map(found),
            *_tastes(asked, found),
            parts.html('<h2 class="w-ask">What you watch</h2>'),
            *_habits(found),
            parts.html('<h2 class="w-ask">You and everybody else</h2>'),
            *_crowd(asked, found),
            parts.link("What to see next", asked.href("recommendations"), "playlist_play"),
        ]
    )


def _map(found: Taste) -> str:
    box = parts.chooser(
        "Look at a title of the map", "Click on the map, or type a name", "taste_box-0", 420
    )
    return parts.column(
        [
            parts.column([parts.html(map_drawing.inline(found))], "taste-map"),
            parts.html(f'<p class="w-quiet w-key">{taste_words.KEY}</p>'),
            parts.row([box], "looked-at", align="end"),
            parts.expander("The map as a table", "map-table"),
        ]
    )


def _tastes(asked: Asked, found: Taste) -> list[str]:
    if not found.tastes:
        none = '<p class="w-quiet">No tastes yet: rate a few titles 8 or more, or love them.</p>'
        return [parts.html(none)]
    names = taste_words.names(found)
    every = [_one(asked, one, names[number], number) for number, one in enumerate(found.tastes)]
    return [
        parts.html('<h2 class="w-ask">Your tastes, and what is missing in each</h2>'),
        parts.column(every, "tastes"),
    ]


def _one(asked: Asked, one: OneTaste, name: str, number: int) -> str:
    missing = [
        parts.column(
            [
                parts.link(lack.dated, asked.similar(Search(title=lack.ref)), "explore"),
                parts.html(f'<p class="w-quiet w-why">{escape(lack.detail)}</p>'),
            ],
            f"lacks-{number}-{place}",
            "xxsmall",
        )
        for place, lack in enumerate(one.missing)
    ]
    nothing = parts.html('<p class="w-quiet">Nothing is missing that watcher knows of.</p>')
    return parts.column(
        [parts.html(taste_words.heading(one, name, number)), *(missing or [nothing])],
        f"taste-{number}",
    )


def _habits(found: Taste) -> list[str]:
    genres = parts.column(
        [
            parts.html('<h3 class="w-name">Genres</h3>'),
            parts.space(chart_looks.genres_height(found)),
            parts.html(
                '<p class="w-quiet w-key">Bars are your share, the marks that of known titles.</p>'
            ),
        ]
    )
    decades = parts.column(
        [
            parts.html('<h3 class="w-name">When they came out</h3>'),
            parts.space(chart_looks.HEIGHT),
        ]
    )
    years = [
        parts.html('<h3 class="w-name">When you watched them</h3>'),
        parts.space(chart_looks.HEIGHT),
    ]
    return [
        f'<div class="w-halves">{genres}{decades}</div>',
        *(years if len(found.years) > 1 else []),
        parts.expander("These figures as tables", "habits"),
    ]


def _crowd(asked: Asked, found: Taste) -> list[str]:
    crowd = found.crowd
    told = [parts.html(f'<p class="w-quiet">{taste_words.beside(crowd)}</p>')]
    if not crowd.count:
        return told
    told += [
        parts.space(chart_looks.BESIDE_HEIGHT),
        parts.html('<p class="w-quiet">Below, your rating stands first, then TMDB\'s average.</p>'),
    ]
    for heading, some in (("You like these more", crowd.above), ("And these less", crowd.below)):
        if some:
            told.append(parts.html(f'<h3 class="w-name">{heading}</h3>'))
            told.append(parts.row([_beside(asked, one) for one in some]))
    return [*told, parts.expander("These ratings as a table", "rated")]


def _beside(asked: Asked, one: Beside) -> str:
    label = f"{one.dated}: {one.mine} · {one.crowd:.1f}"
    return parts.link(label, asked.similar(Search(title=one.ref)))
