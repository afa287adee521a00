"""Lists of recommendations and the operator's side of the small API."""

import time
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from stand_ins.watcher.people import Household, Json, Reply

LIST_ID: Final = "0123456789abcdef"
_WORKS: Final = {
    "/admin/faiss/rebuild": "rebuild_index",
    "/admin/embed/full": "embed_full",
    "/admin/sync/tmdb": "sync_tmdb",
}
JOB: Json = {
    "id": "j1",
    "kind": "rebuild_index",
    "label": "Rebuild of the index",
    "state": "running",
    "worker": "running",
}


class Lists:
    """What its routes answer: `picks` but those watched or dismissed, `taste`; `asked`, `told`."""

    def __init__(self, household: Household) -> None:
        self.picks: list[Json] = []
        self.cold_start: str | None = None
        self.note: str | None = None
        self.words = "In the words of a language model."
        self.asked: list[Json] = []
        self.told: list[Json] = []
        self.taste: Json = {"known": 0, "needed": 5}
        self.why: Json = {"step": "watched", "detail": "You have watched it."}
        self._household = household

    @staticmethod
    def answers(path: str) -> bool:
        """Whether the route is one of these."""
        return path.startswith(("/recommend/", "/explain/", "/feedback", "/taste"))

    def answer(self, path: str, body: Json | None) -> Reply:
        """Status and body for one request."""
        parts = urlsplit(path)
        if parts.path == "/feedback":
            self.told.append(body or {})
            return 200, {"noted": 1}
        if parts.path == "/taste":
            self.asked.append({"path": path})
            return 200, self.taste
        if parts.path.startswith("/explain/"):
            self.asked.append({"path": path})
            return 200, {"title": self.picks[0], "reason": None} | self.why
        asked = (body or {}) | {"kind": parts.path.rpartition("/")[2]}
        self.asked.append(asked)
        found = [one for one in self.picks if self._is_open(one, asked)][: asked["count"]]
        if asked["use_llm"]:
            found = [one | {"reason": self.words, "reason_source": "llm"} for one in found]
        told = {"cold_start": self.cold_start, "note": self.note, "seed": asked["seed"]}
        return 200, told | {"results": found, "list_id": f"{asked['seed']:016x}"}

    def _is_open(self, pick: Json, asked: Json) -> bool:
        people = self._household.people
        whose = next((one for one in people if one.id == asked["profile"]), None)
        whose = whose or (people[0] if people else None)
        before = whose.standings.get((pick["media_type"], pick["tmdb_id"]), {}) if whose else {}
        return not before.get("watched") and not before.get("dismissed")


class Operation:
    """The admin's routes: `jobs` newest first, what was `done` by POST."""

    def __init__(self) -> None:
        self.jobs: list[Json] = []
        self.failed: list[Json] = []
        self.errors: list[Json] = []
        self.unreadable: list[Json] = []
        self.problem = ""
        self.worker = "running"
        self.done: list[str] = []

    def answer(self, method: str, path: str, token: str) -> Reply:
        """Status and body for one request."""
        if token != Household.admin:
            return 401, {"error": "unauthorized", "detail": "This needs the admin token."}
        parts = urlsplit(path)
        if method == "POST":
            return 202, self._post(parts.path)
        if parts.path == "/admin/jobs":
            state = parse_qs(parts.query).get("state", [""])[0]
            return 200, [one for one in self.jobs if state in ("", one["state"])]
        secret = {"name": "TMDB_API_KEY", "value": "set", "secret": True}
        told: dict[str, Any] = {
            "/admin/status": self._status(),
            "/admin/failed": self.failed,
            "/admin/errors": self.errors,
            "/admin/settings": [{"name": "API_PORT", "value": "8080", "secret": False}, secret],
        }
        return 200, told[parts.path]

    def _post(self, path: str) -> Json:
        self.done.append(path)
        if path.endswith("/cancel"):
            self.jobs[0] = self.jobs[0] | {"cancel_requested": True}
        else:
            self.jobs.insert(0, JOB | {"kind": _WORKS[path], "submitted_at": time.time()})
        return self.jobs[0]

    def _status(self) -> Json:
        return {
            "version": "9.9",
            "unreadable": self.unreadable,
            "store": "sqlite",
            "titles": {"movie": 4321, "tv": 1},
            "vectors": 4300,
            "model": "mini",
            "worker": self.worker,
            "co_ratings": {"version": "", "problem": self.problem},
            "index": {"ready": True, "version": "g7", "count": 4300, "recall_at_10": 0.9971},
            "tmdb": {"movie": {"stored": 4321, "listed": 8642, "exported": "2026-01-02"}},
        }
