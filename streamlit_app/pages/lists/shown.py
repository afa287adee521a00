"""What lists showed, and what of them was opened: told to the API once each.

A title that three lists showed and nobody touched rests. Whoever looks through films, then series,
then another list has not passed it over thrice, so that in one visit a title is told of once a day.
"""

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Final

from streamlit_app.api.recommendations import Picks
from streamlit_app.api.transport import ApiError, Caller
from streamlit_app.asked import Asked
from streamlit_app.questions.search import TitleRef

_SHOWN: Final = "lists_shown"
_LISTED: Final = "lists_titles"

_Shown = set[tuple[Caller, date, TitleRef]]
_Listed = dict[tuple[Caller, TitleRef], str]


def shown(asked: Asked, picks: Picks) -> None:
    """Tell that a list stands on the page; call after its cards, whom nobody lets wait for it."""
    caller = asked.who.caller
    told: _Shown = asked.session.setdefault(_SHOWN, set())
    listed: _Listed = asked.session.setdefault(_LISTED, {})
    today = datetime.now(UTC).date()
    new = [p.ref for p in picks.results if (caller, today, p.ref) not in told]
    listed |= {(caller, ref): picks.list_id for ref in new}
    if not new:
        return
    # Nobody at the page can do anything about it; the next showing tells it again.
    with suppress(ApiError):
        asked.client.recommendations(caller).feedback(picks.list_id, shown=new)
        told.update((caller, today, ref) for ref in new)


def opened(asked: Asked, ref: TitleRef | None) -> None:
    """Tell that a title's own page was opened, where a list of this session showed it."""
    listed: _Listed = asked.session.get(_LISTED, {})
    if ref is None or not listed or not asked.who.is_known:
        return
    caller = asked.who.caller
    list_id = listed.pop((caller, ref), "")
    if list_id:
        with suppress(ApiError):
            asked.client.recommendations(caller).feedback(list_id, opened=[ref])
