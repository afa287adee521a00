"""A server that sends what it is told to, byte by byte: for what no well-behaved one sends."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, repeat

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def whole(body: bytes, *more: bytes) -> bytes:
    lines = (b"Content-Length: %d" % len(body), *more)
    return HEAD + b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass
class Script:
    """A server that sends the same pieces for every request, each `every` seconds.

    It closes each connection after the first answer, where `closing`.
    """

    url: str
    pieces: Callable[[], Iterator[bytes]]
    every: float = 0.0
    closing: bool = False
    connected: int = 0
    heads: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def serve(self, listening: socket.socket) -> None:
        while not self.ended.is_set():
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            self.connected += 1
            threading.Thread(target=self._answer, args=(taken,), daemon=True).start()

    def _answer(self, taken: socket.socket) -> None:
        seen = b""
        with taken, suppress(OSError):
            while data := taken.recv(65536):
                seen += data
                if not seen.endswith(b"\r\n\r\n"):
                    continue
                self.heads.append(seen.decode())
                seen = b""
                for piece in self.pieces():
                    taken.sendall(piece)
                    if self.ended.wait(self.every):
                        return
                if self.closing:
                    return


@contextmanager
def scripted(
    *pieces: bytes, every: float = 0.0, endless: bytes = b"", closing: bool = False
) -> Iterator[Script]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/made"
        more = repeat(endless) if endless else ()
        script = Script(url, lambda: chain(pieces, more), every, closing)
        thread = threading.Thread(target=script.serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield script
        finally:
            script.ended.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
