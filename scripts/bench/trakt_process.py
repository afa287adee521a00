"""The tests' stand-in for Trakt in a process of its own: it must not slow a measuring client."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

import httpx2

from scripts.bench.installation import Installation
from stand_ins.trakt.serving import trakt_server

_PATIENCE: Final = 30.0


@dataclass(frozen=True)
class Trakt:
    """A running stand-in, with one person; `settings` are watcher's for it."""

    settings: dict[str, str]
    _line: Connection

    def watch_more(self, plays: int) -> None:
        """Add so many plays to the person's history."""
        self._line.send(plays)
        self._line.recv()

    def connect(self, installation: Installation, token: str) -> None:
        """Connect whoever holds the token, as their browser would."""
        with httpx2.Client(
            base_url=installation.url, timeout=_PATIENCE, trust_env=False
        ) as browser:
            headers = {"Authorization": f"Bearer {token}"}
            ticket = browser.post("/auth/trakt/ticket", headers=headers)
            ticket.raise_for_status()
            begun = browser.get(ticket.json()["address"])
            self._line.send(begun.headers["location"])
            browser.get(self._line.recv()).raise_for_status()


@contextmanager
def trakt(port: int) -> Iterator[Trakt]:
    """One whose app sends browsers back to the API at this port; it ends with the block."""
    spawned = get_context("spawn")
    ours, theirs = spawned.Pipe()
    process = spawned.Process(target=_serve, args=(theirs, port), daemon=True)
    process.start()
    try:
        if not ours.poll(_PATIENCE):
            raise SystemExit("The stand-in for Trakt did not start.")
        yield Trakt(ours.recv(), ours)
    finally:
        process.terminate()
        process.join()


def _serve(line: Any, port: int) -> None:  # noqa: ANN401 -- the pipe's type differs by system
    address = f"http://127.0.0.1:{port}/auth/trakt/callback"
    with trakt_server(films=2000, redirect_uri=address) as fake:
        person = fake.person("somebody")
        line.send(
            {
                "TRAKT_API_URL": fake.api_url,
                "TRAKT_URL": fake.site_url,
                "TRAKT_CLIENT_ID": fake.client_id,
                "TRAKT_CLIENT_SECRET": fake.client_secret,
                "TRAKT_REDIRECT_URI": fake.redirect_uri,
            }
        )
        while True:
            asked = line.recv()
            if isinstance(asked, int):
                person.watch_in_bulk(asked)
            line.send(fake.sign_in(asked, person) if isinstance(asked, str) else "done")
