"""Where Trakt is, and by which app it is asked."""

from dataclasses import dataclass, field
from typing import Final

from app.adapters.upstream.addresses import check_address
from app.domain.errors import NotConfigured

_WHERE: Final = "make an app at https://trakt.tv/oauth/applications and set it"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraktAccess:
    """How this installation uses Trakt; id and secret are None where there is no app.

    Raises `NotConfigured` for an address that can't be used.
    """

    api_url: str
    site_url: str
    redirect_uri: str
    client_id: str | None = field(repr=False)
    client_secret: str | None = field(repr=False)

    def __post_init__(self) -> None:
        check_address("TRAKT_URL", self.site_url)

    @property
    def app_id(self) -> str:
        """Raises `NotConfigured` where it is missing."""
        return _usable("TRAKT_CLIENT_ID", self.client_id)

    @property
    def app_secret(self) -> str:
        """Raises `NotConfigured` where it is missing."""
        return _usable("TRAKT_CLIENT_SECRET", self.client_secret)

    def headers(self) -> dict[str, str]:
        """What goes with every call. Raises `NotConfigured`."""
        return {
            "Content-Type": "application/json",
            "trakt-api-version": "2",
            "trakt-api-key": self.app_id,
        }


def _usable(setting: str, value: str | None) -> str:
    text = (value or "").strip()
    if not text:
        raise NotConfigured(f"{setting} is not set: {_WHERE}. Everything else works without Trakt")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise NotConfigured(f"{setting} holds characters that none of Trakt's has")
    return text
