"""Servers at a MongoDB address that do not let anybody in."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import bson

_HEADER = struct.Struct("<iiii")
_OP_REPLY, _OP_QUERY, _OP_MSG = 1, 2004, 2013


@contextmanager
def _serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[str]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        host, port = server.server_address[:2]
        yield f"{host!s}:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refusing_server() -> AbstractContextManager[str]:
    """Speaks enough of the protocol to answer every password with AuthenticationFailed."""
    return _serving(_Refusing)


def silent_server() -> AbstractContextManager[str]:
    """Takes connections and never says a word."""
    return _serving(_Silent)


class _Silent(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while self.request.recv(4096):
            pass


class _Refusing(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while len(header := self.rfile.read(_HEADER.size)) == _HEADER.size:
            length, request, _, kind = _HEADER.unpack(header)
            body = self.rfile.read(length - _HEADER.size)
            if kind == _OP_QUERY:
                # Flags, the cursor's number, the place and the count of what is returned.
                self._send(request, _OP_REPLY, struct.pack("<iqii", 8, 0, 0, 1), _HELLO)
            else:
                command = next(iter(bson.decode(body[5:])))
                answer = _HELLO if command.lower() in {"hello", "ismaster"} else _REFUSAL
                self._send(request, _OP_MSG, struct.pack("<ib", 0, 0), answer)

    def _send(self, request: int, kind: int, start: bytes, document: dict[str, object]) -> None:
        body = start + bson.encode(document)
        self.wfile.write(_HEADER.pack(_HEADER.size + len(body), 0, request, kind) + body)


_HELLO: dict[str, object] = {
    "ok": 1,
    "isWritablePrimary": True,
    "ismaster": True,
    "helloOk": True,
    "minWireVersion": 0,
    "maxWireVersion": 25,
    "maxBsonObjectSize": 16_777_216,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "logicalSessionTimeoutMinutes": 30,
    "saslSupportedMechs": ["SCRAM-SHA-256"],
}
_REFUSAL: dict[str, object] = {
    "ok": 0,
    "errmsg": "Authentication failed.",
    "code": 18,
    "codeName": "AuthenticationFailed",
}
