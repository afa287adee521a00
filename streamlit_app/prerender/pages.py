"""Every page by its path: lists, searches, the operator's, and those that stand by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Final

from streamlit_app.api.titles import TitleFacts
from streamlit_app.api.transport import NOBODY, ApiRefused
from streamlit_app.pages.search.question import named_by, question
from streamlit_app.pages.titles import cards, starters
from streamlit_app.pages.titles.ways import words_of
from streamlit_app.prerender import grids, panels, parts, words
from streamlit_app.prerender.asked import Asked, Shown
from streamlit_app.prerender.history_page import history
from streamlit_app.prerender.home_page import home
from streamlit_app.prerender.people_page import people
from streamlit_app.prerender.taste_page import taste
from streamlit_app.questions.lists import Wish
from streamlit_app.questions.search import Search, longer
from streamlit_app.questions.vocabulary import EXAMPLES
from streamlit_app.wording import counted


def recommendations(asked: Asked) -> Shown | None:
    """What to see next."""
    if not asked.who.is_known:
        return words.whose(asked, "What to see next")
    wish = Wish.from_params(asked.params)
    found = words.listed(asked, wish)
    if not found.results:
        return None
    has_model = asked.health.language_model.state != "off"
    below: list[str] = []
    if found.cold_start:
        pick = parts.link("Pick titles that you like", asked.href("", {"pick": "1"}), "favorite")
        below = [parts.notice("Getting to know you", found.cold_start), pick]
    number = f", list number {wish.seed}" if wish.seed else ""
    count = f"{counted(len(found.results), 'title')}, best first{number}"
    note = [parts.html(f'<p class="w-caption">{escape(found.note)}</p>')] if found.note else []
    return Shown(
        [
            words.heading("What to see next"),
            panels.of_list(wish, has_model=has_model),
            *below,
            words.count(count),
            *note,
            grids.picks(asked, found.results),
            parts.expander("Why is a title not here?", "why"),
        ]
    )


def similar(asked: Asked) -> Shown | None:
    """Titles like one, like several, or by words; what to try where nothing is asked for."""
    search = Search.from_params(asked.params)
    panel = panels.of_search(asked, search)
    if search.is_empty:
        titles = [starters.short(title) for title in asked.existing(starters.FIRST_SEARCHES)]
        begin = [words.lead("Or begin with a title:"), grids.grid(asked, titles, Search())]
        tries = [parts.link(text, asked.similar(Search(text=text))) for text in EXAMPLES]
        return Shown(
            [
                words.heading("What would you like to watch?"),
                panel,
                words.lead(
                    "Say in your own words what you are in the mood for. For a start:",
                ),
                parts.row(tries, "examples"),
                *(begin if titles else []),
            ]
        )
    caller = asked.who.caller if search.unseen and asked.who.is_known else NOBODY
    try:
        found = asked.client.titles.similar(search, caller).results
        facts = asked.client.titles.title(search.title) if search.title else None
    except ApiRefused:
        return None
    if not found:
        return None
    order = "nearest" if search.title or search.like else "best"
    count = "1 title" if len(found) == 1 else f"{len(found)} titles, {order} first"
    heading, name = _question(asked, search, facts)
    more = longer(search, len(found))
    show_more = parts.row([parts.button("Show more", "", "expand_more")], "more", place="middle")
    return Shown(
        [
            *heading,
            panel,
            words.count(count),
            grids.grid(asked, found, search),
            *([show_more] if more else []),
        ],
        name,
    )


def admin(asked: Asked) -> Shown:
    """Before the operator's page: it asks for the token."""
    del asked
    token = parts.box("Admin token", "w_admin_token", width=360, labelled=True, secret=True)
    return Shown(
        [
            words.heading("Admin"),
            parts.html(
                '<p class="w-lead w-quiet">This page asks for the admin token: the setting '
                "<code>ADMIN_TOKEN</code>, or what stands in the file <code>admin_token</code> in "
                "the data folder. It is kept until you close or reload this page.</p>"
            ),
            parts.row(
                [token, parts.button("Open", "FormSubmitter-admin-token-Open", kind="primary")],
                align="end",
            ),
        ]
    )


PAGES: Final[Mapping[str, Callable[[Asked], Shown | None]]] = {
    "": home,
    "recommendations": recommendations,
    "similar": similar,
    "history": history,
    "taste": taste,
    "people": people,
    "admin": admin,
}
"""By their paths. None where the page can't be told before it is there."""


def _question(asked: Asked, search: Search, facts: TitleFacts | None) -> tuple[list[str], str]:
    """What is asked, as the page's heading, and its name in a tab."""
    if facts is not None and search.title:
        name = f"Similar to {facts.title}{f' ({facts.year})' if facts.year else ''}"
        row = asked.standings([facts.ref]).get(facts.ref)
        mine = words_of(row)
        another = asked.similar(Search.liking(search, facts.ref))
        acts = parts.row(
            [
                *grids.bar(asked, row, "hero"),
                parts.link("Add another title", another, "add"),
            ],
            "hero-acts",
        )
        hero = parts.column([parts.html(cards.hero(facts, mine=mine)), acts], "hero")
        return [parts.column([words.heading(name), hero])], f"{name} · watcher"
    if search.like:
        name = question(search, lambda ref: named_by(asked.client.titles.title, ref))
        return [words.heading(name)], f"{name} · watcher"
    return [words.heading("What would you like to watch?")], "watcher"
