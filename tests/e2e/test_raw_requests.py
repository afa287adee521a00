"""Requests as no client library sends them, over sockets."""

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.program import Api, api_started

LINE = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")

UNREADABLE_HOSTS = [
    b"",
    b"[",
    b"[::1",
    b"[127.0.0.1]",
    b"[::1%lo]",
    b"127.0.0.1:80:90",
    b"127.0.0.1:eighty",
    b"someone:secret@127.0.0.1",
    b"127.0.0.1/elsewhere",
    b"127.0.0.1, elsewhere.example",
    b"\xff\xfe",
    b"l\xc3\xb6calhost",
    b"a" * 8000,
]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(api: Api, request: bytes) -> Answer:
    """Send it as it is; the answer, up to the connection's end."""
    place = urlsplit(api.url)
    said = b""
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(request)
        while part := connection.recv(65536):
            said += part
    head, _, body = said.partition(b"\r\n\r\n")
    first, *rest = head.split(b"\r\n")
    found = LINE.match(first)
    assert found, said[:200]
    headers = dict(line.decode().lower().split(": ", 1) for line in rest)
    return Answer(int(found[1]), headers, body)


def is_an_error(answer: Answer, status: int) -> None:
    """In the one shape that all errors have."""
    assert answer.status == status, answer.body
    body = json.loads(answer.body)
    assert set(body) == {"error", "detail", "request_id"}
    assert body["request_id"] == answer.headers["x-request-id"]


def history(*hosts: bytes, version: bytes = b"1.1", method: bytes = b"GET") -> bytes:
    lines = [method + b" /history HTTP/" + version, *(b"Host: " + host for host in hosts)]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""])


@pytest.mark.parametrize("host", UNREADABLE_HOSTS)
def test_a_host_that_cannot_be_read_is_not_this_machine(api: Api, host: bytes) -> None:
    is_an_error(ask(api, history(host)), 401)
    is_an_error(ask(api, history(host, method=b"POST")), 401)


def test_no_host_and_two_hosts_are_not_this_machine_either(api: Api) -> None:
    is_an_error(ask(api, history(version=b"1.0")), 401)
    is_an_error(ask(api, history(b"127.0.0.1", b"elsewhere.example")), 401)
    is_an_error(ask(api, history(b"elsewhere.example", b"127.0.0.1")), 401)


UNREADABLE = [
    b"rubbish\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /health HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /health HTTP/1.1\r\nNo colon\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /mcp/knn HTTP/1.1\r\nHost: x\r\nContent-Length: some\r\n\r\n",
    b"POST /mcp/knn HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
]


@pytest.mark.parametrize("request_sent", UNREADABLE)
def test_what_is_no_request_gets_an_error_like_any_other(api: Api, request_sent: bytes) -> None:
    answer = ask(api, request_sent)
    is_an_error(answer, 400)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["connection"] == "close"


HANDSHAKE = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


@pytest.mark.parametrize("upgrade", [b"websocket\r\n" + HANDSHAKE, b"websocket\r\n", b"h2c\r\n"])
def test_a_request_for_an_upgrade_is_answered_as_any_other(api: Api, upgrade: bytes) -> None:
    def asked(path: bytes) -> bytes:
        head = b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade\r\nUpgrade: "
        return head + upgrade + b"\r\n"

    assert ask(api, asked(b"/health")).status == 200
    is_an_error(ask(api, asked(b"/nowhere")), 404)
    is_an_error(ask(api, asked(b"/history")), 401)


def test_a_long_header_is_no_fault(api: Api) -> None:
    long = b"X-Long: " + b"a" * 60_000 + b"\r\n"
    request = b"GET /health HTTP/1.1\r\nHost: x\r\n" + long + b"Connection: close\r\n\r\n"
    assert ask(api, request).status == 200


@pytest.mark.parametrize("host", [b"127.0.0.1", b"LOCALHOST:8080", b"[::1]:8080"])
def test_its_own_names_are(api: Api, host: bytes) -> None:
    assert ask(api, history(host)).status == 200


def test_nothing_sent_makes_another_line_of_the_log(project: Path, data_dir: Path) -> None:
    forged = b"00:00:00 CRITICAL watcher: all is lost"
    encoded = b"/nowhere/%0a%1b%5b31m%e2%80%a8" + forged.replace(b" ", b"%20")
    sent = b"\x1b[31m\xe2\x80\xa8\x85" + forged
    with api_started(project, data_dir, LOG_LEVEL="debug") as api:
        for upgrade in (b"", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"):
            lines = [
                b"GET " + encoded + b" HTTP/1.1",
                b"Host: x",
                b"X-Request-ID: " + sent.replace(b"\x1b", b"").replace(b"\x85", b""),
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                upgrade + b"Connection: close\r\n\r\n" if not upgrade else upgrade + b"\r\n",
            ]
            ask(api, b"\r\n".join(lines))
        ask(api, sent + b"\r\n\r\n")
        api.program.says("/nowhere/")
        logged = api.program.output.read_bytes().decode().splitlines()
    assert not [line for line in logged if line.startswith("00:00:00 ")]
    assert all(line.isprintable() for line in logged)
