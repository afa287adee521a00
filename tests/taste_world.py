"""A catalogue whose groups of titles are known, and people whose tastes are: for lists' tests.

Titles of one group share words, genres and, five at a time, a maker; groups share hardly a word.
Half of a title's words are its own, so that those of a group are near and not the same.

A module takes the fixtures it needs by their names: `client = taste_world.client`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.adapters.stores.common.stores import Stores
from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, Title
from app.domain.ports.work import Clock
from tests.builders import make_title
from tests.people_world import home
from tests.world import open_world

FILMS = 40
SERIES = 12
GROUPS: dict[str, tuple[tuple[str, ...], str]] = {
    "horror": (("Horror", "Thriller"), "ghost crypt scream curse cellar blood demon grave"),
    "romance": (("Romance", "Comedy"), "wedding kiss letter summer bakery cousin dance violin"),
    "space": (("Science Fiction", "Adventure"), "rocket planet comet airlock orbit android star"),
    "family": (
        ("Animation", "Family"),
        "puppy toybox nursery balloon rainbow kitten birthday",
    ),
    "war": (("War", "History"), "trench general regiment siege treaty cannon bunker"),
    "crime": (("Crime", "Drama"), "heist detective ledger informant warehouse bribe alibi"),
    "west": (("Western", "Action"), "saloon sheriff cattle stagecoach canyon outlaw railroad"),
}
PROLIFIC = 15
"""So many films of crime in a row are by one maker."""

SAGA = 900
"""Films 901 to 904 are the parts of this saga of space, in that order; few know the first."""

ADULT = 950
UNBORN = 951
SHORT_LIVED = 960
"""Films 960 to 964 are the parts of another saga, all that is in Icelandic but one: 970."""

_NAMES = count(1)


def number(group: str, place: int) -> int:
    """TMDB's number of the group's film or series at that place, from 0, the best known first."""
    return 1 + 100 * list(GROUPS).index(group) + place


def group_of(tmdb_id: int) -> str:
    """The group that the number belongs to; the sagas are of space."""
    places = (tmdb_id - 1) // 100
    return list(GROUPS)[places] if places < len(GROUPS) else "space"


def made_title(
    group: str, place: int, kind: MediaKind = MediaKind.MOVIE, **changes: object
) -> Title:
    """A title of the group."""
    genres, text = GROUPS[group]
    words = text.split()
    genres = genres if place % 2 else genres[::-1]
    own = [words[(place + n) % len(words)] for n in range(4)]
    tmdb_id = number(group, place)
    title: dict[str, object] = {
        "name": f"The {own[0].title()} {tmdb_id}",
        "year": 1984 + place,
        "released": f"{1984 + place}-05-01",
        "genres": genres,
        "keywords": tuple(own),
        "cast": tuple(f"{own[n].title()} Player{group}" for n in range(2)),
        "makers": (f"Maker{group} {place // (PROLIFIC if group == 'crime' else 5)}",),
        "original_language": ("en", "fr", "ja")[place % 3],
        "runtime": 85 + 2 * place,
        "votes": 9000 - 200 * place,
        "rating": 8.0 - 0.05 * place,
        "imdb_id": f"tt{tmdb_id:07}" if kind is MediaKind.MOVIE else f"tt9{tmdb_id:06}",
        "overview": " ".join([*words, *own, *(f"{kind}{tmdb_id}x{n}" for n in range(14))]),
    }
    return make_title(tmdb_id, kind, **(title | changes))


def made_titles() -> list[Title]:
    """The catalogue: every group, two sagas, a film for adults and one that isn't out."""
    found = [made_title(group, place) for group in GROUPS for place in range(FILMS)]
    found += [made_title(group, place, MediaKind.TV) for group in GROUPS for place in range(SERIES)]
    for part in range(1, 5):
        found.append(
            _like(
                made_title("space", 0),
                SAGA + part,
                name=f"Orbit Part {part}",
                released=f"200{part}-05-01",
                year=2000 + part,
                votes=2000 * part,
                collection_id=SAGA,
                collection_name="Orbit Collection",
            )
        )
    found += [_like(made_title("space", 3), ADULT, adult=True)]
    found += [_like(made_title("space", 3), UNBORN, released="2199-01-01", year=2199)]
    for part in range(5):
        found.append(
            _like(
                made_title("space", 5),
                SHORT_LIVED + part,
                released=f"201{part}-05-01",
                year=2010 + part,
                original_language="is",
                collection_id=SHORT_LIVED,
                collection_name="Geyser Collection",
            )
        )
    found.append(_like(made_title("war", 5), SHORT_LIVED + 10, original_language="is"))
    return found


def _like(title: Title, tmdb_id: int, **changes: object) -> Title:
    facts = {name: getattr(title, name) for name in Title.__dataclass_fields__ if name != "id"}
    own = {"name": f"Alone {tmdb_id}", "imdb_id": f"tt{tmdb_id:07}", "makers": (f"M {tmdb_id}",)}
    return make_title(tmdb_id, title.id.kind, **(facts | own | changes))


def taste_services(
    folder: Path,
    stores: Stores | None = None,
    clock: Clock | None = None,
    **settings: Any,  # noqa: ANN401 -- as `open_world` takes them
) -> Services:
    """The program over the folder; the catalogue is written and indexed where it isn't yet."""
    titles = made_titles()
    return open_world(folder, stores=stores, clock=clock, titles=titles, indexed=True, **settings)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = taste_services(tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as opened:
        yield opened


@pytest.fixture
def who(client: TestClient) -> str:
    """Somebody new."""
    return somebody(client, f"Person {next(_NAMES)}")


def somebody(client: TestClient, name: str) -> str:
    """A new profile's id."""
    answer = client.post("/profiles", json={"name": name})
    assert answer.status_code in (200, 201), answer.text
    found: str = answer.json()["id"]
    return found


def likes(
    client: TestClient, who: str, group: str, places: Iterable[int], rating: int = 9
) -> list[int]:
    """Rate the group's films at these places; returns their numbers."""
    numbers = [number(group, place) for place in places]
    for one in numbers:
        rate(client, who, one, rating)
    return numbers


def rate(
    client: TestClient, who: str, tmdb_id: int, rating: int = 9, kind: str = "movie"
) -> dict[str, Any]:
    body = {"tmdb_id": tmdb_id, "media_type": kind, "rating": rating}
    return said(client.post("/ratings", json=body, params={"profile": who}))


def watch(client: TestClient, who: str, tmdb_id: int, **more: object) -> dict[str, Any]:
    """Say that the film was watched; `more` goes into the body."""
    body = {"tmdb_id": tmdb_id, "media_type": "movie"} | more
    return said(client.post("/history", json=body, params={"profile": who}))


def mark(client: TestClient, who: str, tmdb_id: int, what: str) -> dict[str, Any]:
    body = {"tmdb_id": tmdb_id, "media_type": "movie", "mark": what}
    return said(client.post("/marks", json=body, params={"profile": who}))


def asked(client: TestClient, who: str, kind: str = "movie", **body: object) -> dict[str, Any]:
    """The answer of `/recommend`."""
    return said(client.post(f"/recommend/{kind}", json={"profile": who} | body))


def explained(client: TestClient, who: str, tmdb_id: int, seed: int = 0) -> dict[str, Any]:
    """The answer of `/explain` for a film."""
    asking: dict[str, str | int] = {"profile": who, "seed": seed}
    return said(client.get(f"/explain/movie/{tmdb_id}", params=asking))


def numbers_of(answer: dict[str, Any]) -> list[int]:
    """The list's numbers, in its order."""
    return [one["tmdb_id"] for one in answer["results"]]


def groups_in(answer: dict[str, Any]) -> Sequence[str]:
    return [group_of(one) for one in numbers_of(answer)]


def said(answer: Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
