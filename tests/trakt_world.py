"""A source of histories over a stand-in for Trakt, and people whose accounts are synced."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.adapters.trakt.access import TraktAccess
from app.adapters.trakt.source import TraktSource
from app.adapters.upstream.connections import Timeouts
from app.domain.people.ledger import Event, EventKind, Profile
from app.domain.ports.accounts import Tokens
from app.domain.ports.work import Clock
from stand_ins.trakt.serving import FakePerson, FakeTrakt

ADA = "ada0000000000000"
BOB = "b0b0000000000000"
QUICK = Timeouts(connect=2, read=0.5, whole=2, download=2)


@contextmanager
def trakt_source(
    fake: FakeTrakt,
    clock: Clock,
    *,
    client_id: str | None = None,
    client_secret: str | None = None,
    patience: float = 10,
) -> Iterator[TraktSource]:
    """Of the stand-in's app, unless another id or secret is given; waits little."""
    access = TraktAccess(
        api_url=fake.api_url,
        site_url=fake.site_url,
        client_id=fake.client_id if client_id is None else client_id,
        client_secret=fake.client_secret if client_secret is None else client_secret,
        redirect_uri=fake.redirect_uri,
    )
    source = TraktSource(access, clock, patience=patience, timeouts=QUICK)
    try:
        yield source
    finally:
        source.close()


def tokens_of(fake: FakeTrakt, person: FakePerson) -> Tokens:
    """Tokens of somebody who signed in."""
    grant = fake.tokens(person)
    return Tokens(grant.access, grant.refresh, grant.created_at + grant.expires_in)


@contextmanager
def household(folder: Path, clock: Clock) -> Iterator[Stores]:
    """Stores in SQLite with the profiles `ADA` and `BOB`."""
    stores = open_sqlite(folder / "watcher.sqlite3", clock)
    try:
        for number, name in enumerate((ADA, BOB)):
            stores.profiles.create(Profile(id=name, name=name, created_at=number, token_hash=""))
        yield stores
    finally:
        stores.close()


def keys(stores: Stores, kind: EventKind = EventKind.WATCHED, profile: str = ADA) -> list[str]:
    """Of somebody's events of a kind, ascending."""
    return sorted(event.key for event in stores.ledger.events(profile) if event.kind is kind)


def plays(person: FakePerson) -> list[str]:
    """The keys that somebody's plays have in a ledger, ascending."""
    return sorted(f"trakt:history:{play.id}" for play in person.plays())


def flat(pages: Iterator[list[Event]]) -> list[Event]:
    return [event for page in pages for event in page]


def code_of(fake: FakeTrakt, source: TraktSource, person: FakePerson, state: str = "s") -> str:
    """The code that a browser brings back."""
    back = fake.sign_in(source.sign_in_address(state), person)
    query = parse_qs(urlsplit(back).query)
    assert query["state"] == [state]
    return query["code"][0]
