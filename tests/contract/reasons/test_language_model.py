"""The client of language models against a service that has rules, and faults."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from app.adapters.llm.client import OpenAiModel
from app.domain.errors import NotConfigured, UpstreamUnavailable, WatcherError
from app.domain.ports.language_model import Completion
from app.domain.reasons.choosing import SCHEMA, Choice
from app.services.reasons.prompts import candidates_prompt, system_prompt
from stand_ins.canaries import canary
from stand_ins.http.faults import (
    DROPPED,
    DROPPED_MIDWAY,
    EMPTY_BODY,
    HALF_BODY,
    HTML_PAGE,
    INVALID_JSON,
    LIST_FOR_OBJECT,
    Effect,
    Hang,
    Instead,
    Status,
)
from stand_ins.llm import minds
from stand_ins.llm.serving import (
    CHAT_PATH,
    GEMINI,
    KEY,
    LM_STUDIO,
    MODEL,
    MODELS_PATH,
    OBJECTS_ONLY,
    OPENAI,
    PLAIN,
    FakeLlm,
    Manner,
    llm_server,
)
from tests.fakes.clock import MovedClock
from tests.llm_world import candidates, model_at
from tests.scripted_server import HEAD, scripted

PROMPT = candidates_prompt(Choice(candidates(4), 2))


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with llm_server() as running:
        yield running


@pytest.fixture
def model(fake: FakeLlm) -> Iterator[OpenAiModel]:
    with model_at(fake) as made:
        yield made


def asked(model: OpenAiModel, within: float = 5.0, prompt: str = PROMPT) -> Completion:
    return model.complete(system_prompt(), prompt, SCHEMA, within=within, most_tokens=500)


def is_good(said: Completion) -> bool:
    value = said.value
    return isinstance(value, dict) and [pick["number"] for pick in value["picks"]] == [4, 3]


def forms(fake: FakeLlm) -> list[str]:
    return [body.get("response_format", {"type": "text"})["type"] for body in fake.questions()]


MANNERS = {
    "openai": (OPENAI, "json_schema"),
    "gemini": (GEMINI, "json_schema"),
    "lm_studio": (LM_STUDIO, "json_schema"),
    "objects_only": (OBJECTS_ONLY, "json_object"),
    "plain": (PLAIN, "text"),
}


@pytest.mark.parametrize(("manner", "form"), MANNERS.values(), ids=MANNERS.keys())
def test_each_service_is_asked_in_the_most_exact_way_it_takes(
    fake: FakeLlm, model: OpenAiModel, manner: Manner, form: str
) -> None:
    fake.manner = manner
    said = asked(model)
    assert is_good(said)
    assert said.calls == len(fake.questions())
    assert said.prompt_tokens > 100
    assert said.completion_tokens > 10
    fake.reset_counters()
    assert is_good(asked(model))
    assert forms(fake) == [form], "what was refused once is not tried again"


def test_the_answer_is_limited_under_the_name_that_the_service_takes(
    fake: FakeLlm, model: OpenAiModel
) -> None:
    fake.manner = OPENAI
    asked(model)
    last = fake.questions()[-1]
    assert last["max_completion_tokens"] == 500
    assert "max_tokens" not in last


@pytest.mark.parametrize("mind", [minds.in_prose, minds.in_fence])
def test_json_is_cut_out_of_what_stands_around_it(
    fake: FakeLlm, model: OpenAiModel, mind: minds.Mind
) -> None:
    fake.think(mind)
    assert is_good(asked(model))


@pytest.mark.parametrize("mind", [minds.broken_json, minds.empty, minds.refusal])
def test_an_answer_without_json_has_no_value(
    fake: FakeLlm, model: OpenAiModel, mind: minds.Mind
) -> None:
    fake.think(mind)
    value = asked(model).value
    assert value is None or (isinstance(value, dict) and "picks" not in value)


PASSING: list[Effect] = [
    *(Status(500), Status(503), Status(429), Status(429, retry_after=1), DROPPED),
    *(DROPPED_MIDWAY, HALF_BODY, EMPTY_BODY, HTML_PAGE, INVALID_JSON, LIST_FOR_OBJECT),
]


@pytest.mark.parametrize("effect", PASSING, ids=repr)
def test_a_passing_fault_costs_one_more_call(
    fake: FakeLlm, model: OpenAiModel, effect: Effect
) -> None:
    fake.fault(effect, CHAT_PATH, times=1)
    said = asked(model)
    assert is_good(said)
    assert said.calls == 2


LASTING: list[Effect] = [
    *(*PASSING, Hang(), Status(403), Status(404), Status(400), Status(302), Status(429, 3600)),
    *(Instead(b'{"choices": []}'), Instead(b'{"choices": [{}]}'), Instead(b"[[[[" * 1000)),
    Instead(b"x" * 5_000_000),
]


@pytest.mark.parametrize("effect", LASTING, ids=lambda effect: repr(effect)[:40])
def test_a_lasting_fault_is_an_error_in_time(
    fake: FakeLlm, model: OpenAiModel, effect: Effect
) -> None:
    fake.fault(effect, CHAT_PATH)
    begun = time.monotonic()
    if effect == Instead(b'{"choices": []}'):
        assert asked(model, within=0.8).value is None
    else:
        with pytest.raises((UpstreamUnavailable, NotConfigured)):
            asked(model, within=0.8)
    assert time.monotonic() - begun < 0.8 + 0.5


def test_a_pause_longer_than_the_time_left_is_not_waited_for(
    fake: FakeLlm, model: OpenAiModel
) -> None:
    fake.fault(Status(429, retry_after=30), CHAT_PATH)
    begun = time.monotonic()
    with pytest.raises(UpstreamUnavailable, match="slow down"):
        asked(model, within=5)
    assert time.monotonic() - begun < 2
    assert len(fake.questions()) == 1


def test_a_used_up_quota_is_not_waited_for(fake: FakeLlm, model: OpenAiModel) -> None:
    body = b'{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'
    fake.fault(Instead(body, status=429), CHAT_PATH)
    with pytest.raises(UpstreamUnavailable, match="quota"):
        asked(model)
    assert len(fake.questions()) == 1


def test_wrong_settings_are_named(fake: FakeLlm) -> None:
    with model_at(fake, key="wrong") as model, pytest.raises(NotConfigured, match="OPENAI_API_KEY"):
        asked(model)
    with model_at(fake, model="gone-1") as model, pytest.raises(NotConfigured, match="LLM_MODEL"):
        asked(model)
    with pytest.raises(NotConfigured, match="LLM_BASE_URL"):
        OpenAiModel(base_url="127.0.0.1:1", key=None, model="m", clock=MovedClock())


def test_geminis_way_to_refuse_a_key_is_understood(fake: FakeLlm, model: OpenAiModel) -> None:
    body = b'[{"error": {"code": 400, "message": "API key not valid. Please pass a valid one."}}]'
    fake.fault(Instead(body, status=400), CHAT_PATH)
    with pytest.raises(NotConfigured, match="OPENAI_API_KEY"):
        asked(model)
    assert len(fake.questions()) == 1, "no other form of answer mends a key"


def test_a_service_on_this_machine_wants_no_key(fake: FakeLlm) -> None:
    fake.key = None
    with model_at(fake, key=None) as model:
        assert is_good(asked(model))


def test_a_service_that_is_not_there_is_an_error_in_time() -> None:
    with llm_server() as fake:
        pass
    with model_at(fake) as model, pytest.raises(UpstreamUnavailable):
        asked(model, within=1)


def test_no_key_and_no_prompt_gets_into_logs_or_errors(
    fake: FakeLlm, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = canary()
    caplog.set_level(logging.DEBUG)
    told = []
    for key, effect in ((wrong, None), (KEY, Status(500)), (KEY, DROPPED), (KEY, HTML_PAGE)):
        fake.clear_faults()
        if effect is not None:
            fake.fault(effect, CHAT_PATH)
        with model_at(fake, key=key) as model, pytest.raises(WatcherError) as caught:
            asked(model, within=1)
        told += [caught.value.detail, repr(model), repr(caught.value.__context__)]
    everything = caplog.text + "".join(told)
    for secret in (wrong, KEY, "Amber Coast", "Glass Ferry"):
        assert secret not in everything


class TestCheck:
    def test_a_known_model_is_fine(self, fake: FakeLlm, model: OpenAiModel) -> None:
        for listed in (MODEL, f"models/{MODEL}", f"{MODEL}:latest"):
            fake.models = ("another", listed)
            model.check(within=2)

    def test_an_unknown_model_is_told(self, fake: FakeLlm, model: OpenAiModel) -> None:
        fake.models = ("another",)
        with pytest.raises(NotConfigured, match=f"'{MODEL}': correct LLM_MODEL"):
            model.check(within=2)

    def test_a_service_that_lists_none_is_believed(self, fake: FakeLlm, model: OpenAiModel) -> None:
        fake.models = None
        model.check(within=2)

    def test_a_wrong_key_is_told(self, fake: FakeLlm) -> None:
        with model_at(fake, key="wrong") as model, pytest.raises(NotConfigured, match="the key"):
            model.check(within=2)

    @pytest.mark.parametrize("effect", [Hang(), DROPPED, Status(500), Status(429)], ids=repr)
    def test_a_service_in_trouble_is_told(
        self, fake: FakeLlm, model: OpenAiModel, effect: Effect
    ) -> None:
        fake.fault(effect, MODELS_PATH)
        with pytest.raises(UpstreamUnavailable):
            model.check(within=0.5)


def test_an_answer_that_drips_is_cut_off() -> None:
    with scripted(HEAD, endless=b"X", every=0.05) as script:
        model = OpenAiModel(base_url=script.url, key=None, model="m", clock=MovedClock())
        begun = time.monotonic()
        with pytest.raises(UpstreamUnavailable, match="no complete answer"):
            model.check(within=0.5)
        assert time.monotonic() - begun < 0.5 + 0.5
        model.close()


def test_closing_ends_what_is_under_way(fake: FakeLlm, model: OpenAiModel) -> None:
    fault = fake.fault(Hang(), CHAT_PATH)
    closing = threading.Timer(0.3, model.close)
    closing.start()
    begun = time.monotonic()
    with pytest.raises(UpstreamUnavailable, match="watcher ends"):
        asked(model, within=20)
    assert time.monotonic() - begun < 2
    assert fault.used == 1
