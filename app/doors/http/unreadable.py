"""What the server itself answers, before there is a request that the API could see.

Uvicorn refuses what isn't HTTP with a text of its own, and hands no part of it on. However it is
started (`./start.sh`, `uvicorn app.main:app`), its protocols are those that are told here.
"""

import json
import logging
import secrets
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_DETAIL: Final = "This is no HTTP request that can be read. The connection is closed."
_log = logging.getLogger("watcher.requests")


def answer_unreadable() -> None:
    """Have it refuse in the shape that all errors have, and serve requests for an upgrade as asked.

    HTTP leaves it to a server whether it upgrades. The API has no WebSockets, and a handshake gets
    answers of another library otherwise.
    """
    for protocol in (HttpToolsProtocol, H11Protocol):
        for name, ours in (("send_400_response", _refuse), ("_should_upgrade", _never)):
            if not callable(getattr(protocol, name, None)):
                raise NotImplementedError(f"This uvicorn has no {protocol.__name__}.{name}")
            setattr(protocol, name, ours)


def _never(_protocol: object) -> bool:
    return False


def _refuse(protocol: Any, _said: str) -> None:  # noqa: ANN401 -- one of two that share no class
    request_id = secrets.token_hex(8)
    body = json.dumps(
        {"error": "bad_request", "detail": _DETAIL, "request_id": request_id}
    ).encode()
    headers = [
        *protocol.server_state.default_headers,
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
    ]
    lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(header) for header in headers), b"", body]
    protocol.transport.write(b"\r\n".join(lines))
    protocol.transport.close()
    _log.debug("unreadable 400", extra={"request_id": request_id})
