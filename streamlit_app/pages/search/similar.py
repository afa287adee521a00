"""Similar titles: by words, by a title, by several."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from streamlit_app.api.titles import TitleCard, TitleFacts
from streamlit_app.api.transport import NOBODY, ApiError, ApiRefused
from streamlit_app.asked import Asked
from streamlit_app.pages.lists import shown
from streamlit_app.pages.notices import refused
from streamlit_app.pages.search.panel import SearchPanel
from streamlit_app.pages.titles import actions, cards, starters
from streamlit_app.pages.titles.grid import grid, similar_link
from streamlit_app.pages.titles.standing import words_of
from streamlit_app.pages.words import count, heading, lead, notice
from streamlit_app.parts import Column, Effect, Fill, Fragment, Html, PageName, Parts, Row, Slot
from streamlit_app.questions.search import Search
from streamlit_app.questions.vocabulary import EXAMPLES, KIND_NAMES


def similar(asked: Asked) -> Parts:
    """The whole page."""
    search = Search.from_params(asked.params)
    above = yield Slot()
    if search.title is None and not search.like:
        yield Fill(above, [heading("What would you like to watch?")])
    panel = SearchPanel(asked, search)
    yield from panel.parts()
    try:
        if search.is_empty:
            yield from _examples(asked)
        else:
            # For a search that leaves out what was watched, by the viewer's history.
            caller = asked.who.caller if search.unseen and asked.who.is_known else NOBODY
            titles = asked.titles.similar(search, caller).results
            yield Fill(above, _question(asked, search))
            yield from _results(asked, panel, titles)
    except ApiError as error:
        yield Fill(above, _unanswered(search))
        if not isinstance(error, ApiRefused):
            raise
        yield refused(error)
        if search.title and error.code == "not_found":
            other = search.title.other_kind
            label = f"Look for the {KIND_NAMES[other.kind].lower()} {other.tmdb_id} instead"
            yield similar_link(label, search.for_title(other))
    yield Effect(partial(shown.opened, asked, search.title))


def _examples(asked: Asked) -> Parts:
    yield lead("Say in your own words what you are in the mood for. For a start:")
    tries = [similar_link(text, Search(text=text)) for text in EXAMPLES]
    yield Row(tries, "examples")
    titles = asked.titles.existing(starters.FIRST_SEARCHES)
    if titles:
        yield lead("Or begin with a title:")
        yield from grid(asked, [starters.short(title) for title in titles], Search())
    asked.health()


def _results(asked: Asked, panel: SearchPanel, titles: Sequence[TitleCard]) -> Parts:
    search = panel.search
    if not titles:
        yield from _nothing(search)
        return
    order = "nearest" if search.title or search.like else "best"
    several = len(titles) > 1
    yield count(f"{len(titles)} titles, {order} first" if several else "1 title")
    yield from grid(asked, titles, search)
    yield from panel.more(len(titles))


def _question(asked: Asked, search: Search) -> Parts:
    """What is asked, as the page's heading and its name in a tab; a title with its own card."""
    if search.title:
        facts = asked.titles.title(search.title)
        name = f"Similar to {facts.dated}"
    elif search.like:
        name = "Like " + " and ".join(map(asked.titles.name, search.like))
        if search.unlike:
            name += f", not like {' or '.join(map(asked.titles.name, search.unlike))}"
    else:
        return
    yield PageName(f"{name} · watcher")
    yield heading(name)
    if search.title:
        actions.load(asked, [facts.ref])
        yield Fragment(partial(_hero, asked, facts, search))


def _hero(asked: Asked, facts: TitleFacts, search: Search) -> Parts:
    """The title that was asked for, and what one may do with it."""
    another = replace(search, title=None, like=(facts.ref,))
    ways = [
        *actions.bar(asked, facts.ref, facts.title, "hero"),
        similar_link("Add another title", another, "add"),
    ]
    mine = words_of(actions.standing(asked, facts.ref))
    yield Column([Html(cards.hero(facts, mine=mine)), Row(ways, "hero-acts")], "hero")


def _nothing(search: Search) -> Parts:
    """No result is no error: say what narrows the search, and offer to loosen it."""
    set_now = search.described()
    cause = (
        f"No title in the catalogue passes what you set: {', '.join(set_now)}. Loosen one of them."
        if set_now
        else "The catalogue holds no title of this kind yet."
    )
    yield notice("Nothing found", cause)
    ways = [similar_link("Start again", Search())]
    if search.results != "all":
        anything = replace(search, results="all")
        ways.insert(0, similar_link("Look among films and series", anything))
    if search.filters or search.unseen:
        ways.insert(0, similar_link("Search without filters", search.without_filters()))
    yield Row(ways)


def _unanswered(search: Search) -> Parts:
    if search.like:
        yield heading("Like several titles")
    elif search.title:
        name = KIND_NAMES[search.title.kind].lower()
        yield heading(f"Similar to {name} {search.title.tmdb_id}")
