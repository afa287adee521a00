"""Connecting Trakt: in this browser, or by a code; how the connection is, and ending it."""

from __future__ import annotations

import time
from html import escape
from typing import Final

import streamlit as st

from streamlit_app import answers, notices, viewer
from streamlit_app.api.people import DeviceCode, Trakt, TraktState
from streamlit_app.api.transport import ApiError, ApiRefused
from streamlit_app.household import Viewer
from streamlit_app.links import HISTORY, page_link
from streamlit_app.trakt_words import NOT_CONFIGURED, NOT_CONNECTED, ago

_CODE: Final = "trakt_code"
_TICKET: Final = "trakt_ticket"
_TOLD: Final = "trakt_told"
_TICKET_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 2.0


def trakt_panel(who: Viewer) -> None:
    """The whole of it, for whoever is watching."""
    state = _trakt().state()
    whose = f" of {escape(who.profile.name)}" if who.profile and len(who.people) > 1 else ""
    with st.container(key="trakt", border=True, gap="small"):
        st.html(f'<h2 class="w-ask">Trakt{whose}</h2>')
        if not state.configured:
            st.html(NOT_CONFIGURED)
        elif state.connected:
            _connected(state)
        else:
            st.html(NOT_CONNECTED)
            _ways_in(state)
        told = st.session_state.pop(_own(_TOLD), "")
        if told:
            st.html(f'<p class="w-failed" role="status">{escape(told)}</p>')


def _connected(state: TraktState) -> None:
    st.session_state.pop(_own(_CODE), None)
    st.session_state.pop(_own(_TICKET), None)
    st.html(f'<p class="w-quiet">Connected, {ago(state.synced_at)}.</p>')
    if state.problem:
        notices.notice("Connect again", state.problem)
        _ways_in(state)
    with st.container(horizontal=True, gap="small"):
        page_link(HISTORY, "Sync in the history", icon=":material/sync:")
        st.button(
            "Disconnect Trakt", key="trakt-out", icon=":material/link_off:", on_click=_log_out
        )


def _ways_in(state: TraktState) -> None:
    """In this browser, or with a code on another device."""
    code: tuple[DeviceCode, float] | None = st.session_state.get(_own(_CODE))
    ticket: tuple[str, float] | None = st.session_state.get(_own(_TICKET))
    if code is not None:
        interval = max(code[0].interval, 1.0)
        st.fragment(_waiting_for_code, run_every=interval)(code[0], code[1])
    elif ticket is not None:
        st.fragment(_waiting_for_browser, run_every=_POLL_SECONDS)(
            state.server + ticket[0], ticket[1], state
        )
    else:
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Connect in this browser",
                key="trakt-browser",
                type="primary",
                icon=":material/link:",
                on_click=_begin_browser,
            )
            st.button(
                "With a code on another device",
                key="trakt-device",
                icon=":material/devices:",
                on_click=_begin_device,
            )


def _waiting_for_browser(address: str, until: float, before: TraktState) -> None:
    """The way to Trakt, until the account is connected."""
    if time.time() > until:
        _stop("The way to Trakt was not taken in time: begin again.")
        st.rerun()
    try:
        now = _trakt().state()
    except ApiError:
        now = before  # the next look asks again
    if now.connected and not now.problem:
        viewer.changed()
        _stop("")
        st.rerun()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.link_button("Continue at Trakt", address, type="primary", icon=":material/open_in_new:")
        stopped = st.button("Stop", key="trakt-stop")
    if stopped:
        _stop()
        st.rerun()  # a callback would run this fragment alone, which goes on waiting
    st.html('<p class="w-quiet" role="status">Waiting until you have allowed it there.</p>')


def _waiting_for_code(code: DeviceCode, until: float) -> None:
    """The code, large, until it was typed in."""
    left = until - time.time()
    try:
        connected = left > 0 and _trakt().poll(code.handle)
    except ApiRefused as error:
        connected = False
        if error.code not in ("slow_down", "upstream_unavailable"):
            _stop(error.detail)
            st.rerun()
    except ApiError:
        connected = False  # the next look asks again
    if connected:
        viewer.changed()
        _stop("")
        st.rerun()
    if left <= 0:
        _stop("The code has run out: begin again.")
        st.rerun()
    minutes, seconds = divmod(int(left), 60)
    st.html(
        f'<p class="w-quiet">Open this address on any device and type the code in:</p>'
        f'<p class="w-code">{escape(code.code)}</p>'
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if code.address.startswith("https://"):
            st.link_button(code.address, code.address, icon=":material/open_in_new:")
        else:
            st.html(f"<p>{escape(code.address)}</p>", width="content")
        stopped = st.button("Stop", key="trakt-stop")
    if stopped:
        _stop()
        st.rerun()  # a callback would run this fragment alone, which goes on waiting
    st.html(
        f'<p class="w-quiet">Good for {minutes}:{seconds:02} more. This page notices by itself '
        "when you are done.</p>"
    )


def _begin_browser() -> None:
    try:
        st.session_state[_own(_TICKET)] = (_trakt().ticket(), time.time() + _TICKET_SECONDS)
    except ApiError as error:
        st.session_state[_own(_TOLD)] = error.detail


def _begin_device() -> None:
    try:
        code = _trakt().device()
        st.session_state[_own(_CODE)] = (code, time.time() + code.expires_in)
    except ApiError as error:
        st.session_state[_own(_TOLD)] = error.detail


def _stop(sentence: str = "") -> None:
    st.session_state.pop(_own(_CODE), None)
    st.session_state.pop(_own(_TICKET), None)
    st.session_state[_own(_TOLD)] = sentence


def _log_out() -> None:
    try:
        _trakt().log_out()
    except ApiError as error:
        st.session_state[_own(_TOLD)] = error.detail
    viewer.changed()


def _trakt() -> Trakt:
    return answers.client().trakt(viewer.caller())


def _own(name: str) -> str:
    """A place in the session for this person: another one chosen meanwhile must not go on here."""
    return f"{name}:{viewer.caller().profile}"
