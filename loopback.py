"""This machine's own names: the one rule of API, web app and start about who asks from where.

A web page elsewhere can have its own name lead to this machine (DNS rebinding), so the name that a
server was asked by tells something only where nobody else can take it. What passes a request on (a
proxy) may ask from this machine for anybody, and mostly says so in a header.
"""

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")

FORWARDING: Final = frozenset(
    {
        *("forwarded", "via", "x-forwarded", "x-real-ip", "x-real-port", "cdn-loop"),
        *(f"x-forwarded-{what}" for what in ("for", "host", "proto", "port", "prefix", "server")),
        *(f"x-forwarded-{what}" for what in ("by", "path", "protocol", "scheme", "ssl", "uri")),
        *("x-original-host", "x-original-url", "x-original-forwarded-for", "x-host", "x-scheme"),
        *("x-client-ip", "x-cluster-client-ip", "x-remote-ip", "x-remote-addr", "client-ip"),
        *("true-client-ip", "cf-connecting-ip", "cf-connecting-ipv6", "cf-ray", "cf-visitor"),
        *("fastly-client-ip", "fly-client-ip", "x-appengine-user-ip", "x-azure-clientip"),
        *("x-envoy-external-address", "proxy-client-ip", "wl-proxy-client-ip"),
    }
)
"""Headers that proxies write, and browsers don't: names in lower case."""

_HOST: Final = re.compile(
    r"(?:(?P<name>[a-z0-9._~-]+)|\[(?P<v6>[0-9a-f.]*:[0-9a-f:.]*)\])(?::[0-9]{0,5})?",
    re.ASCII | re.IGNORECASE,
)
"""All of the header: of one that only begins like ours, the rest may have led it elsewhere."""


def name_of(host: str) -> str:
    """The name or address in a ``Host`` header, without its port; empty where it can't be read.

    Lower case. What stands beside a name (a user, a path, a second port) makes it unreadable.
    """
    found = _HOST.fullmatch(host)
    return (found["name"] or found["v6"]).lower() if found else ""


def came_through(headers: Iterable[str]) -> bool:
    """Whether something passed the request on, by its headers' names in lower case."""
    return not FORWARDING.isdisjoint(headers)


def is_of(origin: str, host: str) -> bool:
    """Whether a page of this ``Origin`` was asked for by this ``Host``, its port and all."""
    try:
        place = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(place) and place.lower() == host.lower()


def is_at_home(headers: Mapping[str, str], client: str) -> bool:
    """Whether this machine asks, by its own name, and nothing passed that on.

    `headers` by their names in lower case; `client` is the address that asks.
    """
    if came_through(headers):
        return False
    return is_loopback(name_of(headers.get("host", ""))) and is_loopback(client)


def is_loopback(name: str) -> bool:
    """Whether the name or address is this machine's, and is reached from it alone."""
    return name == "localhost" or (_is_address(name) and ip_address(name).is_loopback)


def is_nobody_elses(name: str) -> bool:
    """Whether no site can have taken the name: an address in figures, or ``localhost``."""
    return name == "localhost" or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
