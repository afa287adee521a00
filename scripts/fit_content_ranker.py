"""Print the weights by which titles are ranked where no rating set speaks for them.

``python -m scripts.fit_content_ranker --ratings PATH``: fitted on what people of a rating set
liked later, from nothing but the catalogue's facts and vectors. The figures belong into
``CONTENT_RANKER`` in app/domain/recommend/ranker.py.
"""

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from app.adapters.ranker_fit import fit_ranker
from app.adapters.rating_files import read_rating_set
from app.bootstrap import open_services
from app.domain.recommend.features import CONTENT
from app.domain.recommend.ranker import Example, samples_from
from app.doors.operator.progress_line import progress_line
from app.services.recommend.collaborative_model import examples_of, held_out
from scripts.commands import add_rating_set, command_line, exit_code
from scripts.train_co_ratings import films_of

ROUNDS: Final = 3
LEFT_OUT: Final = ("around", "ahead", "age")
"""Features that lists don't need alone: the rules keep back what isn't out yet."""


def main(argv: Sequence[str] | None = None) -> int:
    """Fit and print; 0, or 1 where something is missing."""
    parser = command_line("fit_content_ranker", __doc__)
    add_rating_set(parser)
    arguments = parser.parse_args(argv)
    return exit_code(lambda: print(*fitted(arguments.ratings, arguments.links), sep="\n"))


def fitted(ratings: Path, links: Path | None) -> list[str]:
    """A line for each feature: name, mean, scale, weight."""
    with progress_line("Fitting") as report, closing(open_services()) as services:
        left = read_rating_set(ratings, links, report).ratings
        films = services.index.gathered(list(films_of(services)))
        examples: list[Example] = []
        for _ in range(ROUNDS):
            left, hidden = held_out(left)
            examples += examples_of(left, hidden, films, None, report)
        names = [name for name in CONTENT if name not in LEFT_OUT]
        ranker = fit_ranker(samples_from(examples), names, hidden=0)
    rows = zip(ranker.names, ranker.mean, ranker.scale, ranker.outer, strict=True)
    return [
        f'"{name}": ({mean:.4f}, {scale:.4f}, {weight:.2f}),' for name, mean, scale, weight in rows
    ]


if __name__ == "__main__":
    sys.exit(main())
