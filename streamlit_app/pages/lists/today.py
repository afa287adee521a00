"""Today's picks: the list that Home shows and that lies on the map of the taste."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from streamlit_app.questions.lists import Wish

_COUNT: Final = 6


def wish() -> Wish:
    """The same list all day, another one tomorrow."""
    return Wish(count=_COUNT, seed=_today().toordinal())


def _today() -> date:
    """By the clock on the wall where the program runs."""
    return datetime.now().astimezone().date()
