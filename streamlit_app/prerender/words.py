"""What several pages say in the same way."""

from __future__ import annotations

from html import escape

from streamlit_app.api.recommendations import Picks
from streamlit_app.prerender import parts
from streamlit_app.prerender.asked import Asked, Shown
from streamlit_app.questions.lists import Wish


def heading(text: str) -> str:
    """A page's name."""
    return parts.html(f'<h1 dir="auto">{escape(text)}</h1>')


def lead(text: str) -> str:
    """A sentence that leads on."""
    return parts.html(f'<p class="w-lead w-quiet">{escape(text)}</p>')


def count(text: str) -> str:
    """How much is shown."""
    return parts.html(f'<p class="w-quiet w-count" role="status">{escape(text)}</p>')


def listed(asked: Asked, wish: Wish) -> Picks:
    """The list for a wish, in plain words."""
    return asked.client.recommendations(asked.who.caller).picks(wish.unworded)


def whose(asked: Asked, name: str) -> Shown:
    """The page of that name, which asks who is watching."""
    return Shown([heading(name), *choice(asked)])


def choice(asked: Asked) -> list[str]:
    """Who is watching? Each name leads to this page as that person."""
    names = [
        parts.button(person.name, f"whom-{person.id}", "person") for person in asked.who.people
    ]
    return [parts.html('<h2 class="w-ask">Who is watching?</h2>'), parts.row(names, "whom")]
