"""This machine's own names: the one rule of API, web app and start about who asks from where.

A web page elsewhere can have its own name lead to this machine (DNS rebinding), so the name that a
server was asked by tells something only where nobody else can take it.
"""

import re
from ipaddress import ip_address
from typing import Final

OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")

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
