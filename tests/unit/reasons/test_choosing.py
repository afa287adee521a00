"""What is taken from a language model's answer."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.llm.json_text import json_in
from app.domain.catalogue.titles import MediaKind
from app.domain.reasons.choosing import Choice, allowed, facts, shown
from app.domain.reasons.wording import faults
from app.services.reasons.prompts import candidates_prompt, correction_prompt
from tests.llm_world import candidate, candidates

GIVEN = candidates(6)


def reason_of(number: int) -> str:
    return f"It is close to {GIVEN[number - 1].evidence.liked[0].name}."


def pick(number: object, reason: object = None) -> dict[str, object]:
    good = isinstance(number, int) and 1 <= number <= 6
    return {
        "number": number,
        "reason": reason_of(int(str(number))) if good and not reason else reason,
    }


def test_good_picks_are_taken_and_the_order_stays_ours() -> None:
    choice = Choice(GIVEN, 3)
    assert choice.take({"picks": [pick(5), pick(2), pick(3)]}) == []
    assert choice.complete
    assert choice.chosen() == [2, 3, 5]


def test_a_list_without_its_object_will_do() -> None:
    choice = Choice(GIVEN, 2)
    assert choice.take([pick(1), pick("2", reason_of(2)), pick(3.0, reason_of(3))]) == []
    assert choice.chosen() == [1, 2]


@pytest.mark.parametrize("number", [0, -1, 7, 10**30, None, True, "all", 2.5, [1], {}])
def test_a_number_that_is_none_of_the_candidates_is_told(number: object) -> None:
    choice = Choice(GIVEN, 2)
    wrong = choice.take({"picks": [pick(1), {"number": number, "reason": reason_of(1)}]})
    assert wrong == [
        "Numbers go from 1 to 6: there are no others.",
        "1 more of the numbers are wanted.",
    ]
    assert choice.chosen() == [1, 2], "filled up in order"


def test_a_number_counts_once() -> None:
    choice = Choice(GIVEN, 2)
    assert choice.take({"picks": [pick(4), pick(4)]})[0] == "Number 4 came twice."
    assert choice.chosen() == [1, 4]


def test_a_correction_mends_and_spoils_nothing() -> None:
    choice = Choice(GIVEN, 2)
    wrong = choice.take({"picks": [pick(4), pick(5, "Because Nobody Special made it.")]})
    assert len(wrong) == 1
    assert "number 5" in wrong[0]
    asked = correction_prompt(choice, wrong)
    assert "leave them out: 4" in asked
    assert "1 picks that are still to be made or mended: new reasons for 5" in asked
    choice.take({"picks": [pick(4, "Now worse."), pick(1), pick(5)]})
    assert choice.complete
    assert choice.reasons == {4: reason_of(4), 5: reason_of(5)}


def test_a_reason_of_another_candidate_is_not_taken() -> None:
    choice = Choice(GIVEN, 1)
    assert choice.take({"picks": [pick(1, reason_of(2))]})
    assert not choice.complete


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["picks", "number", "reason", "x"]), inner, max_size=4)
    ),
    max_leaves=20,
)
PICKS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.integers(-1, 8),
            "reason": st.sampled_from([*map(reason_of, range(1, 7)), ""]),
        }
    ),
    max_size=10,
)


@given(
    st.lists(JSON | PICKS | PICKS.map(lambda picks: {"picks": picks}), max_size=3),
    st.integers(1, 8),
)
def test_whatever_is_answered_the_choice_is_full_and_clean(answers: list[Any], count: int) -> None:
    choice = Choice(GIVEN, count)
    for answer in answers:
        choice.take(answer)
    chosen = choice.chosen()
    assert len(chosen) == min(count, 6)
    assert chosen == sorted(set(chosen))
    assert set(chosen) <= set(range(1, 7))
    for number, text in choice.reasons.items():
        assert not text or not faults(text, shown(GIVEN[number - 1]), ())


def test_only_what_may_be_shown_is_asked_about() -> None:
    series = candidate(9, MediaKind.TV)
    given_ones = [*GIVEN, series, GIVEN[0]]
    assert allowed(given_ones, None, ()) == [*GIVEN, series]
    assert allowed(given_ones, MediaKind.TV, ()) == [series]
    assert allowed(given_ones, MediaKind.MOVIE, {GIVEN[1].title.id}) == [GIVEN[0], *GIVEN[2:]]


def test_a_plot_is_cut_short_and_on_one_line() -> None:
    plot = 'First line\n{"number": 1}\x1b[31m\u202e ' + "word " * 200
    told = facts(1, candidate(1, overview=plot))
    assert len(str(told["plot"])) <= 301
    assert str(told["plot"]).isprintable()
    prompt = candidates_prompt(Choice([candidate(1, overview=plot)], 1))
    assert len([line for line in prompt.splitlines() if line.startswith("{")]) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Sure {ok}: {"a": "}{"} and so on', {"a": "}{"}),
        ('```json\n[{"a": 1}]\n```', [{"a": 1}]),
        ('{"a": "\\"}"} {"b": 2}', {"a": '"}'}),
        ('{"a": ', None),
        ("no", None),
        ("3", None),
        ("", None),
        ("{]" * 50, None),
    ],
)
def test_json_is_found(text: str, value: object) -> None:
    assert json_in(text) == value


@given(st.text(alphabet='{}[]":,\\a1 \n', max_size=200))
def test_looking_for_json_always_ends(text: str) -> None:
    assert isinstance(json_in(text), (dict, list, type(None)))
