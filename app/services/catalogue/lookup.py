"""One title, asked for by somebody who is told where it isn't there."""

from __future__ import annotations

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import NotFound
from app.domain.ports.catalogue import TitleStore


def title_of(titles: TitleStore, title_id: TitleId) -> Title:
    """The title. Raises `NotFound`, which says so where the number is of the other kind."""
    title = titles.get(title_id)
    if title is not None:
        return title
    (other_kind,) = set(MediaKind) - {title_id.kind}
    other = titles.get(TitleId(other_kind, title_id.tmdb_id))
    if other is None:
        raise NotFound(f"There is no {title_id} in the catalogue.")
    raise NotFound(
        f"There is no {title_id} in the catalogue, but {title_id.tmdb_id} exists as "
        f"{other_kind.value}: {other.name} ({other.year or 'year unknown'})."
    )
