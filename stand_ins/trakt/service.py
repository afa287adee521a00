"""The stand-in's state: what a test looks at and changes while it runs."""

import itertools
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from stand_ins.http.request_log import RequestLog
from stand_ins.http.stand_in import StandIn
from stand_ins.trakt.catalogue import TraktCatalogue
from stand_ins.trakt.oauth import Authority, Client, Grant
from stand_ins.trakt.person import FakePerson
from stand_ins.trakt.rates import GETS, Rates
from stand_ins.trakt.titles import Film, Show

SITE_PATH: Final = "/site"
AUTHORIZE_PATH: Final = SITE_PATH + "/oauth/authorize"
ACTIVATE_PATH: Final = SITE_PATH + "/activate"

_FIRST_ENTRY: Final = 1_982_346


class NotShown(ValueError):
    """The consent page would show an error instead: says which."""


class FakeTrakt(StandIn):
    """A running stand-in. Everything here may be used from any thread, at any time.

    Plain attributes may be set: `latency` (seconds before each answer), `rates`, `most_per_page`
    (250) and `default_per_page` (100). `oauth` gives tokens and says how long they are good.
    """

    def __init__(
        self, catalogue: TraktCatalogue, client: Client, now: Callable[[], float], rates: Rates
    ) -> None:
        super().__init__(RequestLog())
        self.catalogue = catalogue
        self.oauth = Authority(client, now)
        self.rates = rates
        self.most_per_page = 250
        self.default_per_page = 100
        self.now = now
        self._people: dict[str, FakePerson] = {}
        self._entries = itertools.count(_FIRST_ENTRY)
        self._lock = RLock()

    @property
    def api_url(self) -> str:
        """In place of ``https://api.trakt.tv``."""
        return self.origin

    @property
    def site_url(self) -> str:
        """In place of ``https://trakt.tv``, which has ``/oauth/authorize`` and ``/activate``."""
        return self.origin + SITE_PATH

    @property
    def client_id(self) -> str:
        return self.oauth.client.id

    @property
    def client_secret(self) -> str:
        return self.oauth.client.secret

    @property
    def redirect_uri(self) -> str:
        """The one that the app has registered; it is compared by every letter."""
        return self.oauth.client.redirect_uri

    @redirect_uri.setter
    def redirect_uri(self, address: str) -> None:
        self.oauth.client = Client(self.client_id, self.client_secret, address)

    @property
    def films(self) -> list[Film]:
        """All that there are, by number; for their ids see `trakt_titles`."""
        return self.catalogue.films

    @property
    def shows(self) -> list[Show]:
        """All that there are, by number."""
        return self.catalogue.shows

    def person(self, name: str) -> FakePerson:
        """Somebody by name, with an empty account when first asked for."""
        with self._lock:
            if name not in self._people:
                self._people[name] = FakePerson(
                    name, self.catalogue, self.now, self._entries, self.oauth.disconnect
                )
            return self._people[name]

    @property
    def people(self) -> list[str]:
        """Names of all who have an account."""
        with self._lock:
            return list(self._people)

    def sign_in(self, address: str, person: FakePerson, *, allow: bool = True) -> str:
        """What a browser does at the authorize page: gives the address that it is sent back to.

        That has ``code`` and ``state``, or ``error`` where permission is not given. Raises
        `NotShown` where the page would show an error.
        """
        where, asked = address.partition("?")[::2]
        if where != self.origin + AUTHORIZE_PATH:
            raise NotShown(f"the authorize page is {self.origin + AUTHORIZE_PATH}, not {where}")
        query = {name: values[-1] for name, values in parse_qs(asked).items()}
        return self.sent_back(query, person, allow=allow)

    def sent_back(self, query: Mapping[str, str], person: FakePerson, *, allow: bool) -> str:
        """As `sign_in`, by the page's parameters."""
        if why := self.not_shown(query):
            raise NotShown(why)
        told = {"state": query["state"]} if "state" in query else {}
        if query.get("response_type") != "code":
            told["error"] = "unsupported_response_type"
        elif not allow:
            told["error"] = "access_denied"
        else:
            told["code"] = self.oauth.code(person)
        glue = "&" if urlsplit(self.redirect_uri).query else "?"
        return self.redirect_uri + glue + urlencode(told)

    def not_shown(self, query: Mapping[str, str]) -> str:
        """Why the consent page shows an error for these parameters; empty where it doesn't."""
        if query.get("client_id") != self.client_id:
            return "Client authentication failed due to unknown client."
        if query.get("redirect_uri") != self.redirect_uri:
            return "The requested redirect uri is malformed or doesn't match client redirect URI."
        return ""

    def answer_device(
        self, user_code: str, person: FakePerson | None = None, *, allow: bool = True
    ) -> bool:
        """Type a device's code in, and allow or not; False where no device waits with it."""
        device = self.oauth.waiting(user_code)
        if device is None:
            return False
        if allow:
            assert person is not None
            device.person = person
        else:
            device.denied = True
        return True

    def tokens(self, person: FakePerson) -> Grant:
        """A pair of tokens without any signing in."""
        return self.oauth.tokens(person)

    def headers(self, access: str) -> dict[str, str]:
        """What a well-mannered client sends with somebody's access token."""
        return {
            "Authorization": f"Bearer {access}",
            "User-Agent": "watcher-tests/1.0",
            "trakt-api-key": self.client_id,
            "trakt-api-version": "2",
        }

    @property
    def tokens_issued(self) -> int:
        """Pairs given for a code, a device, or by `tokens`; refreshed ones not among them."""
        return self.oauth.issued

    @property
    def tokens_refreshed(self) -> int:
        """Pairs given for a refresh token."""
        return self.oauth.refreshed

    @property
    def tokens_revoked(self) -> int:
        """Pairs ended by signing out, or by the person at the site."""
        return self.oauth.revoked

    def busiest_window(self, name: str = GETS) -> int:
        """The most requests of one account in any one window of a limit, refused ones too."""
        return self.rates.busiest(name)

    def secrets(self) -> set[str]:
        """All that must never be seen in a log: the client's secret, every code and token."""
        return self.oauth.secrets()
