"""Waiting for a language model's words outside the thread pool, which computes for others."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.reasons.choosing import Candidate
from app.services.reasons.explain import TOO_SLOW, Explainer, Worded


async def worded(
    explainer: Explainer,
    candidates: Sequence[Candidate],
    count: int,
    *,
    kind: MediaKind | None = None,
    watched: Collection[TitleId] = (),
) -> Worded:
    """As `Explainer.begin`, waited for at most its budget's seconds without holding a thread."""
    future = explainer.begin(candidates, count, kind=kind, watched=watched)
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), explainer.budget.seconds)
    except TimeoutError:
        return explainer.plain(candidates, count, kind=kind, watched=watched, note=TOO_SLOW)
