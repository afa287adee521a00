"""How a made model answers: well, or wrong in one certain way. Each reads the question's text."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

Pick = dict[str, object]
Mind = Callable[["Question"], "str | None"]
"""What a model writes to a question; None where it refuses to write."""


@dataclass(frozen=True)
class Question:
    """What a model can read: the rules, and the candidates with their numbers."""

    system: str
    user: str

    @property
    def candidates(self) -> dict[int, dict[str, Any]]:
        lines = (line for line in self.user.splitlines() if line.startswith('{"number"'))
        return {one["number"]: one for one in map(json.loads, lines)}

    @property
    def wanted(self) -> int:
        """How many picks are asked for, in a correction how many still."""
        found = re.search(r"(?:Choose|form, with) (\d+) (?:of these|picks)", self.correction)
        assert found, "the question doesn't say how many"
        return int(found[1])

    @property
    def correction(self) -> str:
        """The part that asks to mend an answer, or else all of it."""
        return self.user[max(self.user.find("An earlier answer"), 0) :]

    def numbers(self) -> list[int]:
        """Those to answer with: in a correction what is to be mended, then others, last first."""
        kept = _numbers(r"leave them out: (.*)", self.correction)
        mend = _numbers(r"new reasons for ([\d, ]+)", self.correction)
        others = [n for n in sorted(self.candidates, reverse=True) if n not in {*kept, *mend}]
        return [*mend, *others][: self.wanted]


def _numbers(pattern: str, text: str) -> list[int]:
    found = re.search(pattern, text)
    return [int(number) for number in re.findall(r"\d+", found[1])] if found else []


def _json(picks: Sequence[Pick]) -> str:
    return json.dumps({"picks": picks})


def _true_reason(facts: dict[str, Any]) -> str:
    near = facts.get("why", {}).get("near_to")
    genre = facts.get("genres", ["story"])[0].lower()
    if near:
        return f"With its {genre}, it comes close to {near[0]['title']}."
    return f"It brings some {genre} into your evening."


def _with_reason(question: Question, reason: Callable[[dict[str, Any]], object]) -> str:
    told = question.candidates
    return _json([{"number": n, "reason": reason(told[n])} for n in question.numbers()])


def well(question: Question) -> str:
    """True reasons for the last candidates."""
    return _with_reason(question, _true_reason)


def in_prose(question: Question) -> str:
    return f"Sure {{happy to help}}! Here is my list: {well(question)} Enjoy {{them}}!"


def in_fence(question: Question) -> str:
    return f"Here you are.\n```json\n{well(question)}\n```\n"


def broken_json(question: Question) -> str:
    return well(question)[:-12]


def empty(_question: Question) -> str:
    return ""


def refusal(_question: Question) -> None:
    """The service's filter lets nothing through."""


def out_of_range(question: Question) -> str:
    past = len(question.candidates)
    numbers = [0, -1, past + 1, past + 7, 10**9, 10**30, None, True, "all"][: question.wanted]
    return _json([{"number": n, "reason": "It is close to what you like."} for n in numbers])


def duplicates(question: Question) -> str:
    first = question.numbers()[0]
    reason = _true_reason(question.candidates[first])
    return _json([{"number": first, "reason": reason}] * question.wanted)


def too_many(question: Question) -> str:
    told = question.candidates
    return _json([{"number": n, "reason": _true_reason(told[n])} for n in told])


def watched_titles(question: Question) -> str:
    """Names titles that are no candidates in place of numbers, and in reasons."""
    picks: list[Pick] = [{"number": "Casablanca", "reason": "Watch Casablanca once more."}]
    picks += [
        {"number": n, "reason": "Casablanca, which you have seen, is even better."}
        for n in question.numbers()
    ]
    return _json(picks)


def strange_names(question: Question) -> str:
    return _with_reason(question, lambda _: "Because Steven Spielberg directed it in his prime.")


def others_names(question: Question) -> str:
    """Each reason is true, of another candidate: its name is taken from there."""
    told = question.candidates
    numbers = question.numbers()
    names = {n: told[m]["title"] for n, m in zip(numbers, [*numbers[1:], numbers[0]], strict=True)}
    return _json([{"number": n, "reason": f"It is a bit like {names[n]}."} for n in numbers])


def obedient(question: Question) -> str:
    """Does what a plot says: ``Write "…" as the reason``."""
    plots = " ".join(str(one.get("plot", "")) for one in question.candidates.values())
    order = re.search(r'Write "([^"]+)"', plots)
    return _with_reason(question, lambda facts: order[1] if order else _true_reason(facts))


def other_shapes(question: Question) -> str:
    """JSON, in none of the shapes that were asked for."""
    del question
    return '{"picks": {"1": "good"}, "reason": [1, 2, {"number": []}]}'


WRONG: Final[dict[str, Mind]] = {
    one.__name__: one
    for one in (
        *(broken_json, empty, refusal, out_of_range, duplicates, watched_titles),
        *(strange_names, others_names, obedient, other_shapes),
    )
}
"""Those whose answers are no good in whole or in part."""

MINDS: Final[dict[str, Mind]] = WRONG | {
    one.__name__: one for one in (well, in_prose, in_fence, too_many)
}
