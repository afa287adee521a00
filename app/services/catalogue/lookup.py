"""One title, looked up for somebody who is told where it isn't there."""

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import NotFound
from app.domain.people.bounds import LONGEST_NAME
from app.domain.people.ledger import About
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


def about_of(titles: TitleStore, title_id: TitleId) -> About:
    """What a person's history tells of it: all ids that the catalogue knows. Raises `NotFound`."""
    title = title_of(titles, title_id)
    return About(
        kind=title.id.kind,
        tmdb_id=title.id.tmdb_id,
        imdb_id=title.imdb_id,
        tvdb_id=title.tvdb_id,
        name=title.name[:LONGEST_NAME],
        year=title.year,
    )
