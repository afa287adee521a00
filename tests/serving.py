"""An application behind a real server on a free port of loopback, for tests that need sockets."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
import uvicorn
from fastapi import FastAPI

_UP_WITHIN = 20.0


@dataclass(frozen=True)
class Served:
    """Where it listens."""

    port: int

    @property
    def url(self) -> str:
        """Its address by number."""
        return f"http://127.0.0.1:{self.port}"

    def client(self, token: str = "", timeout: float = 60.0) -> httpx2.Client:
        """A client, with a token or without."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=timeout, trust_env=False)

    def begun(self, head: str, body: bytes = b"") -> socket.socket:
        """A connection on which these lines (of which Host is added) and bytes were sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        host = "" if "\nHost:" in head else f"\nHost: 127.0.0.1:{self.port}"
        lines = f"{head.strip()}{host}\n\n".replace("\n", "\r\n")
        connection.sendall(lines.encode("latin-1") + body)
        return connection


@contextmanager
def served(app: FastAPI) -> Iterator[Served]:
    """The application, served until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    config = uvicorn.Config(app, access_log=False, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        until = time.monotonic() + _UP_WITHIN
        while not server.started:
            assert thread.is_alive(), "the server ended"
            assert time.monotonic() < until, "the server does not come up"
            time.sleep(0.01)
        yield Served(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
