"""Before a person's own pages: who is it, and may they?"""

from functools import partial
from typing import Final

from streamlit_app.asked import Asked
from streamlit_app.household import CHOSEN, TOKEN
from streamlit_app.pages.words import section
from streamlit_app.parts import Box, Button, Form, Html, Parts, Row, widget

_LONGEST_TOKEN: Final = 200


def gate(asked: Asked, purpose: str) -> Parts:
    """Asks who is watching, where that isn't known.

    `purpose` goes on from "to": "see what you have watched".
    """
    who = asked.who
    if who.state == "choose":
        yield section("Who is watching?")
        names = [
            Button(one.name, f"whom-{one.id}", "person", partial(choose, asked, one.id))
            for one in who.people
        ]
        yield Row(names, "whom")
    elif who.state == "token":
        yield Html(
            '<h2 class="w-ask">Your token</h2><p class="w-lead w-quiet">This watcher is shared '
            f"over a network, so it asks for your token to {purpose}. You got it when your "
            "profile was made; the admin's opens everybody's: the setting "
            "<code>ADMIN_TOKEN</code>, or the file <code>admin_token</code> in the data folder. "
            "It is kept until you close or reload this page.</p>"
        )
        if asked.session.get(TOKEN):
            yield widget("error", "That token is not good, or no longer.")
        yield from token_form(asked, "token", "Token", TOKEN)
    elif who.problem is not None:
        raise who.problem


def token_form(asked: Asked, form: str, label: str, place: str) -> Parts:
    """The box for a token, which goes into the session's `place`, and its button."""
    key = f"w_{form.replace('-', '_')}"

    def given() -> None:
        asked.session[place] = (asked.session[key] or "").strip()
        # The box lets go of it: the session's own copy is enough.
        asked.session[key] = ""

    box = Box(label, key, kind="password", longest=_LONGEST_TOKEN, width=360, labelled=True)
    button = Button("Open", does=given, kind="primary", form=form)
    yield Form(form, [Row([box, button], align="bottom")])


def choose(asked: Asked, profile_id: str) -> None:
    """Watch as this person from now on; empty for nobody."""
    asked.session[CHOSEN] = profile_id
    asked.address.set_profile(profile_id)


def forget_token(asked: Asked) -> None:
    """Let the token go."""
    for place in (TOKEN, CHOSEN):
        asked.session.pop(place, None)
