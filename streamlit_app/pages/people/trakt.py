"""Connecting Trakt: in this browser, or by a code; how the connection is, and ending it."""

import time
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Final, NamedTuple

from streamlit_app import parts as p
from streamlit_app.api.people import DeviceCode, Trakt, TraktState
from streamlit_app.api.transport import ApiError, ApiRefused
from streamlit_app.asked import Asked
from streamlit_app.pages.words import notice, section, status, synced, words

_TICKET_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 2.0
_NOT_CONFIGURED: Final = (
    '<p class="w-quiet">Trakt is not set up. Make an app at trakt.tv (settings, API apps), '
    "put its <code>TRAKT_CLIENT_ID</code> and <code>TRAKT_CLIENT_SECRET</code> into the "
    "environment or <code>.env</code>, and start watcher again. Everything else works without "
    "it, and Trakt's export can be imported as a file.</p>"
)


def trakt(asked: Asked) -> p.Parts:
    """The whole of it, for whoever is watching."""
    page = _Page(asked, asked.client.trakt(asked.who.caller))
    yield p.Column(page.parts(page.trakt.state()), "trakt", border=True)


class _Way(NamedTuple):
    """A way to Trakt that was begun: by a code or, in this browser, by an address; until when."""

    by: DeviceCode | str
    until: float


@dataclass(frozen=True, slots=True)
class _Page:
    asked: Asked
    trakt: Trakt

    def parts(self, state: TraktState) -> p.Parts:
        who = self.asked.who
        whose = f" of {who.profile.name}" if who.profile and who.has_company else ""
        yield section(f"Trakt{whose}")
        if not state.configured:
            yield p.Html(_NOT_CONFIGURED)
        elif state.connected:
            yield from self._connected(state)
        else:
            yield words(
                "Not connected. Once it is, your plays, ratings, watchlist and favourites come "
                "in every hour."
            )
            yield from self._ways_in(state)
        if told := self.asked.session.pop(self._told, ""):
            yield status(told, "w-failed")

    # By person: another one chosen meanwhile must not go on here.
    @property
    def _begun(self) -> str:
        return f"trakt_begun:{self.asked.who.caller.profile}"

    @property
    def _told(self) -> str:
        return f"trakt_told:{self.asked.who.caller.profile}"

    def _connected(self, state: TraktState) -> p.Parts:
        self.asked.session.pop(self._begun, None)
        yield words(f"Connected, {synced(state.synced_at)}.")
        if state.problem:
            yield notice("Connect again", state.problem)
            yield from self._ways_in(state)
        ways = [
            p.Link("Sync in the history", "history", icon="sync"),
            p.Button("Disconnect Trakt", "trakt-out", "link_off", self._log_out),
        ]
        yield p.Row(ways)

    def _ways_in(self, state: TraktState) -> p.Parts:
        """In this browser, or with a code on another device."""
        way: _Way | None = self.asked.session.get(self._begun)
        if way is not None and isinstance(way.by, DeviceCode):
            code, until = way.by, way.until
            every = max(code.interval, 1.0)
            yield p.Fragment(partial(self._waiting_for_code, code, until), every=every)
        elif way is not None:
            to, until = f"{state.server}{way.by}", way.until
            waiting = partial(self._waiting_for_browser, to, until, state)
            yield p.Fragment(waiting, every=_POLL_SECONDS)
        else:
            here, device = "Connect in this browser", "With a code on another device"
            ways = [
                p.Button(here, "trakt-browser", "link", self._begin_browser, "primary"),
                p.Button(device, "trakt-device", "devices", self._begin_device),
            ]
            yield p.Row(ways)

    def _waiting_for_browser(self, address: str, until: float, before: TraktState) -> p.Parts:
        """The way to Trakt, until the account is connected."""
        if time.time() > until:
            yield from self._ended("The way to Trakt was not taken in time: begin again.")
        try:
            now = self.trakt.state()
        except ApiError:
            now = before  # the next look asks again
        if now.connected and not now.problem:
            self.asked.changed()
            yield from self._ended()
        yield p.Row(
            self._leaving(_link_button("Continue at Trakt", address, "primary")), align="center"
        )
        yield status("Waiting until you have allowed it there.")

    def _waiting_for_code(self, code: DeviceCode, until: float) -> p.Parts:
        """The code, large, until it was typed in."""
        left = until - time.time()
        connected = False
        try:
            connected = left > 0 and self.trakt.poll(code.handle)
        except ApiRefused as error:
            if error.code not in ("slow_down", "upstream_unavailable"):
                yield from self._ended(error.detail)
        except ApiError:
            pass  # the next look asks again
        if connected:
            self.asked.changed()
            yield from self._ended()
        if left <= 0:
            yield from self._ended("The code has run out: begin again.")
        yield p.Html(
            f'<p class="w-quiet">Open this address on any device and type the code in:</p>'
            f'<p class="w-code">{escape(code.code)}</p>'
        )
        to: p.Part = p.Html(f"<p>{escape(code.address)}</p>", grows=False)
        if code.address.startswith("https://"):
            to = _link_button(code.address, code.address)
        yield p.Row(self._leaving(to), align="center")
        minutes, seconds = divmod(int(left), 60)
        yield words(
            f"Good for {minutes}:{seconds:02} more. This page notices by itself when you are done."
        )

    def _leaving(self, to: p.Part) -> p.Parts:
        yield to
        stopped = yield p.Button("Stop", "trakt-stop")
        if stopped:
            # The button's own callback would run this part alone, which goes on waiting.
            yield from self._ended()

    def _ended(self, sentence: str = "") -> p.Parts:
        self.asked.session.pop(self._begun, None)
        self.asked.session[self._told] = sentence
        yield p.Again()

    def _begin_browser(self) -> None:
        self._try(lambda: self._begin(self.trakt.ticket(), _TICKET_SECONDS))

    def _begin_device(self) -> None:
        def begin() -> None:
            code = self.trakt.device()
            self._begin(code, code.expires_in)

        self._try(begin)

    def _begin(self, by: DeviceCode | str, seconds: float) -> None:
        self.asked.session[self._begun] = _Way(by, time.time() + seconds)

    def _log_out(self) -> None:
        self._try(self.trakt.log_out)
        self.asked.changed()

    def _try(self, call: p.Does) -> None:
        try:
            call()
        except ApiError as error:
            self.asked.session[self._told] = error.detail


def _link_button(label: str, address: str, kind: p.Kind = "secondary") -> p.Part:
    return p.widget("link_button", label, address, type=kind, icon=":material/open_in_new:")
