"""The client: where the API is, how it is, and its areas."""

import os
from typing import Final

import httpx2
from pydantic import Field, TypeAdapter

from streamlit_app.api.admin import Admin
from streamlit_app.api.history import History
from streamlit_app.api.people import People, Trakt
from streamlit_app.api.recommendations import Recommendations
from streamlit_app.api.taste import Taste, taste
from streamlit_app.api.titles import Titles
from streamlit_app.api.transport import Answer, Caller, Role, Transport, accepted, body_of, read
from streamlit_app.questions.vocabulary import Kinds

DEFAULT_BASE_URL: Final = "http://127.0.0.1:8080"
_HEALTH_TIMEOUT: Final = httpx2.Timeout(2.0, connect=1.0)


class IndexHealth(Answer):
    """Whether there is something to search."""

    ready: bool = False
    count: int | None = None


class LanguageModelHealth(Answer):
    """Whether a language model is set up: "off" where none is."""

    state: str = "off"
    detail: str = ""


class Health(Answer):
    """The API's state; `titles` counts the catalogue by kind."""

    status: str
    index: IndexHealth = Field(default_factory=IndexHealth)
    titles: dict[str, int] = Field(default_factory=dict)
    detail: str | None = None
    language_model: LanguageModelHealth = LanguageModelHealth()


_HEALTH: Final = TypeAdapter(Health)


def base_url() -> str:
    """Where the API is, by the environment's `API_BASE_URL`."""
    return (os.environ.get("API_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")


class ApiClient:
    """All areas of the API over one pool of connections; safe for several threads."""

    def __init__(self, address: str, role: Role = "alone") -> None:
        self.transport = Transport(address, role)
        self.titles = Titles(self.transport)

    def people(self, caller: Caller) -> People:
        """The household, as this caller sees it."""
        return People(self.transport, caller)

    def trakt(self, caller: Caller) -> Trakt:
        """This caller's Trakt account."""
        return Trakt(self.transport, caller)

    def history(self, caller: Caller) -> History:
        """This caller's history."""
        return History(self.transport, caller)

    def recommendations(self, caller: Caller) -> Recommendations:
        """This caller's lists."""
        return Recommendations(self.transport, caller)

    def taste(self, caller: Caller, kinds: Kinds, count: int, seed: int) -> Taste:
        """What this caller likes; `count` and `seed` name the list that lies on the map."""
        return taste(self.transport, caller, kinds, count, seed)

    def admin(self, token: str) -> Admin:
        """The operator's side, by the admin token."""
        return Admin(self.transport, token)

    def health(self) -> Health:
        """How the API is; answers, or fails, within about two seconds."""
        answer = self.transport.get("/health", _HEALTH_TIMEOUT)
        # An API that is starting may say so with an error's number and a state in the body.
        return read(_HEALTH, answer if "status" in body_of(answer) else accepted(answer))

    def close(self) -> None:
        """End all connections."""
        self.transport.close()
