"""What is told of an account at Trakt that isn't there, as HTML. Pure."""

from __future__ import annotations

from typing import Final

NOT_CONFIGURED: Final = (
    '<p class="w-quiet">Trakt is not set up. Make an app at trakt.tv (settings, API apps), '
    "put its <code>TRAKT_CLIENT_ID</code> and <code>TRAKT_CLIENT_SECRET</code> into the "
    "environment or <code>.env</code>, and start watcher again. Everything else works without "
    "it, and Trakt's export can be imported as a file.</p>"
)
NOT_CONNECTED: Final = (
    '<p class="w-quiet">Not connected. Once it is, your plays, ratings, watchlist and '
    "favourites come in every hour.</p>"
)
