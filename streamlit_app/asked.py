"""What a page is asked for: by whom, with which address, and who answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from streamlit_app.api.client import ApiClient, Health
from streamlit_app.api.history import History
from streamlit_app.api.titles import Titles
from streamlit_app.household import Session, Viewer
from streamlit_app.questions.address import Address, Query

CHANGES: Final = "viewer_changes"
"""Where a session keeps its last change."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One page for one person.

    `session` holds what pages remember while the browser's page is open; a first look's begins
    empty and ends with it. `titles` and `health` may be answers of a moment ago.
    """

    address: Address
    session: Session
    who: Viewer
    client: ApiClient
    titles: Titles
    health: Callable[[], Health]

    @property
    def params(self) -> Query:
        """The address's query, without who is watching."""
        return self.address.params

    @property
    def history(self) -> History:
        """That of whoever is watching."""
        return self.client.history(self.who.caller)

    @property
    def changes(self) -> str:
        """The last change that this session made: what depends on a history is kept by it."""
        last: str = self.session.get(CHANGES, "")
        return last

    def changed(self) -> None:
        """Call after a change of a history or of the people.

        No other session has the same mark, unless neither changed anything.
        """
        self.session[CHANGES] = uuid4().hex
