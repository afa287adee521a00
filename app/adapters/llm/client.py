"""A language model over HTTP, through the `openai` package, at whatever service speaks its API."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final, TypeVar

import httpx2
import openai
from openai import RequestOptions

from app.adapters.llm import replies
from app.adapters.llm.dialect import first_dialect
from app.adapters.upstream.addresses import host_of
from app.adapters.upstream.answers import Unanswered
from app.adapters.upstream.connections import Connections, Timeouts
from app.adapters.upstream.retry import Retry
from app.adapters.upstream.transport import Transport
from app.domain.errors import Cancelled, NotConfigured, UpstreamUnavailable
from app.domain.ports.language_model import Completion, Schema
from app.domain.ports.work import Clock

OPENAI_URL: Final = "https://api.openai.com/v1"
_NO_KEY: Final = "none"
"""What is sent where a service wants no key: the package insists on one."""

_CONNECT_SECONDS: Final = 3.0
_LEAST_SECONDS: Final = 0.1
"""In less than this no model answers."""

_ASKING: Final = Retry(tries=3, pauses=2, longest_pause=math.inf, unsaid_pause=0.3)
_CHECKING: Final = Retry(tries=1, pauses=0)

_T = TypeVar("_T")


class OpenAiModel:
    """Thread-safe. Keys and prompts are in no log, error or `repr`.

    It asks for JSON in the most exact way first, and remembers what the service refused. The
    package is given our connections, and leaves trying again to them.
    """

    def __init__(self, *, base_url: str, key: str | None, model: str, clock: Clock) -> None:
        base_url = base_url or OPENAI_URL
        self._model = model
        self._clock = clock
        self._connections = Connections(
            "The language model's service", "LLM_BASE_URL", base_url, Timeouts()
        )
        self._dialect = first_dialect(host_of(base_url))
        self._client = openai.OpenAI(
            api_key=key or _NO_KEY,
            base_url=base_url,
            max_retries=0,
            http_client=httpx2.Client(transport=Transport(self._connections)),
        )
        # The package takes these from the environment, and would tell them to any service.
        self._client.organization = self._client.project = None

    @property
    def name(self) -> str:
        """As the service knows it."""
        return self._model

    def close(self) -> None:
        """Give up what is under way, and close the connections."""
        self._connections.close()

    def complete(
        self, system: str, user: str, schema: Schema, *, within: float, most_tokens: int
    ) -> Completion:
        """As the port says. It pauses as long as the service asks, where the time allows."""
        until = time.monotonic() + within
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        calls = 0

        def ask() -> Completion:
            nonlocal calls
            while True:
                calls += 1
                dialect = self._dialect
                body: dict[str, object] = {"model": self._model, "messages": messages}
                body |= dialect.fields(schema, most_tokens)
                response = self._sent("/chat/completions", body, until)
                if response.status_code == HTTPStatus.OK:
                    return replies.completion(response.content)
                words = replies.words_of(response)
                about_form = replies.is_about_form(response.status_code, words)
                other = dialect.after(words) if about_form else None
                if other is None:
                    raise self._failure(response)
                self._dialect = other

        said = self._tried(ask, replace(_ASKING, until=until - _LEAST_SECONDS))
        return replace(said, calls=calls)

    def check(self, *, within: float) -> None:
        """As the port says."""
        self._tried(partial(self._checked, time.monotonic() + within), _CHECKING)

    def _checked(self, until: float) -> None:
        response = self._sent("/models", None, until)
        if response.status_code == HTTPStatus.OK:
            names = replies.model_names(response.content)
            if names is not None and not self._spellings() & {name.lower() for name in names}:
                raise self._wrong(f"knows no model '{self._model}': correct LLM_MODEL")
        elif response.status_code not in replies.NO_LIST:
            raise self._failure(response)

    def _spellings(self) -> set[str]:
        """Gemini lists its models with a prefix, Ollama with a suffix, that may be left out."""
        name = self._model.lower()
        return {name, f"models/{name}", f"{name}:latest"}

    def _tried(self, ask: Callable[[], _T], retry: Retry) -> _T:
        try:
            return self._connections.attempt(ask, retry)
        except Cancelled:
            why = "watcher ends"
        except Unanswered as failure:
            why = str(failure)
        raise UpstreamUnavailable(
            f"{self._connections.name} gave no usable answer ({why}). Reasons are written without "
            "it meanwhile"
        )

    def _sent(self, path: str, body: Mapping[str, object] | None, until: float) -> httpx2.Response:
        """The complete answer, whatever its status; a GET where there is no body.

        Raises `Unanswered`, and `Cancelled`.
        """
        seconds = until - time.monotonic()
        if seconds < _LEAST_SECONDS:
            raise Unanswered("no time was left", again=False)
        timeout = httpx2.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))
        options: RequestOptions = {"timeout": timeout}
        try:
            if body is None:
                return self._client.get(path, cast_to=httpx2.Response, options=options)
            return self._client.post(path, body=body, cast_to=httpx2.Response, options=options)
        except openai.APIStatusError as error:
            return error.response
        except (openai.APIError, httpx2.HTTPError) as error:
            # Its name alone, for the text may hold what was sent.
            why = f"the connection broke off ({type(error.__cause__ or error).__name__})"
        raise Unanswered(why, again=True)

    def _failure(self, response: httpx2.Response) -> Unanswered | NotConfigured:
        wrong = replies.misconfigured(response, self._model)
        return self._wrong(wrong) if wrong else replies.failure(response, self._clock.now())

    def _wrong(self, what: str) -> NotConfigured:
        return NotConfigured(f"{self._connections.name} {what}")
