"""The pages that a browser sees at the stand-in's site: permission for an app, or for a device.

Nobody has to sign in: the page asks who is in front of it.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final
from urllib.parse import parse_qsl

from stand_ins.http.messages import Answer, Asked
from stand_ins.trakt.answers import html, refusal
from stand_ins.trakt.service import ACTIVATE_PATH, AUTHORIZE_PATH, FakeTrakt

_BUTTONS: Final = (
    "<button name='decision' value='allow'>Yes</button> "
    "<button name='decision' value='deny'>No</button>"
)


def page(fake: FakeTrakt, asked: Asked) -> Answer:
    """The answer to anything under the site's path."""
    form = dict(parse_qsl(asked.body.decode(errors="replace")))
    if asked.method not in ("GET", "HEAD", "POST"):
        return refusal(405)
    if asked.path == AUTHORIZE_PATH:
        return _consent(fake, asked, form)
    if asked.path == ACTIVATE_PATH or asked.path.startswith(ACTIVATE_PATH + "/"):
        return _activate(fake, asked, form)
    return html("Not found", "", 404)


def _consent(fake: FakeTrakt, asked: Asked, form: Mapping[str, str]) -> Answer:
    query = form if asked.method == "POST" else asked.query
    if why := fake.not_shown(query):
        return html("An error has occurred", f"<p>{escape(why)}</p>", 400)
    if asked.method == "POST" or query.get("response_type") != "code":
        allowed = form.get("decision") == "allow"
        person = fake.person(form.get("person", ""))
        return html(
            "Going back",
            "",
            302,
            [("Location", fake.sent_back(query, person, allow=allowed))],
        )
    names = ("client_id", "redirect_uri", "response_type", "state")
    hidden = {name: query[name] for name in names if name in query}
    return html("Give permission?", _form(AUTHORIZE_PATH, hidden, fake.people))


def _activate(fake: FakeTrakt, asked: Asked, form: Mapping[str, str]) -> Answer:
    typed = form.get("code", asked.path.removeprefix(ACTIVATE_PATH).strip("/"))
    if "decision" in form:
        person = fake.person(form.get("person", ""))
        if fake.answer_device(typed, person, allow=form["decision"] == "allow"):
            return html("Your device is connected", "<p>You may close this page.</p>")
        return html("Invalid code", "<p>No device waits with this code.</p>", 404)
    field = f"<label>Code <input name='code' value='{escape(typed, quote=True)}'></label>"
    return html("Activate your device", _form(ACTIVATE_PATH, {}, fake.people, field))


def _form(action: str, hidden: Mapping[str, str], people: Iterable[str], field: str = "") -> str:
    kept = "".join(
        f"<input type='hidden' name='{name}' value='{escape(value, quote=True)}'>"
        for name, value in hidden.items()
    )
    options = "".join(f"<option>{escape(name)}</option>" for name in people)
    who = f"<label>Who are you? <select name='person'>{options}</select></label>"
    return f"<form method='post' action='{action}'>{kept}{field}{who}{_BUTTONS}</form>"
