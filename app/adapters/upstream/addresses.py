"""Addresses of services, as people set them."""

from urllib.parse import urlsplit

from app.domain.errors import NotConfigured


def check_address(setting: str, address: str) -> None:
    """Raises `NotConfigured`, with the setting's name, for one that paths can't be added to."""
    problem = NotConfigured(
        f"{setting} must be an address such as https://host/path, without a question mark"
    )
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise problem from None
    if not usable or parts.query or parts.fragment or not address.isprintable() or " " in address:
        raise problem


def host_of(address: str) -> str:
    """Host and port without credentials, for people."""
    return urlsplit(address).netloc.rpartition("@")[2]
