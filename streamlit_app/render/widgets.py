"""A page's parts, drawn by Streamlit. What is done with a widget is tied to it here, for all."""

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from streamlit_app import parts as p
from streamlit_app.api.transport import ApiError, ApiNotReady, ApiUnreachable
from streamlit_app.asked import Asked
from streamlit_app.pages import notices

# No more than these: a browser reads an escaped comma out, where a label is a control's name.
_SIGNS: Final = re.compile(r"([!#$&()*+\-.:<>\[\\\]^_`{|}~])")
# Of a colon before a letter, Streamlit makes icons and colours even where it is escaped.
_CODES: Final = re.compile(r":(?=\w)")
_NO_BREAK: Final = "\u2060"


def markdown(label: p.Label) -> str:
    """A label as Markdown, in which the signs of its words mean nothing."""
    if isinstance(label, p.Marked):
        return f"**{markdown(label.name)}** · {markdown(label.rest)}"
    spaced = _CODES.sub(f":{_NO_BREAK}", " ".join(label.split()))
    return _SIGNS.sub(r"\\\1", spaced)


class Drawing:
    """One run of a page: its parts as Streamlit's elements, its links by the `pages` of its menu.

    `is_troubled` is set once a notice tells that the API is away or not ready.
    """

    def __init__(self, asked: Asked, pages: Mapping[str, st.Page]) -> None:
        self.is_troubled = False
        self._asked = asked
        self._pages = pages

    def draw(self, parts: Iterable[p.Part]) -> None:
        """Draw the parts; an error of the API becomes its notice."""
        try:
            p.walk(parts, self._show)
        except ApiError as error:
            self.is_troubled |= isinstance(error, ApiUnreachable | ApiNotReady)
            p.walk(notices.told(self._asked, error), self._show)

    def _inside(self, parts: Iterable[p.Part]) -> None:
        p.walk(parts, self._show)

    def _show(self, part: p.Part) -> Any:  # noqa: ANN401 -- what the part holds
        return getattr(self, f"_{type(part).__name__.lower()}")(part)

    def _html(self, part: p.Html) -> None:
        st.html(part.body, width=_width(grows=part.grows))

    def _picture(self, part: p.Picture) -> None:
        st.html(part.draw(False))  # noqa: FBT003 -- Streamlit takes no drawing into its HTML

    def _link(self, part: p.Link) -> None:
        st.page_link(
            self._pages[part.path],
            label=markdown(part.label),
            icon=_sign(part.icon) or "",  # Without, it would wear its page's.
            query_params=self._asked.address.with_profile(part.params) or None,
            width=_width(grows=part.wide),
        )

    def _button(self, part: p.Button) -> bool:
        looks: dict[str, Any] = {
            "key": part.key or None,
            "icon": _sign(part.icon),
            "type": part.kind,
            "width": _width(grows=part.wide),
            "disabled": part.disabled,
            "on_click": part.does,
        }
        label = markdown(part.label)
        return st.form_submit_button(label, **looks) if part.form else st.button(label, **looks)

    def _menu(self, part: p.Menu) -> None:
        def named(one: object) -> str:
            name = markdown(part.options[one])
            return f":material/check: {name}" if one == part.now else name

        # Browsers have its program from the rating menus of cards: that of a select box would be
        # one more to load before the page is drawn.
        st.menu_button(
            markdown(part.label),
            list(part.options),
            format_func=named,
            key=part.key,
            icon=_sign(part.icon),
            type=part.kind,
            on_click=_taken,
            args=(part.key, part.takes),
            wrap=False,
        )

    def _segments(self, part: p.Segments) -> None:
        st.segmented_control(
            part.label,
            list(part.options),
            default=part.now,
            format_func=part.options.__getitem__,
            required=True,
            wrap=part.wraps,
            label_visibility="visible" if part.labelled else "collapsed",
            **_bound(part.key, part.takes),
        )

    def _box(self, part: p.Box) -> Any:  # noqa: ANN401 -- text, by Streamlit's word
        return st.text_input(
            part.label,
            part.value,
            type=part.kind,
            live=part.live,
            max_chars=part.longest,
            placeholder=part.placeholder or None,
            autocomplete="off" if part.kind == "password" else None,
            width=part.width or "stretch",
            label_visibility="visible" if part.labelled else "collapsed",
            **_bound(part.key, part.takes),
        )

    def _toggle(self, part: p.Toggle) -> None:
        st.toggle(part.label, value=part.on, **_bound(part.key, part.takes))

    def _row(self, part: p.Row) -> None:
        with st.container(
            key=part.key or None,
            horizontal=True,
            wrap=part.wraps,
            gap=_gap(part.gap),
            vertical_alignment=part.align,
            horizontal_alignment=part.place,
            width=_width(grows=part.grows),
        ):
            self._inside(part.parts)

    def _column(self, part: p.Column) -> None:
        width = _width(grows=part.grows)
        key, border = part.key or None, part.border or None
        with st.container(key=key, border=border, gap=_gap(part.gap), width=width):
            self._inside(part.parts)

    def _columns(self, part: p.Columns) -> None:
        places = st.columns(len(part.columns), gap=_gap(part.gap))
        for place, parts in zip(places, part.columns, strict=True):
            with place:
                self._inside(parts)

    def _form(self, part: p.Form) -> None:
        with st.form(part.key, clear_on_submit=part.clears, border=False):
            self._inside(part.parts)

    def _addressform(self, part: p.AddressForm) -> None:
        self._show(p.Row([part.box, part.button], align="bottom", wraps=False))

    def _expander(self, part: p.Expander) -> None:
        # An icon would stand where its arrow does: it has none.
        key, label = part.key or None, markdown(part.label)
        place = st.expander(label, key=key, on_change=_opens(part.at_once))
        self._opened(place, part.inside)

    def _popover(self, part: p.Popover) -> None:
        key, label = part.key or None, markdown(part.label)
        place = st.popover(label, icon=_sign(part.icon), key=key, on_change=_opens(not part.key))
        self._opened(place, part.inside)

    def _opened(self, place: DeltaGenerator, inside: p.Inside) -> None:
        """What a part holds, once it is open: who doesn't see it shouldn't wait for it."""
        if getattr(place, "open", None) is not False:
            with place:
                self._inside(inside())

    def _dialog(self, part: p.Dialog) -> None:
        st.dialog(part.title)(lambda: self._inside(part.inside()))()

    def _fragment(self, part: p.Fragment) -> None:
        st.fragment(self._drawn_anew, run_every=part.every)(part.inside)

    def _drawn_anew(self, inside: p.Inside) -> None:
        self.draw(inside())

    def _guarded(self, part: p.Guarded) -> None:
        self.draw(part.parts)

    def _slot(self, _part: p.Slot) -> DeltaGenerator:
        return st.container()

    def _fill(self, part: p.Fill) -> None:
        with part.place:
            self._inside(part.parts)

    def _waiting(self, part: p.Waiting) -> object:
        with st.spinner(part.words):
            return part.call()

    def _effect(self, part: p.Effect) -> object:
        return part.call()

    def _pagename(self, part: p.PageName) -> None:
        st.set_page_config(page_title=part.text)

    def _chart(self, part: p.Chart) -> None:
        # Vega's schema takes a moment to load: only where there is a chart.
        from streamlit_app.render.charts import SPECS  # noqa: PLC0415

        chosen: dict[str, Any] = {}
        if part.takes:
            chosen = {"key": part.key, "on_select": partial(_taken, part.key, part.takes)}
        st.vega_lite_chart(SPECS[part.name](part.of), width="stretch", alt=part.alt, **chosen)

    def _widget(self, part: p.Widget) -> Any:  # noqa: ANN401 -- what the widget holds
        named = dict(part.named)
        if part.takes:
            named |= {"on_change": _taken, "args": (named["key"], part.takes)}
        return getattr(st, part.name)(*part.given, **named)

    def _again(self, _part: p.Again) -> None:
        st.rerun()

    def _elsewhere(self, part: p.Elsewhere) -> None:
        params = self._asked.address.with_profile(part.params)
        st.switch_page(self._pages[part.path], query_params=params)


def _taken(key: str, takes: p.Takes) -> None:
    takes(st.session_state[key])


def _bound(key: str, takes: p.Takes | None) -> dict[str, Any]:
    return {"key": key or None} | ({"on_change": _taken, "args": (key, takes)} if takes else {})


def _opens(at_once: bool) -> Literal["ignore", "rerun"]:  # noqa: FBT001
    return "ignore" if at_once else "rerun"


def _gap(gap: p.Gap) -> Any:  # noqa: ANN401 -- Streamlit's own literals
    return None if gap == "none" else gap


def _sign(icon: str) -> str | None:
    return f":material/{icon}:" if icon else None


def _width(*, grows: bool) -> Any:  # noqa: ANN401 -- as above
    return "stretch" if grows else "content"
