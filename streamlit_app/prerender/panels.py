"""The widgets above a list, at rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import TypeVar

from streamlit_app.address import Params
from streamlit_app.pages.search.question import chosen_titles, named_by
from streamlit_app.prerender import parts
from streamlit_app.prerender.asked import Asked
from streamlit_app.questions.history import KINDS, SHOWS, SORTS, HistoryView
from streamlit_app.questions.lists import Wish
from streamlit_app.questions.search import MODES, Search
from streamlit_app.questions.vocabulary import KINDS_NAMES
from streamlit_app.wording import counted, narrowed

_T = TypeVar("_T")


def of_list(wish: Wish, *, has_model: bool) -> str:
    """Above recommendations."""
    line = [
        _kinds(wish.of, "l_results"),
        parts.menu(_titles(wish.count), "l_count"),
        parts.button("Another list", "", "refresh", kind="primary"),
    ]
    if has_model:
        line.append(parts.toggle("Let the language model word it", "l_worded", on=wish.worded))
    return parts.column([parts.row(line, align="center"), *_filters(wish.of)], "l-panel")


def of_search(asked: Asked, search: Search) -> str:
    """Above what is similar."""
    mode = "several" if search.like else "name" if search.title else "words"
    narrows = [
        _kinds(search, "w_results"),
        parts.menu(_titles(search.k), "w_k"),
    ]
    first = parts.row(
        [
            parts.segments(MODES.values(), MODES[mode], "w_mode"),
            parts.row(narrows, align="center", grows=False),
        ],
        align="center",
        place="apart",
    )
    name = "Begin to type a name, such as The Matrix"
    ask: list[str]
    if mode == "name":
        ask = [parts.box("Name of a film or series", "w_name", placeholder=name, searches=True)]
    elif mode == "several":
        add = parts.box("Add a film or series", "w_name", placeholder=name, searches=True)
        ask = [*_chosen(asked, search), add, _by_words(asked, search)]
    else:
        ask = [_by_words(asked, search)]
    return parts.column([first, *ask, *_filters(search)], "panel")


def of_history(view: HistoryView) -> list[str]:
    """Above the rows of a history."""
    line = [
        parts.box(
            "Search your history",
            "h_text",
            value=view.text,
            placeholder="A name in your history",
            width=260,
            searches=True,
        ),
        _choice("show", view.show, SHOWS),
        _choice("kind", view.kind, KINDS),
        _choice("sort", view.sort, SORTS),
        parts.popover("Filters", "h-filters", "tune"),
        parts.popover("Add a title", "h-add", "add"),
    ]
    set_now = view.described()
    below = [filtered(set_now)] if set_now else []
    return [parts.row(line, "h-panel", align="end"), *below]


def filtered(conditions: list[str]) -> str:
    """What is set, in words."""
    return parts.html(narrowed(conditions))


def _titles(count: int) -> str:
    return counted(count, "title")


def _kinds(of: Search, key: str) -> str:
    return parts.segments(KINDS_NAMES.values(), KINDS_NAMES[of.results], key)


def _filters(of: Search) -> list[str]:
    set_now = replace(of, results="all").described()
    return [parts.expander("Filters", "filters"), *([filtered(set_now)] if set_now else [])]


def _choice(field: str, now: _T, choices: Mapping[_T, str]) -> str:
    return parts.menu(choices[now], f"h_{field}")


def _chosen(asked: Asked, search: Search) -> list[str]:
    """The titles that are asked by, each a link that lets it go."""
    return [
        parts.row(
            [
                parts.html(f'<p class="w-quiet">{heading}</p>', grows=False),
                *(
                    parts.link(
                        named_by(asked.client.titles.title, ref),
                        asked.similar(search.letting_go(ref)),
                        "close",
                    )
                    for ref in refs
                ),
            ],
            key,
            "xsmall",
            align="center",
        )
        for heading, key, refs in chosen_titles(search)
        if refs
    ]


def _by_words(asked: Asked, search: Search) -> str:
    """The box for words: Enter goes on even before anything else of the page stands."""
    hint = "… but funnier, or in space" if search.like else "A mood, a plot, a title, a director …"
    kept = replace(search, text="") if search.like else replace(search, text="", title=None)
    line = parts.row(
        [
            parts.box(
                "What would you like to watch?",
                "w_text",
                value=search.text,
                placeholder=hint,
                searches=True,
                name="q",
            ),
            parts.button("Search", kind="primary", submits=True),
        ],
        align="end",
        wraps=False,
    )
    return f'<form class="w-form" action="similar">{_hidden(asked, kept.to_params())}{line}</form>'


def _hidden(asked: Asked, params: Params) -> str:
    every = dict(params)
    if asked.who.profile and len(asked.who.people) > 1:
        every["profile"] = asked.who.profile.id
    pairs = [
        (name, one)
        for name, value in every.items()
        for one in ([value] if isinstance(value, str) else value)
    ]
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in pairs
    )
