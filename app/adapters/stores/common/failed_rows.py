"""What is kept of a failure, the same in every store."""

from collections.abc import Collection
from typing import Final

from app.adapters.stores.common.title_codec import storable_key
from app.domain.catalogue.source_answers import Failed

REASON_CHARACTERS: Final = 500


def failed_rows(failures: Collection[Failed]) -> list[tuple[int, str]]:
    """Key and reason of each, in order; the reason cut to `REASON_CHARACTERS`.

    Raises `InvalidInput` for an id out of range. Half a character in a reason becomes ``?``: the
    text may quote whatever the source sent, and must not keep the failure itself from being noted.
    """
    return [
        (
            storable_key(failed.id),
            failed.reason[:REASON_CHARACTERS].encode(errors="replace").decode(),
        )
        for failed in failures
    ]
