"""The routes and rules of a service with language models."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from stand_ins.http.faults import Status
from stand_ins.http.messages import Answer, Asked
from stand_ins.http.request_log import Request
from stand_ins.llm.minds import Question
from stand_ins.llm.service import CHAT_PATH, MODELS_PATH, FakeLlm

_CODES: Final = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_LETTERS_PER_TOKEN: Final = 4


@dataclass(frozen=True)
class LlmSite:
    """A `FakeLlm` as the server sees it."""

    stand_in: FakeLlm

    def arrived(self, asked: Asked) -> tuple[Request, Answer | None]:
        request, _ = self.stand_in.counters.arrived(
            asked.path, asked.query, api=True, method=asked.method, body=asked.body
        )
        return request, None

    def takes_long(self, asked: Asked) -> bool:
        del asked
        return False

    def answered(self, request: Request, answer: Answer, *, whole: bool) -> None:
        del whole
        self.stand_in.counters.answered(request, answer.status)

    def stats(self) -> object:
        statuses = self.stand_in.counters.statuses
        return {"by_status": {str(status): count for status, count in statuses.items()}}

    def error(self, status: Status) -> Answer:
        answer = self._refusal(status.code, f"Refused with {status.code}.")
        if status.retry_after is None:
            return answer
        told = (("Retry-After", str(status.retry_after)),)
        return Answer(answer.status, answer.content, headers=told)

    def answer(self, asked: Asked) -> Answer:
        fake = self.stand_in
        if fake.key is not None and asked.fields.get("authorization") != f"Bearer {fake.key}":
            given = asked.fields.get("authorization", "").removeprefix("Bearer ")
            return self._refusal(401, f"Incorrect API key provided: {given}.")
        if (asked.method, asked.path) == ("GET", MODELS_PATH) and fake.models is not None:
            listed = [{"id": name, "object": "model"} for name in fake.models]
            return _ok({"object": "list", "data": listed})
        if (asked.method, asked.path) == ("POST", CHAT_PATH):
            return self._chat(asked)
        return self._refusal(404, f"Invalid URL ({asked.method} {asked.path})")

    def _chat(self, asked: Asked) -> Answer:
        fake = self.stand_in
        try:
            body = msgspec.json.decode(asked.body)
        except msgspec.DecodeError:
            return self._refusal(400, "We could not parse the JSON body of your request.")
        if not isinstance(body, dict):
            return self._refusal(400, "Invalid type for the body.")
        if fake.models is not None and body.get("model") not in fake.models:
            return self._refusal(404, f"The model `{body.get('model')}` does not exist.")
        for complaint in _complaints(fake, body):
            return self._refusal(400, complaint)
        roles = {message["role"]: message["content"] for message in body["messages"]}
        question = Question(roles.get("system", ""), roles["user"])
        content = fake.next_mind()(question)
        return _ok(_completion(body["model"], asked.body, content))

    def _refusal(self, status: int, message: str) -> Answer:
        shape = self.stand_in.manner.refusal
        if shape == "lm_studio":
            return _ok({"error": message}, status)
        error = {"message": message, "code": _CODES.get(status), "type": "invalid_request_error"}
        if shape == "gemini":
            told = {"error": {"code": status, "message": message, "status": "INVALID_ARGUMENT"}}
            return _ok([told], status)
        return _ok({"error": error}, status)


def _complaints(fake: FakeLlm, body: dict[str, Any]) -> Iterator[str]:
    manner = fake.manner
    for name in sorted(body.keys() - manner.fields):
        if name == "max_tokens":
            yield (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                "'max_completion_tokens' instead."
            )
        yield f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
    form = body.get("response_format", {"type": "text"})
    if form["type"] not in manner.formats | {"text"}:
        known = " or ".join(f"'{name}'" for name in sorted(manner.formats))
        yield f"'response_format.type' must be {known}"
    for keyword in sorted(_keywords(form.get("json_schema", {}).get("schema", {}))):
        if keyword not in manner.keywords:
            yield (
                f'Invalid JSON payload received. Unknown name "{keyword}" at '
                "'generation_config.response_schema': Cannot find field."
            )


def _keywords(schema: dict[str, Any]) -> set[str]:
    found = set(schema)
    inside = [*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])]
    for inner in inside:
        found |= _keywords(inner)
    return found


def _completion(model: str, asked: bytes, content: str | None) -> object:
    """What is counted as tokens is four letters long."""
    message = {"role": "assistant", "content": content}
    if content is None:
        message["refusal"] = "I can't help with that."
    prompt, written = len(asked) // _LETTERS_PER_TOKEN, len(content or "") // _LETTERS_PER_TOKEN
    return {
        "id": "chatcmpl-made",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": "stop" if content is not None else "content_filter",
            }
        ],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": written,
            "total_tokens": prompt + written,
        },
    }


def _ok(body: object, status: int = 200) -> Answer:
    return Answer(status, msgspec.json.encode(body))
