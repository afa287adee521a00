"""The operator's call on embeddings: open services, embed, show progress, return its report."""

from __future__ import annotations

from contextlib import closing

from app.doors.operator.progress_line import progress_line
from app.services.index.embed import EmbedReport, check_batch_size, embed_all
from app.services.leases import EMBED, held
from app.wiring import open_services


def index_all_items(batch_size: int = 128) -> EmbedReport:
    """Embed every title whose text or model changed, with a progress line on stderr.

    `batch_size` (1 to 10,000) is how many texts are embedded between two durable writes; killed
    at any point, the next call goes on. Raises `InvalidInput`, `ModelUnusable`,
    `StoreUnavailable`, and `LeaseHeld` where another process embeds now.
    """
    check_batch_size(batch_size)
    with (
        closing(open_services()) as services,
        held(services.state, EMBED, services.processes) as lease,
        progress_line("Embedding") as report,
    ):
        return embed_all(
            services.titles,
            services.vectors,
            services.embedder,
            batch_size,
            lease.guarding(report),
        )
