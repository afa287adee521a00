"""What uvicorn refuses by itself has the shape of our errors, whichever parser it has."""

import json
from types import SimpleNamespace

import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

import app.main  # noqa: F401 -- uvicorn is told by it, as `uvicorn app.main:app` is


@pytest.mark.parametrize("protocol", [H11Protocol, HttpToolsProtocol])
def test_it_is_an_error_like_any_other(protocol: type) -> None:
    written: list[bytes] = []
    ended: list[bool] = []
    transport = SimpleNamespace(write=written.append, close=lambda: ended.append(True))
    state = SimpleNamespace(default_headers=[(b"server", b"uvicorn")])
    it = SimpleNamespace(transport=transport, server_state=state)
    protocol.send_400_response(it, "Invalid HTTP request received.")  # type: ignore[attr-defined]
    head, body = b"".join(written).split(b"\r\n\r\n")
    told = json.loads(body)
    assert set(told) == {"error", "detail", "request_id"}
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 400 Bad Request"
    assert f"content-length: {len(body)}" in lines
    assert f"x-request-id: {told['request_id']}" in lines
    assert ended == [True]
    assert protocol._should_upgrade(it) is False  # type: ignore[attr-defined]
