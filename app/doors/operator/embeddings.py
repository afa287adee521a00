"""The operator's call on embeddings."""

from app.doors.operator.alone import alone
from app.services.index.embed import EmbedReport, check_batch_size, embed_all
from app.services.leases import EMBED


def index_all_items(batch_size: int = 128) -> EmbedReport:
    """Embed every title whose text or model changed, with a progress line on stderr.

    `batch_size` (1 to 10,000) is how many texts are embedded between two durable writes; killed
    at any point, the next call goes on. Raises `InvalidInput`, `ModelUnusable`,
    `StoreUnavailable`, and `LeaseHeld` where another process embeds now.
    """
    check_batch_size(batch_size)
    with alone(EMBED, "Embedding") as (services, report):
        return embed_all(services.titles, services.vectors, services.embedder, batch_size, report)
