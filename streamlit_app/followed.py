"""Widgets whose values stand in the address: they begin with what it says and write to it.

No value is ever pushed into a widget. A push travels in one message of one run, and where the next
run begins before the browser drew it, the browser draws the widget's default and sends that back as
if it had been chosen. So the address gives the default, and where something else than a widget
changed the address (a link, the back button), the widgets get new keys and begin anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from streamlit_app.asked import Asked
from streamlit_app.parts import Bound, Does, Takes

T = TypeVar("T")

Value = Any
"""What a widget holds; several at once as a tuple."""


@dataclass(frozen=True, slots=True)
class Followed(Generic[T]):
    """The widgets of one panel.

    `change` gives what the address says now with another value of a field, `write` puts it there.
    """

    asked: Asked
    name: str
    write: Callable[[T], object]
    change: Callable[[str, Value], T]

    def shown(self) -> T | None:
        """What the widgets held in the run before; None in the first."""
        held: T | None = self.asked.session.get(self._held)
        return held

    def begin(self, now: T) -> bool:
        """Call in each run before the widgets; whether they begin anew."""
        session = self.asked.session
        if self.shown() == now:
            return False
        if self._held in session:
            # A link within the page reaches this process but not the browser's address bar.
            self.asked.address.show_again()
        session[self._held] = now
        session[self._turn] = session.get(self._turn, -1) + 1
        return True

    def key(self, field: str) -> str:
        """The key of a field's widget; another one after the address was changed from outside."""
        turn = self.asked.session.get(self._turn, 0)
        return f"{self.name}_{field}-{turn}" if turn else f"{self.name}_{field}"

    def held(self, field: str) -> Value:
        """What a field's widget holds."""
        return self.asked.session[self.key(field)]

    def bound(self, field: str, takes: Takes | None = None) -> Bound:
        """What ties a widget to a field: its changes go into the address, or to `takes`."""
        key, takes = self.key(field), takes or partial(self._put, field)
        return Bound(key=key, takes=partial(self._changed, field, key, takes))

    def again(self, field: str) -> Does:
        """What puts into the address what a field's widget holds by then."""
        key = self.key(field)
        bound = self.bound(field)
        return lambda: bound["takes"](self.asked.session.get(key))

    def _changed(self, field: str, key: str, takes: Takes, value: Value) -> None:
        if key == self.key(field):
            takes(value)
        # Another key is from before a link: sent before the browser knew where the link led.

    def _put(self, field: str, value: Value) -> None:
        value = tuple(value) if isinstance(value, list) else value
        wanted = self.change(field, value)
        # The widgets hold it already.
        self.asked.session[self._held] = wanted
        self.write(wanted)

    @property
    def _held(self) -> str:
        return f"{self.name}_shown"

    @property
    def _turn(self) -> str:
        return f"{self.name}_turn"
