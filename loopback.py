"""This machine's own names: the one rule of API, web app and start about who asks from where.

A web page elsewhere can have its own name lead to this machine (DNS rebinding), so the name that a
server was asked by tells something only where nobody else can take it.
"""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")


def name_of(host: str) -> str:
    """The name or address in a ``Host`` header, without its port; empty where it can't be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


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
