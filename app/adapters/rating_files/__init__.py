"""Rating sets in MovieLens format: ``ratings.csv`` and ``links.csv``, as files, folder or zip."""

from contextlib import ExitStack, closing
from pathlib import Path

from app.adapters.rating_files.links import read_links
from app.adapters.rating_files.opening import located
from app.adapters.rating_files.ratings import Supplied, read_ratings
from app.domain.errors import InvalidInput
from app.domain.progress import Report, silent

__all__ = ["Supplied", "read_rating_set"]


def read_rating_set(ratings: Path, links: Path | None = None, report: Report = silent) -> Supplied:
    """The whole set. `ratings` is the file, or a folder or zip archive that holds both files.

    Where `ratings` is a file and `links` isn't given, ``links.csv`` beside it is taken. Files may
    be packed with gzip or xz. Memory: about 60 bytes per rating while it is read, 24 afterwards.
    Raises `InvalidInput` naming file and line of what can't be read, `Damaged` for a broken
    archive.
    """
    with ExitStack() as opened:
        files = located(ratings, links)
        known = read_links(opened.enter_context(closing(files.open_links())))
        rated = opened.enter_context(closing(files.open_ratings()))
        found = read_ratings(rated, known, files.source, report)
    if not len(found.ratings.people):
        raise InvalidInput(
            f"None of the {found.unlinked:,} ratings in {rated.name} is of a film with a TMDB id "
            "in the links: do both files belong to one set?"
            if found.unlinked
            else f"{rated.name} holds no ratings"
        )
    return found
