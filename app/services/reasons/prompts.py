"""The texts that a language model is given: files of `app/prompts`, filled with facts."""

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from string import Template

from app.domain.reasons.choosing import Choice, facts


def system_prompt() -> str:
    """What holds for every answer."""
    return _text("choose")


def candidates_prompt(choice: Choice) -> str:
    """The candidates by number, and how many of them are wanted."""
    lines = (
        json.dumps(facts(number, candidate), ensure_ascii=False)
        for number, candidate in enumerate(choice.candidates, 1)
    )
    return Template(_text("candidates")).substitute(
        count=choice.wanted, total=len(choice.candidates), candidates="\n".join(lines)
    )


def correction_prompt(choice: Choice, faults: Sequence[str]) -> str:
    """What is asked for again, behind the candidates: a model keeps nothing between two calls."""
    good = [number for number, reason in choice.reasons.items() if reason]
    mend = [number for number, reason in choice.reasons.items() if not reason]
    new = choice.wanted - len(choice.reasons)
    parts = [f"new reasons for {_listed(mend)}"] if mend else []
    parts += [f"{new} of the numbers that are not chosen yet, with reasons"] if new else []
    asked = Template(_text("correct")).substitute(
        faults="\n".join(f"- {fault}" for fault in faults),
        kept=_listed(good) or "none",
        missing=choice.wanted - len(good),
        mend="; and ".join(parts),
    )
    return f"{candidates_prompt(choice)}\n{asked}"


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


@lru_cache
def _text(name: str) -> str:
    return resources.files("app.prompts").joinpath(f"{name}.txt").read_text(encoding="utf-8")
