"""Trakt's routes and rules."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from stand_ins.http.faults import Status
from stand_ins.http.messages import Answer, Asked
from stand_ins.http.request_log import Request
from stand_ins.trakt import answers, lists, writes
from stand_ins.trakt.oauth import Denied
from stand_ins.trakt.pages import page
from stand_ins.trakt.person import FakePerson
from stand_ins.trakt.service import ACTIVATE_PATH, SITE_PATH, FakeTrakt
from stand_ins.trakt.titles import Json

_BOTS: Final = re.compile(
    r"(?i)(python|httpx|curl|wget|java|okhttp|go-http|axios|node|undici|aiohttp|ruby|libwww)"
)
"""How libraries name themselves where nobody told them a name: the gate lets none of them in."""

_Read = Callable[[FakeTrakt, FakePerson, Asked, tuple[str, ...]], Answer]
_READS: Final[tuple[tuple[re.Pattern[str], _Read], ...]] = (
    (re.compile(r"/sync/last_activities"), lists.last_activities),
    (re.compile(r"/sync/history(?:/(movies|shows|seasons|episodes)(?:/(\d+))?)?"), lists.history),
    (re.compile(r"/sync/watched/(movies|shows)"), lists.watched),
    (
        re.compile(r"/sync/ratings(?:/(all|movies|shows|seasons|episodes)(?:/([\d,]+))?)?"),
        lists.ratings,
    ),
    (
        re.compile(
            r"/sync/(watchlist|favorites)"
            r"(?:/(all|movies|shows|seasons|episodes)(?:/(\w+)(?:/(asc|desc))?)?)?"
        ),
        lists.listed,
    ),
    (re.compile(r"/users/settings"), lists.settings),
)
_TOKEN_PATHS: Final = frozenset(
    {"/oauth/token", "/oauth/revoke", "/oauth/device/code", "/oauth/device/token"}
)


@dataclass(frozen=True)
class TraktSite:
    """A `FakeTrakt` as the server sees it."""

    stand_in: FakeTrakt

    def arrived(self, asked: Asked) -> tuple[Request, Answer | None]:
        api = is_api(asked.path)
        request, _ = self.stand_in.counters.arrived(
            asked.path, asked.query, api=api, method=asked.method, body=asked.body
        )
        # The site and the token routes aren't in the limits; who is unknown gets 401 anyhow.
        person = self._person(asked)
        if person is None or not api or asked.path in _TOKEN_PATHS:
            return request, None
        return request, self.stand_in.rates.refusal(asked.method, person.name)

    def takes_long(self, asked: Asked) -> bool:
        return asked.path.startswith("/sync/")

    def answer(self, asked: Asked) -> Answer:
        if not is_api(asked.path):
            return page(self.stand_in, asked)
        routes = (self._headers, self._tokens, self._read, self._write)
        found = (route(asked) for route in routes)
        return next((answer for answer in found if answer is not None), answers.refusal(405))

    def answered(self, request: Request, answer: Answer, *, whole: bool) -> None:
        del whole
        self.stand_in.counters.answered(request, answer.status)

    def error(self, status: Status) -> Answer:
        return answers.refusal(status.code, status.retry_after)

    def stats(self) -> object:
        fake = self.stand_in
        return {
            "by_status": {str(status): count for status, count in fake.counters.statuses.items()},
            "busiest_window": fake.busiest_window(),
            "tokens_issued": fake.tokens_issued,
            "tokens_refreshed": fake.tokens_refreshed,
            "tokens_revoked": fake.tokens_revoked,
        }

    def _read(self, asked: Asked) -> Answer | None:
        if asked.method not in ("GET", "HEAD"):
            return None
        for pattern, read in _READS:
            if found := pattern.fullmatch(asked.path):
                if (person := self._person(asked)) is None:
                    return answers.refusal(401)
                return read(self.stand_in, person, asked, found.groups())
        return None

    def _write(self, asked: Asked) -> Answer | None:
        if asked.method != "POST" or asked.path not in writes.PATHS:
            return None
        if (person := self._person(asked)) is None:
            return answers.refusal(401)
        if (body := _object(asked.body)) is None:
            return answers.refusal(400)
        return writes.PATHS[asked.path](self.stand_in.catalogue, person, body, self.stand_in.now())

    def _headers(self, asked: Asked) -> Answer | None:
        agent = asked.fields.get("user-agent", "")
        if not agent or _BOTS.match(agent):
            return answers.banned(403)
        kind = asked.fields.get("content-type", "").partition(";")[0].strip().lower()
        if asked.method not in ("GET", "HEAD") and kind != "application/json":
            return answers.refusal(412)
        # The token routes name the app in their bodies.
        if asked.path in _TOKEN_PATHS:
            return None
        if asked.fields.get("trakt-api-version") != "2":
            return answers.refusal(412)
        if asked.fields.get("trakt-api-key") != self.stand_in.client_id:
            return answers.refusal(403)
        return None

    def _person(self, asked: Asked) -> FakePerson | None:
        kind, _, token = asked.fields.get("authorization", "").partition(" ")
        return self.stand_in.oauth.person_of(token) if kind.lower() == "bearer" else None

    def _tokens(self, asked: Asked) -> Answer | None:
        if asked.method != "POST" or asked.path not in _TOKEN_PATHS:
            return None
        if (body := _object(asked.body)) is None:
            return answers.refusal(400)
        try:
            return answers.ok(self._given(asked.path, body))
        except Denied as denied:
            return answers.oauth_error(denied.status, denied.error, denied.description)

    def _given(self, path: str, body: Json) -> Json:
        oauth = self.stand_in.oauth
        if path == "/oauth/revoke":
            oauth.revoke(body)
            return {}
        if path == "/oauth/device/code":
            return oauth.device(body).body(self.stand_in.origin + ACTIVATE_PATH)
        if path == "/oauth/device/token":
            return oauth.device_tokens(body).body()
        return oauth.exchange(body).body()


def is_api(path: str) -> bool:
    """Whether a path is one of the API; the rest is for browsers."""
    return not path.startswith(SITE_PATH + "/")


def _object(body: bytes) -> Json | None:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None
