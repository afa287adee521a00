"""Colours and sizes of what the Taste page draws. Pure.

Colours are pairs for the light and the dark theme, which the browser chooses between. Each has a
contrast of 3.3 or more to the page, and any two of one theme differ by 27 or more (CIE 1976) to
people with every common kind of colour blindness; a test computes both. Heights are in pixels.
"""

from typing import Final

from streamlit_app.api.taste import Taste

LIGHT: Final = ("#0b6463", "#ed461d", "#a068f3", "#1d1ded", "#972020", "#643285")
DARK: Final = ("#63cdbf", "#ed991d", "#8c57db", "#d43535", "#f6cc8e", "#3e7aa3")
"""For six tastes, or genres, each."""

BOTH: Final = [f"light-dark({one}, {other})" for one, other in zip(LIGHT, DARK, strict=True)]
TEXT: Final = "light-dark(#1a2029, #e8ecf1)"
QUIET: Final = "light-dark(#5c6672, #9aa5b1)"
PAGE: Final = "light-dark(#f8f9fa, #11151b)"

GENRES: Final = 12
HEIGHT: Final = 360
BESIDE_HEIGHT: Final = 400


def genres_height(taste: Taste) -> int:
    """Of the chart of genres, in pixels."""
    return len(taste.genres[:GENRES]) * 26 + 30
