"""The address bar: what a page shows stands in it, and so does who is watching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

PROFILE: Final = "profile"
"""The name in an address of who is watching; all pages share it."""

Params = Mapping[str, str | Sequence[str]]


def params() -> dict[str, list[str]]:
    """The address's query, without who is watching."""
    return {name: values for name, values in _all().items() if name != PROFILE}


def go(wanted: Params) -> None:
    """Put this query into the address; who is watching stays."""
    st.query_params.from_dict(_lists(with_profile(wanted)))


def show_again() -> None:
    """Send the address to the browser: a link within a page reaches this process only."""
    st.query_params.from_dict(_lists(_all()))


def with_profile(wanted: Params) -> dict[str, str | Sequence[str]]:
    """A link's query, for whoever is watching now."""
    who = profile()
    return {**wanted, PROFILE: who} if who else dict(wanted)


def profile() -> str:
    """Who is watching by the address; empty where it doesn't say."""
    return st.query_params.get(PROFILE, "")[:64]


def set_profile(profile_id: str) -> None:
    """Put who is watching into the address, or take it out."""
    if profile_id == profile():
        return
    if profile_id:
        st.query_params[PROFILE] = profile_id
    else:
        del st.query_params[PROFILE]


def _all() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _lists(wanted: Params) -> dict[str, str | list[str]]:
    return {n: v if isinstance(v, str) else list(v) for n, v in wanted.items()}
