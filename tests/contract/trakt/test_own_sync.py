"""A sync that one person asked for is theirs alone."""

from pathlib import Path

from app.domain.ports.accounts import Tokens
from stand_ins.trakt.serving import FakePerson, FakeTrakt
from tests.jobs import do_now
from tests.world import open_world


def test_it_leaves_everybody_else_alone(
    tmp_path: Path, fake: FakeTrakt, tokens: Tokens, ada: FakePerson
) -> None:
    services = open_world(tmp_path, trakt=fake)
    mine, other = (services.people.make(name)[0].id for name in ("Ada", "Bea"))
    for profile in (mine, other):
        services.linking.link(profile, tokens)
    ada.watch_in_bulk(5)
    do_now(services, "sync_trakt", profile=mine)
    assert len(services.ledger.events(mine)) == 5
    assert not services.ledger.events(other)
    services.close()
