"""What every request and every answer of the web app meets: only its own pages work it."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopback import is_of

OWN_FRAMES: Final = {
    # Streamlit draws some of its widgets in frames of its own.
    "Content-Security-Policy": "frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}
_LOOKS: Final = frozenset({"GET", "HEAD"})
_POLICY_VIOLATION: Final = 1008


class OwnPages:
    """Pure ASGI: nothing but looking is for a page of another site, and none shows ours in a frame.

    Streamlit itself takes a page of any other port of this machine for its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or one session."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif _is_foreign(scope):
            await _refuse(scope, send)
        else:
            await self._app(scope, receive, _marking(send) if scope["type"] == "http" else send)


def _is_foreign(scope: Scope) -> bool:
    """By `Origin` alone, which comes with all but looking; a session's other marks vary."""
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None or scope.get("method") in _LOOKS:
        return False
    return not is_of(origin, headers.get("host", ""))


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        return
    await send({"type": "http.response.start", "status": 403, "headers": []})
    await send({"type": "http.response.body", "body": b"A page of another site asks for this."})


def _marking(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(OWN_FRAMES)
        await send(message)

    return marked
