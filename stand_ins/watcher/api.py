"""A small API over real HTTP, for the web app's tests: a few titles, and faults on demand."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import cast
from urllib.parse import parse_qs, urlsplit

from stand_ins.watcher.lists import Lists, Operation
from stand_ins.watcher.people import Household, Json, Reply

MATRIX: Json = {
    "tmdb_id": 603,
    "media_type": "movie",
    "title": "The Matrix",
    "year": 1999,
    "score": 0.9,
    "genres": ["Action", "Science Fiction"],
    "overview": "A programmer learns what his world is made of.",
    "poster_url": None,
    "rating": 7.9,
    "votes": 9000,
    "runtime": 136,
    "makers": ["Lana Wachowski"],
}
HOSTILE: Json = MATRIX | {
    "tmdb_id": 666,
    "title": "<script>alert(1)</script> *bold* [x](http://evil)",
    "overview": "<img src=x onerror=alert(1)>",
    "makers": ['"><b>'],
}
DARK: Json = MATRIX | {"tmdb_id": 70523, "media_type": "tv", "title": "Dark", "genres": ["Drama"]}


class WatcherApi:
    """What the server answers, to be changed by a test, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.titles: list[Json] = [MATRIX, HOSTILE, DARK]
        self.asked: list[Json] = []
        self.paths: list[str] = []
        self.fault: tuple[int, Json] | None = None
        self.spared: frozenset[str] = frozenset()
        """Paths that a fault leaves alone."""

        self.slow = 0.0
        """Seconds that each answer takes."""

        self.ready = True
        self.model = "off"
        self.household = Household(self._find)
        self.lists = Lists(self.household)
        self.operation = Operation()

    def answer(
        self, method: str, path: str, body: Json | None, token: str, *, forwarded: bool = False
    ) -> Reply:
        """Status and body for one request."""
        self.paths.append(path)
        time.sleep(self.slow)
        if path == "/health":
            detail = "" if self.ready else "The index is being built."
            index = {"ready": self.ready, "version": "g1", "count": 3}
            return 200, {
                "status": "ok" if self.ready else "starting",
                "index": index,
                "titles": {"movie": 4321, "tv": 1},
                "detail": detail,
                "language_model": {"state": self.model, "detail": ""},
            }
        if self.fault and path not in self.spared:
            return self.fault
        if path.startswith("/admin/"):
            return self.operation.answer(method, path, token)
        if self.household.answers(path):
            return self.household.answer(method, path, body, token, forwarded=forwarded)
        if not self.ready:
            return _error(503, "not_ready", "There is no index yet: run scripts.rebuild_index.")
        return self._of_titles(path, body)

    def _of_titles(self, path: str, body: Json | None) -> Reply:
        if self.lists.answers(path):
            return self.lists.answer(path, body)
        if path == "/mcp/knn":
            return self._knn(body or {})
        return self._named(path) if path.startswith("/titles/search?") else self._title(path)

    def _knn(self, body: Json) -> tuple[int, Json]:
        self.asked.append(body)
        kind = body["results_media_type"]
        if "tmdb_id" in body and not self._find(body["input_media_type"], body["tmdb_id"]):
            return _error(404, "not_found", f"There is no such title: {body['tmdb_id']}.")
        if body.get("filters", {}).get("year_from", 0) > 2090:
            return 200, {"results": [], "query": body, "index_version": "g1", "took_ms": 1}
        found = [
            t
            for t in self.titles
            if kind in ("all", t["media_type"]) and t["tmdb_id"] != body.get("tmdb_id")
        ]
        found = found[: body["k"]]
        return 200, {"results": found, "query": body, "index_version": "g1", "took_ms": 1.5}

    def _named(self, path: str) -> tuple[int, Json]:
        asked = parse_qs(urlsplit(path).query)
        typed = asked["q"][0]
        found = [t for t in self.titles if typed.casefold() in t["title"].casefold()]
        return 200, {"q": typed, "results": found[: int(asked["limit"][0])]}

    def _title(self, path: str) -> tuple[int, Json]:
        _, _, kind, number = path.split("/")
        found = self._find(kind, int(number))
        return (200, found) if found else _error(404, "not_found", "There is no such title.")

    def _find(self, kind: str, number: int) -> Json | None:
        same = (t for t in self.titles if (t["media_type"], t["tmdb_id"]) == (kind, number))
        return next(same, None)


def _error(status: int, code: str, detail: str) -> tuple[int, Json]:
    return status, {"error": code, "detail": detail, "request_id": "r1"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    api: WatcherApi


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the parent
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_file = self.headers.get("Content-Type") == "application/octet-stream"
        body: Json | None = {"file": sent.decode()} if is_file else json.loads(sent or b"null")
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        forwarded = "Forwarded" in self.headers
        api = cast("_Server", self.server).api
        self._send(*api.answer(self.command, self.path, body, token, forwarded=forwarded))

    def _send(self, status: int, body: object) -> None:
        content = b"" if status == HTTPStatus.NO_CONTENT else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        # One request a connection: a closed server must not go on answering on an old one.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def watcher_api(port: int = 0) -> Iterator[WatcherApi]:
    """A running stand-in on a loopback port (a free one unless named)."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        server.api = WatcherApi(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.api
        finally:
            server.shutdown()
            thread.join()
