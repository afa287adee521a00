"""Widgets whose values stand in the address: they begin with what it says and write to it.

No value is ever pushed into a widget. A push travels in one message of one run, and where the next
run begins before the browser drew it, the browser draws the widget's default and sends that back as
if it had been chosen. So the address gives the default, and where something else than a widget
changed the address (a link, the back button), the widgets get new keys and begin anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypedDict, TypeVar

import streamlit as st

from streamlit_app import address

T = TypeVar("T")

Value = Any
"""What a widget holds; several at once as a tuple."""


Does = Callable[[], None]


class Bound(TypedDict):
    """What ties a widget to a field, for the arguments of Streamlit's widgets."""

    key: str
    on_change: Callable[[str, str, Does | None], None]
    args: tuple[str, str, Does | None]


@dataclass(frozen=True, slots=True)
class Followed(Generic[T]):
    """The widgets of one panel.

    `read` gives what the address says now, `write` puts it there, and `change` gives it with
    another value of a field.
    """

    name: str
    read: Callable[[], T]
    write: Callable[[T], None]
    change: Callable[[T, str, Value], T]

    def shown(self) -> T | None:
        """What the widgets held in the run before; None in the first."""
        held: T | None = st.session_state.get(self._held)
        return held

    def begin(self, now: T) -> bool:
        """Call in each run before the widgets; whether they begin anew."""
        state = st.session_state
        if self.shown() == now:
            return False
        if self._held in state:
            # A link within the page reaches this process but not the browser's address bar.
            address.show_again()
        state[self._held] = now
        state[self._turn] = state.get(self._turn, -1) + 1
        return True

    def key(self, field: str) -> str:
        """The key of a field's widget; another one after the address was changed from outside."""
        turn = st.session_state.get(self._turn, 0)
        return f"{self.name}_{field}-{turn}" if turn else f"{self.name}_{field}"

    def bound(self, field: str, does: Does | None = None) -> Bound:
        """The arguments of a widget whose changes go into the address, or do something else."""
        key = self.key(field)
        return Bound(key=key, on_change=self._changed, args=(field, key, does))

    def _changed(self, field: str, key: str, does: Does | None) -> None:
        if key != self.key(field):
            # From before a link: the browser sent this before it knew where the link led.
            return
        if does:
            does()
            return
        value = st.session_state[key]
        value = tuple(value) if isinstance(value, list) else value
        wanted = self.change(self.read(), field, value)
        # The widgets hold it already.
        st.session_state[self._held] = wanted
        self.write(wanted)

    @property
    def _held(self) -> str:
        return f"{self.name}_shown"

    @property
    def _turn(self) -> str:
        return f"{self.name}_turn"
