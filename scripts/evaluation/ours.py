"""watcher's own rows of the table."""

from __future__ import annotations

from typing import Final

from scripts.evaluation.methods import Method

OURS: Final[tuple[Method, ...]] = ()
"""``watcher``, fitted on the ratings, and ``watcher_content_only``, which sees none of them."""
