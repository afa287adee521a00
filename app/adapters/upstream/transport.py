"""Our connections for a package that brings a client of its own."""

import httpx2

from app.adapters.upstream.connections import Connections, Timeouts


class Transport(httpx2.BaseTransport):
    """Sends a client's requests: bounded in size, ended by the stop, complete within their timeout.

    The client's own errors don't occur; `Unanswered` and `Cancelled` pass through it.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """See `httpx2.BaseTransport`. The client's timeout for reading bounds the whole answer."""
        given = request.extensions["timeout"]
        within = Timeouts(connect=given["connect"], read=given["read"], whole=given["read"])
        reply = self._connections.exchange(request, timeouts=within)
        headers = httpx2.Headers(dict(reply.headers))
        headers.pop("Content-Encoding", None)  # the body is unpacked
        return httpx2.Response(reply.status, headers=headers, content=reply.body)
