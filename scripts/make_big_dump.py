"""Write a file in the big public layout, all invented: to measure the import at full size.

python -m scripts.make_big_dump --titles 1200000 big.csv
"""

import argparse
import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.domain.catalogue.vocabulary import GENRES

COLUMNS: Final = tuple(
    """
    id title vote_average vote_count status release_date revenue runtime adult backdrop_path
    budget homepage imdb_id original_language original_title overview popularity poster_path
    tagline genres production_companies production_countries spoken_languages keywords
    """.split()  # noqa: SIM905  # words in quotation marks each would be hard to read
)

_WORDS: Final = tuple(
    """
    harbour lantern winter orchard signal ember violin desert captain mirror thunder garden paper
    island clock river ghost carnival letter mountain engine silence border market painter storm
    bridge tailor comet forest señor château größe naïve smörgås łódka café zürich île voilà
    """.split()  # noqa: SIM905  # words in quotation marks each would be hard to read
)

_COUNTRIES: Final = ("United States of America", "France", "Japan", "India", "Brazil", "Poland")
_LANGUAGES: Final = {"en": "English", "fr": "French", "ja": "Japanese", "hi": "Hindi"}


def rows(titles: int, seed: int = 0) -> Iterator[list[str]]:
    """The header, then `titles` rows; equal arguments give equal rows."""
    yield list(COLUMNS)
    chance = random.Random(seed)

    def words(low: int, high: int) -> list[str]:
        return chance.choices(_WORDS, k=chance.randint(low, high))

    for number in range(1, titles + 1):
        name = " ".join(words(1, 4)).title()
        votes = int(chance.paretovariate(0.6)) - 1
        language = chance.choice(list(_LANGUAGES))
        facts = {
            "id": str(number),
            "title": name,
            "vote_average": f"{chance.uniform(3, 9):.3f}" if votes else "0.0",
            "vote_count": str(min(votes, 40_000)),
            "status": "Released",
            "release_date": f"{chance.randint(1920, 2024)}-{chance.randint(1, 12):02}-11",
            "revenue": "0",
            "runtime": str(chance.randint(0, 180)),
            "adult": str(chance.random() < 0.02),  # noqa: PLR2004  # a share like the real one
            "budget": "0",
            "imdb_id": f"tt{number:08}",
            "original_language": language,
            "original_title": name,
            "overview": " ".join(words(10, 70)) + ',\n"' + " ".join(words(1, 5)) + '"',
            "popularity": f"{chance.expovariate(1):.3f}",
            "poster_path": f"/{chance.randbytes(14).hex()}.jpg",
            "tagline": " ".join(words(0, 6)),
            "genres": ", ".join(chance.sample(GENRES, chance.randint(0, 4))),
            "production_companies": ", ".join(f"{w.title()} Pictures" for w in words(0, 3)),
            "production_countries": chance.choice(_COUNTRIES),
            "spoken_languages": _LANGUAGES[language],
            "keywords": ", ".join(words(0, 9)),
        }
        yield [facts.get(column, "") for column in COLUMNS]


def main() -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--titles", type=int, default=1_200_000)
    arguments = parser.parse_args()
    with arguments.file.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows(arguments.titles))
    print(f"{arguments.file}: {arguments.titles:,} rows, {arguments.file.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
