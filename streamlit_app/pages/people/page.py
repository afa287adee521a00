"""The page of the household."""

from functools import partial

from streamlit_app.asked import Asked
from streamlit_app.household import TOKEN
from streamlit_app.pages.gate import forget_token, gate
from streamlit_app.pages.people.person import Person, adding, made_token
from streamlit_app.pages.people.trakt import trakt
from streamlit_app.pages.words import heading, lead, section
from streamlit_app.parts import Button, Guarded, Parts


def people(asked: Asked) -> Parts:
    """The whole page."""
    who = asked.who
    yield heading("People")
    yield from gate(asked, "see your profile")
    if not who.is_known and who.state != "choose":
        return
    yield from made_token(asked)
    if who.is_known:
        yield Guarded(trakt(asked))
    if who.people:
        yield section("Profiles")
        for one in who.people:
            yield from Person(asked, one).parts()
    else:
        yield lead(
            "You are alone here, and need no profile. Add people to give each a history of their "
            "own."
        )
    yield from adding(asked)
    if asked.session.get(TOKEN):
        forget = partial(forget_token, asked)
        yield Button("Forget my token", "forget", "logout", forget)
