"""What a page may hold. A page tells these one by one; each renderer draws them in its own way.

A page is a generator. Where a part has a value (what is typed into a box, whether a button was
pressed), `yield` gives it to the page, which goes on from there:

    typed = yield Box("Name of a film", "w_name")
    if typed:
        yield words(f"Looking for {typed}")

Labels are plain text. A part's key names it on its page: by it a press of the first look finds
its widget, and the style its parts.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple, TypedDict, dataclass_transform

from streamlit_app.api.transport import ApiError
from streamlit_app.questions.address import Params

Does = Callable[[], object]
Takes = Callable[[Any], object]
Gap = Literal["none", "xxsmall", "xsmall", "small", "medium", "large"]
Kind = Literal["primary", "secondary", "tertiary"]


class Marked(NamedTuple):
    """A label that begins with a name in bold letters."""

    name: str
    rest: str


Label = str | Marked


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Part:
    """Something that a page shows or does: a frozen dataclass, as all of its kinds are."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)


Parts = Generator[Part, Any, None]
Inside = Callable[[], Iterable[Part]]
"""Parts that are told when they are drawn, and anew each time."""


class Html(Part):
    """Our own HTML, in which words of others are escaped. `grows`: it takes the room there is."""

    body: str
    grows: bool = True


class Picture(Part):
    """A drawing; `draw(inline)` gives it as HTML with an SVG in it, or with a picture of that."""

    draw: Callable[[bool], str]


class Link(Part):
    """A link to a page of ours, by its path."""

    label: Label
    path: str
    params: Params = field(default_factory=dict)
    icon: str = ""
    wide: bool = False


class Button(Part):
    """Its value is whether it was pressed just now. With `form` it sends the form of that key."""

    label: Label
    key: str = ""
    icon: str = ""
    does: Does | None = None
    kind: Kind = "secondary"
    wide: bool = False
    disabled: bool = False
    form: str = ""


class Menu(Part):
    """A button that opens a list of choices, which `takes` the chosen one; `now` is marked."""

    label: str
    key: str
    options: Mapping[Any, str]
    takes: Takes
    icon: str = ""
    kind: Kind = "secondary"
    now: object = None


class Segments(Part):
    """A row of choices of which one, `now`, holds."""

    label: str
    options: Mapping[Any, str]
    now: object
    key: str
    takes: Takes
    wraps: bool | None = None
    labelled: bool = False


class Box(Part):
    """A box for a line of text, which is its value; `width` in pixels, else all there is.

    `live`: the value comes while one types. `name` is its own in an `AddressForm`, `ends` a sign
    at the end of a box that is more than one for text.
    """

    label: str
    key: str
    value: str = ""
    kind: Literal["default", "search", "password"] = "default"
    placeholder: str = ""
    width: int | None = None
    longest: int | None = None
    live: bool = False
    labelled: bool = False
    takes: Takes | None = None
    name: str = ""
    ends: str = ""


class Toggle(Part):
    """A switch."""

    label: str
    on: bool
    key: str
    takes: Takes


class Row(Part):
    """Parts beside each other; `distribute` keeps the first and the last at the edges."""

    parts: Iterable[Part]
    key: str = ""
    gap: Gap = "small"
    align: Literal["top", "center", "bottom"] = "top"
    place: Literal["left", "center", "distribute"] = "left"
    wraps: bool = True
    grows: bool = True


class Column(Part):
    """Parts below each other."""

    parts: Iterable[Part]
    key: str = ""
    gap: Gap = "small"
    border: bool = False
    grows: bool = True


class Columns(Part):
    """Columns of one width beside each other."""

    columns: Sequence[Iterable[Part]]
    gap: Gap = "medium"


class Form(Part):
    """Boxes whose values come together, by a button of this `form`; `clears`: they go empty."""

    key: str
    parts: Iterable[Part]
    clears: bool = False


class AddressForm(Part):
    """A named box and its button: words in it lead to a page with these parameters and them."""

    path: str
    params: Params
    box: Box
    button: Button


class Expander(Part):
    """A part below its label, told once it is opened, or `at_once`."""

    label: str
    inside: Inside
    key: str = ""
    at_once: bool = False


class Popover(Part):
    """A part that lies over the page, told once it is opened; at once where it has no key."""

    label: str
    inside: Inside
    key: str = ""
    icon: str = ""


class Dialog(Part):
    """A part before the whole page."""

    title: str
    inside: Inside


class Fragment(Part):
    """Parts that are drawn anew without the rest of the page, by what is done with them.

    With `every` so many seconds as well. An error of the API becomes its notice.
    """

    inside: Inside
    every: float | None = None


class Guarded(Part):
    """Parts where an error of the API becomes its notice, and the page goes on."""

    parts: Iterable[Part]


class Slot(Part):
    """Room for parts that are known later; its value goes into `Fill`."""


class Fill(Part):
    """Parts for a `Slot` further up."""

    place: Any
    parts: Iterable[Part]


class Waiting(Part):
    """A call that may take a moment, and what is said meanwhile; its value is what comes back."""

    words: str
    call: Does


class Effect(Part):
    """A call for a page that stands, not for its first look; its value is what comes back."""

    call: Does


class PageName(Part):
    """The page's name in the browser's tab."""

    text: str


class Chart(Part):
    """A chart of some answer, by its name among the charts; `height` in pixels of room for it.

    `alt` tells it to those who don't see it, and `takes` what is chosen in it.
    """

    name: str
    of: Any
    alt: str
    height: int = 0
    key: str = ""
    takes: Takes | None = None


class Again(Part):
    """The whole page is told anew."""


class Elsewhere(Part):
    """Another page is told instead."""

    path: str
    params: Params


class Bound(TypedDict):
    """What ties a widget to what its value is for."""

    key: str
    takes: Takes


class Widget(Part):
    """One of Streamlit's own, with its arguments; no first look has it, where `face` stands for it.

    `takes` takes its value.
    """

    name: str
    given: tuple[object, ...]
    named: Mapping[str, object]
    takes: Takes | None = None
    face: Part | None = None


def widget(
    name: str,
    /,
    *given: object,
    takes: Takes | None = None,
    face: Part | None = None,
    **named: object,
) -> Widget:
    """A `Widget` by Streamlit's names for it and its arguments."""
    return Widget(name, given, named, takes, face)


def walk(parts: Iterable[Part], show: Callable[[Part], Any]) -> None:
    """Show each part, and send a page what it holds; errors of the API reach the page as well."""
    if not isinstance(parts, Generator):
        for part in parts:
            show(part)
        return
    go_on: Callable[[], Part] = partial(next, parts)
    while True:
        try:
            part = go_on()
        except StopIteration:
            return
        try:
            value = show(part)
        except ApiError as error:
            go_on = partial(parts.throw, error)
        else:
            go_on = partial(parts.send, value)
