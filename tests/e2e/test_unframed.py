"""No page of another site can show one of watcher's in a frame, and have it clicked unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx2
import pytest
from playwright.sync_api import Browser

from streamlit_app.pages import PLACES
from tests.e2e.browsing import WAIT_MS, Running

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

VISIT = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}


def test_every_answer_of_the_web_app_says_so(running: Running) -> None:
    paths = [f"/{place.path}" for place in PLACES]
    assert len(paths) >= 6
    with httpx2.Client(base_url=running.ui_url, trust_env=False, timeout=30) as web:
        for path in (*paths, "/nowhere", "/_stcore/health", "/_stcore/host-config"):
            # The page with its first look, and Streamlit's own document.
            for headers in (VISIT, {}):
                answer = web.get(path, headers=headers)
                assert answer.headers["x-frame-options"] == "SAMEORIGIN", path
                assert answer.headers["content-security-policy"] == "frame-ancestors 'self'", path


def test_every_answer_of_the_api_says_so(running: Running) -> None:
    with httpx2.Client(base_url=running.api_url, trust_env=False, timeout=30) as api:
        for path in (
            *("/docs", "/redoc", "/openapi.json", "/auth/trakt/start", "/auth/trakt/callback"),
            *("/history", "/admin/status", "/nowhere", "/health"),
        ):
            answer = api.get(path)
            assert answer.headers["x-frame-options"] == "DENY", path
            assert answer.headers["content-security-policy"] == "frame-ancestors 'none'", path


@contextmanager
def other_site(framed: str) -> Iterator[str]:
    """A page of another site with that address in a frame."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- named by the parent
            pass

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<h1>Win</h1><iframe src="{framed}"></iframe>'.encode())

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_browser_shows_another_site_nothing_of_it(browser: Browser, running: Running) -> None:
    for framed in (f"{running.ui_url}/people", f"{running.api_url}/docs"):
        with other_site(framed) as address:
            page = browser.new_page()
            page.set_default_timeout(WAIT_MS)
            page.goto(address)
            page.wait_for_load_state("networkidle")
            (frame,) = page.main_frame.child_frames
            assert "watcher" not in frame.content().lower()
            assert "chrome-error" in frame.url
            page.close()
