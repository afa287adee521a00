"""The page of a person's history: which of its views is shown."""

from functools import partial

from streamlit_app.asked import Asked
from streamlit_app.followed import Followed
from streamlit_app.pages.gate import gate
from streamlit_app.pages.history.importing import importing
from streamlit_app.pages.history.names import names
from streamlit_app.pages.history.rows import HistoryRows
from streamlit_app.pages.history.sync import sync_strip
from streamlit_app.pages.words import heading
from streamlit_app.parts import Parts, Segments
from streamlit_app.questions.history import VIEWS, HistoryView, View


def history(asked: Asked) -> Parts:
    """The whole page."""
    yield heading("History")
    yield from gate(asked, "see what you have watched")
    if not asked.who.is_known:
        return
    view = HistoryView.from_params(asked.params)
    panel = Followed(asked, "history", partial(_go, asked), lambda _field, chosen: chosen)
    panel.begin(view.view)
    yield Segments("What to do", VIEWS, view.view, wraps=True, **panel.bound("view"))
    yield from sync_strip(asked)
    if view.view == "import":
        yield from importing(asked)
    elif view.view == "names":
        yield from names(asked, view)
    else:
        yield from HistoryRows(asked, view).parts()


def _go(asked: Asked, view: View) -> None:
    asked.address.go(HistoryView(view=view).to_params())
