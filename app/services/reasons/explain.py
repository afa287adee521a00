"""Words for recommendations: true sentences from evidence, and a language model's where it helps.

A model that is absent, slow, wrong or hostile changes the words, never that there is a full list.
"""

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from threading import Lock
from typing import Final

from cachetools import LRUCache

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import UpstreamUnavailable, WatcherError
from app.domain.ports.language_model import LanguageModel
from app.domain.ports.work import Clock
from app.domain.reasons.choosing import SCHEMA, Candidate, Choice, allowed
from app.domain.reasons.sentences import reason
from app.services.reasons.model_use import Circuit, Count, Counts
from app.services.reasons.prompts import candidates_prompt, correction_prompt, system_prompt

MOST_CORRECTIONS: Final = 2
MOST_CANDIDATES: Final = 60
"""What goes into one question; those behind it are not asked about."""

_KEPT_ANSWERS: Final = 256
_AT_ONCE: Final = 4
_MOST_WAITING: Final = 16
"""More questions than this are not queued: their turn would come too late."""

_LEAST_SECONDS: Final = 0.5
"""A correction is not begun with less time than this."""


class ReasonSource(StrEnum):
    """Who wrote a reason."""

    EVIDENCE = "evidence"
    LLM = "llm"


@dataclass(frozen=True, slots=True)
class WordedPick:
    """A candidate that was chosen, and one sentence why."""

    candidate: Candidate
    reason: str
    source: ReasonSource


@dataclass(frozen=True, slots=True)
class Worded:
    """`note` says why there are no words of a model where they were wanted; else it is empty."""

    picks: tuple[WordedPick, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """For one list: seconds as a whole, and tokens of each answer."""

    seconds: float = 8.0
    tokens: int = 4000


TOO_SLOW: Final = "The language model did not answer in time."
_ENDS: Final = "watcher ends."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Told:
    """Of the numbers that a model chose, its sentences, empty where the evidence's are to stand.

    `note` says why it is not all that a model could say.
    """

    reasons: Mapping[int, str]
    note: str = ""


class Explainer:
    """One per process; thread-safe. Answers are kept by their question's content."""

    def __init__(
        self, model: LanguageModel | None, clock: Clock, budget: Budget | None = None
    ) -> None:
        self.budget = budget or Budget()
        self.counts = Counts()
        self._model = model
        self._circuit = Circuit(clock)
        self._lock = Lock()
        self._kept: LRUCache[bytes, _Told] = LRUCache(_KEPT_ANSWERS)
        self._running: dict[bytes, Future[_Told]] = {}
        self._threads = ThreadPoolExecutor(_AT_ONCE, "words")
        self._closed = False

    def close(self) -> None:
        """Drop what waits; what is under way ends within its budget."""
        with self._lock:
            self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def plain(
        self,
        candidates: Sequence[Candidate],
        count: int,
        *,
        kind: MediaKind | None = None,
        watched: Collection[TitleId] = (),
        note: str = "",
    ) -> Worded:
        """The first `count` candidates that are `allowed`, with reasons from evidence."""
        choice = Choice(allowed(candidates, kind, watched), count)
        return self._worded(choice, {}, note)

    def begin(
        self,
        candidates: Sequence[Candidate],
        count: int,
        *,
        kind: MediaKind | None = None,
        watched: Collection[TitleId] = (),
    ) -> Future[Worded]:
        """`count` of the candidates that are `allowed`, or all of fewer, with a reason each.

        The model chooses among them (given 2 to 3 times `count`); their order stays. Equal
        questions under way share one call. The future has no error; cancelling it disturbs nobody.
        Wait for it at most the budget's seconds.
        """
        choice = Choice(allowed(candidates, kind, watched), count)
        asked = Choice(choice.candidates[:MOST_CANDIDATES], count)
        done: Future[Worded] = Future()
        told = self._told(asked)
        if isinstance(told, str):
            done.set_result(self._worded(choice, {}, told))
        else:
            told.add_done_callback(lambda future: self._finish(done, choice, future))
        return done

    def _told(self, choice: Choice) -> Future[_Told] | str:
        """What the model says to a question: kept, under way, or asked now; or why it isn't."""
        if self._model is None:
            return "No language model is set: see OPENAI_API_KEY and LLM_BASE_URL."
        if not choice.candidates:
            return ""
        user = candidates_prompt(choice)
        key = _key(self._model.name, system_prompt(), user)
        with self._lock:
            known = self._known(key)
            if known is not None:
                self.counts.add(Count.CACHE_HITS)
                return known
            if trouble := self._trouble():
                return trouble
            until = time.monotonic() + self.budget.seconds
            future = self._threads.submit(self._ask, self._model, choice, user, until)
            self._running[key] = future
        future.add_done_callback(lambda ended: self._keep(key, ended))
        return future

    def _known(self, key: bytes) -> Future[_Told] | None:
        kept = self._kept.get(key)
        if kept is None:
            return self._running.get(key)
        ready: Future[_Told] = Future()
        ready.set_result(kept)
        return ready

    def _trouble(self) -> str:
        if self._closed:
            return _ENDS
        if len(self._running) >= _MOST_WAITING:
            self.counts.add(Count.REFUSED_BUSY)
            return "The language model is busy."
        return self._circuit.trouble

    def _ask(self, model: LanguageModel, choice: Choice, user: str, until: float) -> _Told:
        """Ask, and have what is wrong corrected; what came before a failure is used."""
        question = user
        for correction in range(MOST_CORRECTIONS + 1):
            within = until - time.monotonic()
            if within < _LEAST_SECONDS:
                if correction == 0:  # it waited for its turn too long
                    return _Told({}, TOO_SLOW)
                break
            self.counts.add(Count.CORRECTIONS, int(correction > 0))
            try:
                value = self._answer(model, question, within)
            except WatcherError as error:
                self.counts.add(Count.FAILURES)
                self._circuit.failed(error)
                return _Told(choice.reasons, error.detail)
            faults = choice.take(value)
            if choice.complete:
                break
            question = correction_prompt(choice, faults)
        if any(choice.reasons.values()):
            self._circuit.worked()
            return _Told(choice.reasons)
        useless = UpstreamUnavailable(f"Nothing that the model {model.name} said could be used.")
        self.counts.add(Count.FAILURES)
        self._circuit.failed(useless)
        return _Told({}, useless.detail)

    def _answer(self, model: LanguageModel, question: str, within: float) -> object:
        self.counts.add(Count.CALLS)
        said = model.complete(
            system_prompt(), question, SCHEMA, within=within, most_tokens=self.budget.tokens
        )
        self.counts.add(Count.CALLS, said.calls - 1)
        self.counts.add(Count.PROMPT_TOKENS, said.prompt_tokens)
        self.counts.add(Count.COMPLETION_TOKENS, said.completion_tokens)
        return said.value

    def _keep(self, key: bytes, ended: Future[_Told]) -> None:
        with self._lock:
            self._running.pop(key, None)
            if ended.cancelled() or ended.exception() is not None or ended.result().note:
                return
            self._kept[key] = ended.result()

    def _finish(self, done: Future[Worded], choice: Choice, told: Future[_Told]) -> None:
        if not done.set_running_or_notify_cancel():
            return
        if told.cancelled():
            done.set_result(self._worded(choice, {}, _ENDS))
        elif (fault := told.exception()) is not None:
            _log.error("A fault of ours in asking the language model", exc_info=fault)
            done.set_result(self._worded(choice, {}, "A fault of watcher's own: see the log."))
        else:
            done.set_result(self._worded(choice, told.result().reasons, told.result().note))

    def _worded(self, choice: Choice, reasons: Mapping[int, str], note: str) -> Worded:
        chosen = Choice(choice.candidates, choice.count, dict(reasons)).chosen()
        picks = [_pick(choice.candidates[number - 1], reasons.get(number, "")) for number in chosen]
        by_model = sum(pick.source is ReasonSource.LLM for pick in picks)
        self.counts.add(Count.REASONS_LLM, by_model)
        self.counts.add(Count.REASONS_EVIDENCE, len(picks) - by_model)
        return Worded(tuple(picks), note)


def _pick(candidate: Candidate, words: str) -> WordedPick:
    if words:
        return WordedPick(candidate, words, ReasonSource.LLM)
    return WordedPick(candidate, reason(candidate.title, candidate.evidence), ReasonSource.EVIDENCE)


def _key(*parts: str) -> bytes:
    digest = blake2b(digest_size=16)
    for part in parts:
        content = part.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.digest()
