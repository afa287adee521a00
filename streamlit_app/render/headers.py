"""What every answer of the web app bears."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_FRAMES: Final = {
    # Streamlit draws some of its widgets in frames of its own.
    "Content-Security-Policy": "frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
"""A page of another site can't show one of ours in a frame, and so not have it clicked unseen."""


class Headers:
    """Pure ASGI: puts `OWN_FRAMES` on each answer over HTTP."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(OWN_FRAMES)
            await send(message)

        await self._app(scope, receive, marked if scope["type"] == "http" else send)
