"""A language model over HTTP, through the `openai` package, at whatever service speaks its API."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from threading import Event
from typing import Final

import httpx2
import openai
from openai import RequestOptions

from app.adapters.llm import replies
from app.adapters.llm.bounded import bound, due
from app.adapters.llm.dialect import Dialect, first_dialect
from app.adapters.llm.replies import Unusable
from app.adapters.upstream.addresses import check_address, host_of
from app.domain.errors import NotConfigured, UpstreamUnavailable
from app.domain.ports.language_model import Completion, Schema
from app.domain.ports.work import Clock

OPENAI_URL: Final = "https://api.openai.com/v1"
_NO_KEY: Final = "none"
"""What is sent where a service wants no key: the package insists on one."""

_CONNECT_SECONDS: Final = 3.0
_MOST_TRIES: Final = 3
_LEAST_SECONDS: Final = 0.1
"""In less than this no model answers."""


class OpenAiModel:
    """One per process; thread-safe. Keys and prompts are in no log, error or `repr`.

    It asks for JSON in the most exact way first, and remembers what the service refused.
    """

    def __init__(self, *, base_url: str, key: str | None, model: str, clock: Clock) -> None:
        base_url = base_url or OPENAI_URL
        check_address("LLM_BASE_URL", base_url)
        self._model = model
        self._clock = clock
        self._host = host_of(base_url)
        self._dialect = first_dialect(self._host)
        self._stop = Event()
        try:
            http = httpx2.Client(event_hooks={"response": [bound]})
        except (ValueError, ImportError):
            raise NotConfigured(
                "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names a proxy that is neither http:// nor "
                "https://: watcher knows no others"
            ) from None
        self._client = openai.OpenAI(
            api_key=key or _NO_KEY, base_url=base_url, max_retries=0, http_client=http
        )
        # The package takes these from the environment, and would tell them to any service.
        self._client.organization = self._client.project = None

    @property
    def name(self) -> str:
        """As the service knows it."""
        return self._model

    def close(self) -> None:
        """Give up waiting, and close the connections."""
        self._stop.set()
        self._client.close()

    def complete(
        self, system: str, user: str, schema: Schema, *, within: float, most_tokens: int
    ) -> Completion:
        """As the port says. It pauses as long as the service asks, where the time allows."""
        until = time.monotonic() + within
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        calls = tries = 0
        while True:
            calls += 1
            dialect = self._dialect
            body: dict[str, object] = {"model": self._model, "messages": messages}
            body |= dialect.fields(schema, most_tokens)
            try:
                response = self._asked(body, dialect, until)
                if response is not None:
                    return replace(replies.completion(response.content), calls=calls)
            except Unusable as failure:
                tries += 1
                self._wait(failure, tries, until)

    def check(self, *, within: float) -> None:
        """As the port says."""
        try:
            response = self._sent("/models", None, time.monotonic() + within)
        except Unusable as failure:
            raise self._unavailable(str(failure)) from None
        if response.status_code == replies.OK:
            names = replies.model_names(response.content)
            if names is not None and not self._spellings() & {name.lower() for name in names}:
                raise self._wrong(f"knows no model '{self._model}': correct LLM_MODEL")
        elif response.status_code not in replies.NO_LIST:
            wrong = self._failure(response)
            raise wrong if isinstance(wrong, NotConfigured) else self._unavailable(str(wrong))

    def _spellings(self) -> set[str]:
        """Gemini lists its models with a prefix, Ollama with a suffix, that may be left out."""
        name = self._model.lower()
        return {name, f"models/{name}", f"{name}:latest"}

    def _asked(
        self, body: Mapping[str, object], dialect: Dialect, until: float
    ) -> httpx2.Response | None:
        """A good answer; None where the request was refused, and is to be put in another way."""
        response = self._sent("/chat/completions", body, until)
        if response.status_code == replies.OK:
            return response
        words = replies.words_of(response)
        if replies.is_about_form(response.status_code, words):
            other = dialect.after(words)
            if other is not None:
                self._dialect = other
                return None
        raise self._failure(response)

    def _sent(self, path: str, body: Mapping[str, object] | None, until: float) -> httpx2.Response:
        """The complete answer, whatever its status; a GET where there is no body. `Unusable`."""
        seconds = until - time.monotonic()
        if seconds < _LEAST_SECONDS:
            raise Unusable("no time was left")
        timeout = httpx2.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        options: RequestOptions = {"timeout": timeout}
        due.set(until)
        try:
            if body is None:
                return self._client.get(path, cast_to=httpx2.Response, options=options)
            return self._client.post(path, body=body, cast_to=httpx2.Response, options=options)
        except openai.APIStatusError as error:
            return error.response
        except openai.APITimeoutError:
            why = f"no complete answer within {seconds:.1f} s"
        except (openai.APIError, httpx2.HTTPError) as error:
            # Its name alone, for the text may hold what was sent.
            why = f"the connection broke off ({type(error.__cause__ or error).__name__})"
        raise Unusable(why, replies.SHORT_PAUSE)

    def _wait(self, failure: Unusable, tries: int, until: float) -> None:
        """Wait before asking again. Raises `UpstreamUnavailable` where that is no use."""
        pause = failure.pause
        if pause is None or tries == _MOST_TRIES:
            raise self._unavailable(str(failure)) from None
        if time.monotonic() + pause > until - _LEAST_SECONDS:
            raise self._unavailable(f"{failure}; no time was left to ask again") from None
        if self._stop.wait(pause):
            raise self._unavailable("watcher ends") from None

    def _failure(self, response: httpx2.Response) -> Unusable | NotConfigured:
        wrong = replies.misconfigured(response, self._model)
        if wrong:
            return self._wrong(wrong)
        return replies.failure(response, self._clock.now())

    def _wrong(self, what: str) -> NotConfigured:
        return NotConfigured(f"The language model's service ({self._host}) {what}")

    def _unavailable(self, why: str) -> UpstreamUnavailable:
        return UpstreamUnavailable(
            f"The language model's service ({self._host}) gave no usable answer ({why}). Reasons "
            "are written without it meanwhile"
        )
