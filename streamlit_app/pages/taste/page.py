"""What one likes: a map of it, the tastes with what is missing in each, habits, ratings."""

from functools import partial

from streamlit_app.api.taste import Crowd, OneTaste, Taste
from streamlit_app.asked import Asked
from streamlit_app.followed import Followed
from streamlit_app.pages.gate import gate
from streamlit_app.pages.search.filters import kinds
from streamlit_app.pages.taste import looks
from streamlit_app.pages.taste import words as taste_words
from streamlit_app.pages.taste.map_panel import map_panel
from streamlit_app.pages.titles.grid import similar_link
from streamlit_app.pages.words import count, heading, notice, section, subsection, words
from streamlit_app.parts import Chart, Column, Columns, Expander, Html, Link, Parts, Row, Waiting
from streamlit_app.questions.lists import ListRequest, today
from streamlit_app.questions.search import Search
from streamlit_app.questions.vocabulary import Kinds


def taste(asked: Asked) -> Parts:
    """The whole page."""
    yield heading("Your taste")
    yield from gate(asked, "see your taste")
    if not asked.who.is_known:
        return
    chosen = ListRequest.from_params(asked.params).kinds
    panel = Followed(asked, "taste", partial(_go, asked), lambda _field, chosen: chosen)
    panel.begin(chosen)
    yield kinds(panel, chosen, "kinds")
    asked.health()
    wish = today()
    ask = partial(asked.client.taste, asked.who.caller, chosen, wish.count, wish.seed)
    found = yield Waiting("Drawing your map …", ask)
    yield from _too_little(found, chosen) if found.needed else _whole(asked, found)


def _go(asked: Asked, kinds: Kinds) -> None:
    asked.address.go(ListRequest(of=Search(results=kinds)).to_params())


def _too_little(found: Taste, kinds: Kinds) -> Parts:
    """A map of nothing helps nobody: say what is needed, and where to bring it from."""
    yield notice("Nothing to draw yet", taste_words.too_little(found, kinds))
    ways = [
        Link("Pick titles that you like", "", {"pick": "1"}, "favorite"),
        Link("Import a file", "history", {"view": "import"}, "upload_file"),
    ]
    yield Row(ways)


def _whole(asked: Asked, found: Taste) -> Parts:
    yield count(taste_words.summary(found))
    yield map_panel(asked, found)
    if found.tastes:
        yield section("Your tastes, and what is missing in each")
        every = zip(found.tastes, taste_words.names(found), strict=True)
        tastes = [
            Column(_taste(one, name, number), f"taste-{number}")
            for number, (one, name) in enumerate(every)
        ]
        yield Column(tastes, "tastes")
    else:
        yield words("No tastes yet: rate a few titles 8 or more, or love them.")
    yield section("What you watch")
    yield from _habits(found)
    yield section("You and everybody else")
    yield from _crowd(found.crowd)
    yield Link("What to see next", "recommendations", icon="playlist_play")


def _taste(taste: OneTaste, name: str, number: int) -> Parts:
    """Its name, its share, what is in it, and what is missing."""
    yield Html(taste_words.heading(taste, name, number))
    for place, one in enumerate(taste.missing):
        link = similar_link(one.dated, Search(title=one.ref), "explore")
        why = words(one.detail, "w-quiet w-why")
        yield Column([link, why], f"lacks-{number}-{place}", "xxsmall")
    if not taste.missing:
        yield words("Nothing is missing that watcher knows of.")


def _habits(found: Taste) -> Parts:
    alt = "Bars: the share of each genre in what you have seen; the table below has them."
    genres = [
        subsection("Genres"),
        Chart("genres", found, alt, looks.genres_height(found)),
        words("Bars are your share, the marks that of known titles.", "w-quiet w-key"),
    ]
    alt = "Columns: titles by the decade they came out in; the table below has them."
    came_out = subsection("When they came out")
    yield Columns([genres, [came_out, Chart("decades", found, alt, looks.HEIGHT)]], "large")
    if len(found.years) > 1:
        yield subsection("When you watched them")
        alt = "Lines: titles by genre and year of watching; the table below has them."
        yield Chart("years", found, alt, looks.HEIGHT)
    yield Expander("These figures as tables", lambda: [Html(taste_words.tables(found))], "habits")


def _crowd(crowd: Crowd) -> Parts:
    yield words(taste_words.beside(crowd))
    if not crowd.count:
        return
    alt = "Points: your rating of each title over TMDB's average; the table below has them."
    yield Chart("beside", crowd, alt, looks.BESIDE_HEIGHT)
    yield words("Below, your rating stands first, then TMDB's average.")
    for name, some in (("You like these more", crowd.above), ("And these less", crowd.below)):
        if some:
            yield subsection(name)
            labels = [f"{one.dated}: {one.mine} · {one.crowd:.1f}" for one in some]
            refs = [Search(title=one.ref) for one in some]
            yield Row(map(similar_link, labels, refs))
    table = Html(taste_words.crowd_table(crowd))
    yield Expander("These ratings as a table", lambda: [table], "rated")
