"""Fit the co-rating model from ratings in MovieLens format, and publish it beside the index.

Running servers take it over. The index must be built, for only films of the catalogue count. Where
to get such ratings, and what you may do with them, is told in the README. Exit code 0: published;
1: not; 2: wrong use.
"""

import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.adapters.ranker_fit import fit_ranker
from app.adapters.rating_files import Supplied, read_rating_set
from app.bootstrap import Services, open_services
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import InvalidInput
from app.domain.recommend import item_item_model, ranker
from app.doors.operator.progress_line import progress_line
from app.services.leases import CO_RATINGS, held
from app.services.recommend.collaborative_model import CollaborativeModel, train
from scripts.commands import add_rating_set, command_line, exit_code


def main(argv: Sequence[str] | None = None) -> int:
    """Read, fit, publish, and say what was published."""
    parser = command_line("train_co_ratings", __doc__)
    add_rating_set(parser)
    arguments = parser.parse_args(argv)
    return exit_code(
        lambda: print(train_co_ratings(arguments.ratings, arguments.links)),
        stopped="Stopped. The model of before stays.",
        wrong_use=(InvalidInput,),
    )


def train_co_ratings(ratings: Path, links: Path | None = None) -> str:
    """Fit and publish, with progress lines on stderr; returns what was done, for people.

    Raises `InvalidInput`, `NotReady` where no index is built, `LeaseHeld` where another process
    trains now, `StoreUnavailable`.
    """
    started = time.monotonic()
    with progress_line("Reading") as report:
        supplied = read_rating_set(ratings, links, report)
    with (
        closing(open_services()) as services,
        held(services.state, CO_RATINGS, services.processes) as lease,
    ):
        titles = films_of(services)
        catalogue = services.index.gathered(list(titles))
        with progress_line("Fitting") as report:
            trained = train(supplied.ratings, catalogue, titles, fit_ranker, lease.guarding(report))
        lease.check()
        version = published(services, supplied, trained)
    return (
        f"Published {version}: {len(trained.model.keys):,} films, "
        f"{len(supplied.ratings.people):,} ratings of {people_in(supplied):,} people, "
        f"from {supplied.source}, in {time.monotonic() - started:,.1f} s"
    )


def films_of(services: Services) -> dict[TitleId, Title]:
    """All films of the catalogue, by ascending key. Raises `NotReady` where no index is built."""
    services.index.refresh()
    return {
        title.id: title
        for some in services.titles.scan()
        for title in some
        if title.id.kind is MediaKind.MOVIE
    }


def published(services: Services, supplied: Supplied, trained: CollaborativeModel) -> str:
    """Keep the model, and say by what it was made; returns its version."""
    arrays = {**item_item_model.arrays_of(trained.model), **ranker.arrays_of(trained.ranker)}
    meta = {
        "source": supplied.source,
        "people": people_in(supplied),
        "ratings": len(supplied.ratings.people),
        "titles": len(trained.model.keys),
        "ranker_names": list(trained.ranker.names),
    }
    return services.adapters.co_ratings.save(arrays, meta)


def people_in(supplied: Supplied) -> int:
    """How many people rated."""
    return len(np.unique(supplied.ratings.people))


if __name__ == "__main__":
    sys.exit(main())
