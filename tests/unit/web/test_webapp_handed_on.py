"""Answers that a page's first look got are the page's own first answers, and nobody else's."""

from collections.abc import Iterator

import pytest

from stand_ins.watcher.api import MATRIX, WatcherApi
from streamlit_app.api import handed_on
from streamlit_app.api.client import ApiClient
from streamlit_app.api.transport import ApiError, Caller
from streamlit_app.questions.lists import ListRequest
from streamlit_app.questions.search import TitleRef

pytestmark = pytest.mark.enable_socket

HOME = Caller(at_home=True)
Pair = tuple[ApiClient, ApiClient]


@pytest.fixture
def both(api: WatcherApi) -> Iterator[Pair]:
    """The client of first looks, and the pages'."""
    handed_on.HANDED_ON.forget()
    found = ApiClient(api.url, "first"), ApiClient(api.url, "second")
    yield found
    for one in found:
        one.close()
    handed_on.HANDED_ON.forget()


def test_an_answer_is_handed_on_once(api: WatcherApi, both: Pair) -> None:
    first, second = both
    told = first.people(HOME).all()
    assert second.people(HOME).all() == told
    assert len(api.paths) == 1
    api.household.add("Ann")
    assert [one.name for one in second.people(HOME).all()] == ["Ann"]
    assert [one.name for one in first.people(HOME).all()] == ["Ann"]
    assert len(api.paths) == 3


def test_a_list_and_where_one_stands_are_handed_on(api: WatcherApi, both: Pair) -> None:
    me = HOME._replace(profile=api.household.add("Me").id)
    api.lists.picks = [MATRIX | {"reason": "Close to Alien."}]
    for client in both:
        assert len(client.recommendations(me).picks(ListRequest()).results) == 1
        client.history(me).standings([TitleRef("movie", 603)])
    assert len(api.paths) == 2
    both[1].recommendations(me).picks(ListRequest(seed=1))
    assert len(api.paths) == 3


def test_another_caller_asks_anew(api: WatcherApi, both: Pair) -> None:
    first, second = both
    ann, bob = api.household.add("Ann"), api.household.add("Bob")
    ann.standings["movie", 603] = {"watched": True}
    whole = {"limit": 10, "offset": 0}
    assert first.history(HOME._replace(profile=ann.id)).page(whole).total == 1
    assert second.history(HOME._replace(profile=bob.id)).page(whole).total == 0
    api.household.at_home = False
    with pytest.raises(ApiError):
        second.history(Caller("wrong", ann.id)).page(whole)


def test_a_change_lets_all_go(api: WatcherApi, both: Pair) -> None:
    first, second = both
    me = HOME._replace(profile=api.household.add("Me").id)
    ref = TitleRef("movie", 603)
    assert first.history(me).standings([ref]) == ()
    second.history(me).watched(ref)
    assert second.history(me).standings([ref])[0].watched


def test_what_was_asked_while_a_change_was_made_is_not_handed_on(both: Pair) -> None:
    first, second = both
    turn = handed_on.HANDED_ON.turn
    with handed_on.HANDED_ON.changing():
        first.people(HOME).all()
    assert handed_on.HANDED_ON.turn > turn
    handed_on.HANDED_ON.keep("question", b"before", turn)
    assert handed_on.HANDED_ON.take("question") is None
    second.people(HOME).all()


def test_word_of_what_was_shown_lets_nobodys_answers_go(api: WatcherApi, both: Pair) -> None:
    first, second = both
    me = HOME._replace(profile=api.household.add("Me").id)
    first.people(HOME).all()
    second.recommendations(me).feedback("0" * 16, shown=[TitleRef("movie", 603)])
    asked = len(api.paths)
    second.people(HOME).all()
    assert len(api.paths) == asked


def test_what_is_old_is_asked_anew(
    api: WatcherApi, both: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = both
    first.people(HOME).all()
    monkeypatch.setattr(handed_on, "SECONDS", -1.0)
    second.people(HOME).all()
    assert len(api.paths) == 2


def test_an_error_is_not_handed_on(api: WatcherApi, both: Pair) -> None:
    first, second = both
    api.fault = 500, {"error": "internal", "detail": "Something broke."}
    with pytest.raises(ApiError):
        first.people(HOME).all()
    api.fault = None
    assert second.people(HOME).all() == ()
