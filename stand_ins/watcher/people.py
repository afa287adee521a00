"""The household of the small API: people, tokens, histories, a Trakt account."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
Reply = tuple[int, object]
_Ref = tuple[str, int]


@dataclass
class Person:
    """Somebody, and what they watched: `standings` by title."""

    id: str
    name: str
    token: str
    standings: dict[_Ref, Json] = field(default_factory=dict)


class Household:
    """What its routes answer. `at_home` needs no token, unless it was passed on (`forwarded`).

    The admin's opens everybody's.
    """

    admin = "admin-token-of-the-fake"

    def __init__(self, title_of: Callable[[str, int], Json | None]) -> None:
        self.people: list[Person] = []
        self.at_home = True
        self.trakt: Json = {"connected": False, "configured": False, "server": "http://api.test"}
        self.typed_in = False
        self.job: Json | None = None
        self.unmatched: list[Json] = []
        self.report: Json = {"source": "csv", "events": 0}
        self.done: list[tuple[str, str, Json | None]] = []
        self._title_of = title_of

    def add(self, name: str) -> Person:
        """Somebody new."""
        number = len(self.people) + 1
        made = Person(f"p{number}", name, f"token-{number}")
        self.people.append(made)
        return made

    @staticmethod
    def answers(path: str) -> bool:
        """Whether the route is one of these."""
        return path.startswith(("/profiles", "/history", "/ratings", "/marks", "/auth/trakt"))

    def answer(
        self, method: str, path: str, body: Json | None, token: str, *, forwarded: bool = False
    ) -> Reply:
        """Status and body for one request; changes are noted in `done`."""
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if method != "GET" and parts.path != "/history/standings":
            self.done.append((method, path, body))
        own = next((one for one in self.people if token and one.token == token), None)
        if not own and token != self.admin and (token or forwarded or not self.at_home):
            return 401, {"error": "unauthorized", "detail": "This needs a profile's token."}
        if parts.path.startswith("/profiles"):
            return self._profiles(method, parts.path, body, own)
        whose = own or self._named(query.get("profile"))
        if whose is None:
            return 422, {"error": "invalid_input", "detail": "profile: say whose it is."}
        if parts.path.startswith("/auth/trakt"):
            return self._trakt(parts.path)
        return self._history(method, parts.path, query, body or {}, whose)

    def _named(self, profile: str | None) -> Person | None:
        if profile:
            return next((one for one in self.people if one.id == profile), None)
        if not self.people:
            return self.add("Me")
        return self.people[0] if len(self.people) == 1 else None

    def _profiles(self, method: str, path: str, body: Json | None, own: Person | None) -> Reply:
        seen = [own] if own else self.people
        if path == "/profiles" and method == "GET":
            return 200, [_card(one) for one in seen]
        if path == "/profiles":
            made = self.add((body or {})["name"])
            return 201, _card(made) | {"token": made.token}
        person = next((one for one in seen if one.id == path.split("/")[2]), None)
        if person is None:
            return 404, {"error": "not_found", "detail": "There is no such profile."}
        if path.endswith("/token"):
            person.token = f"{person.token}-new"
            return 200, _card(person) | {"token": person.token}
        if method == "DELETE":
            self.people.remove(person)
            return 204, None
        if method == "PATCH":
            person.name = (body or {})["name"]
        return 200, _card(person)

    def _trakt(self, path: str) -> Reply:
        if path.endswith("/device"):
            code = {"code": "AB12CD34", "address": "https://trakt.tv/activate", "handle": "h"}
            return 200, code | {"interval": 5, "expires_in": 600}
        if path.endswith("/poll"):
            self.trakt["connected"] = self.typed_in
            return 200, {"state": "connected" if self.typed_in else "pending"}
        if path.endswith("/ticket"):
            return 200, {"address": "/auth/trakt/start?ticket=t1"}
        if path.endswith("/logout"):
            self.trakt["connected"] = False
        return 200, self.trakt

    def _history(self, method: str, path: str, query: Json, body: Json, whose: Person) -> Reply:
        if path == "/history/standings":
            refs = [(one["media_type"], one["tmdb_id"]) for one in body["titles"]]
            return 200, [self._row(ref, whose) for ref in refs if ref in whose.standings]
        if path == "/history" and method == "GET":
            rows = [self._row(ref, whose) for ref in whose.standings]
            rows = [row for row in rows if query.get("q", "").casefold() in row["name"].casefold()]
            return 200, _page(rows, query, whose)
        if path == "/history/unmatched":
            return 200, _page(self.unmatched, query, whose)
        told: dict[str, object] = {
            "/history/sync": self.job,
            "/history/import": self.report | {"preview": query.get("preview") == "true"},
        }
        if path in told:
            return 200, told[path]
        if path == "/history/match":
            self.unmatched = [one for one in self.unmatched if one["name"] != body["name"]]
            return 200, {"entries": 1, "undo": {}}
        return self._change(method, path, query, body, whose)

    def _change(self, method: str, path: str, query: Json, body: Json, whose: Person) -> Reply:
        if path == "/history/undo":
            for kind, number, before in body["put"][0]["before"]:
                whose.standings[kind, number] = before
            return 200, {"undo": {"remove": [], "put": []}}
        given = query if method == "DELETE" else body
        ref = (given["media_type"], int(given["tmdb_id"]))
        before = whose.standings.get(ref, {})
        changes: Json = {"watched": method != "DELETE"}
        if path == "/ratings":
            changes = {"rating": body["rating"]}
        if path == "/marks":
            changes = {body["mark"]: body["on"]}
        whose.standings[ref] = before | changes
        return 200, {"undo": {"remove": [], "put": [{"before": [[*ref, before]]}]}}

    def _row(self, ref: _Ref, whose: Person) -> Json:
        title = self._title_of(*ref)
        named = {"media_type": ref[0], "tmdb_id": ref[1], "title": title}
        return named | {"name": title["title"] if title else "Unknown"} | whose.standings[ref]


def _page(rows: list[Json], query: Json, whose: Person) -> Json:
    first, count = int(query["offset"]), int(query["limit"])
    shown = rows[first : first + count]
    return {"profile": whose.id, "total": len(rows), "offset": first, "rows": shown}


def _card(person: Person) -> Json:
    return {"id": person.id, "name": person.name, "created_at": 0.0, "trakt": False}
