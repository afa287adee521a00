"""A wrong MONGODB_URI: said clearly, within 5 s, without the password."""

import time
import traceback

import pytest

from app.adapters.clock import SystemClock
from app.adapters.stores.mongo import open_mongo
from app.domain.errors import NotConfigured, StoreUnavailable, WatcherError
from stand_ins.mongo.refusing import refusing_server, silent_server
from stand_ins.mongo.server import free_port

USER, PASSWORD = "canaryuser", "canarypassword"  # neither may be seen again
WHO = f"{USER}:{PASSWORD}"

MALFORMED = [
    "",
    "canarypassword",
    f"{WHO}@127.0.0.1:27017",
    f"http://{WHO}@127.0.0.1",
    "mongodb://",
    f"mongodb://{WHO}",
    f"mongodb://{WHO}@",
    f"mongodb://{USER}:can@{PASSWORD}@127.0.0.1",
    f"mongodb://{USER}:can/{PASSWORD}@127.0.0.1",
    f"mongodb://{USER}:can%zz{PASSWORD}@127.0.0.1",
    f"mongodb://{WHO}@127.0.0.1:{PASSWORD}",
    f"mongodb://{WHO}@127.0.0.1:99999999",
    f"mongodb://{WHO}@[::1",
    f"mongodb://{WHO}@127.0.0.1/can${PASSWORD}",
    f"mongodb://{WHO}@127.0.0.1/?canary={PASSWORD}",
    f"mongodb://{WHO}@127.0.0.1/?tls={PASSWORD}",
    f"mongodb://{WHO}@127.0.0.1/?authMechanism={PASSWORD}",
    f"mongodb://{WHO}@127.0.0.1/?maxPoolSize={PASSWORD}",
    f"mongodb://{WHO}@127.0.0.1/?tls=true&tlsCAFile=/nowhere/{PASSWORD}",
]
UNREACHABLE = [
    f"mongodb://{WHO}@127.0.0.1:{{port}}",
    f"mongodb://{WHO}@127.0.0.1:{{port}},127.0.0.1:{{port}}/?replicaSet=rs0",
    f"mongodb://{WHO}@nowhere.invalid:27017",
    f"mongodb+srv://{WHO}@nowhere.invalid",
]


def refusal(uri: str) -> WatcherError:
    """The error that opening ends with, checked for time and for what it must not show."""
    started = time.monotonic()
    with pytest.raises(WatcherError) as raised:
        open_mongo(uri, "watcher", SystemClock())
    assert time.monotonic() - started < 5
    error = raised.value
    assert "MONGODB_URI" in error.detail
    shown = "".join(traceback.format_exception(error, chain=True))
    chain: list[BaseException] = [error]
    for link in chain:
        shown += str(link) + repr(link) + repr(link.args) + repr(vars(link))
        chain += [each for each in (link.__cause__, link.__context__) if each is not None]
    assert "canary" not in shown
    return error


@pytest.mark.parametrize("uri", MALFORMED)
def test_an_address_that_cannot_be_read(uri: str) -> None:
    assert isinstance(refusal(uri), NotConfigured)


def test_an_address_with_credentials_that_srv_does_not_allow() -> None:
    refusal(f"mongodb+srv://{WHO}@127.0.0.1")
    refusal(f"mongodb+srv://{WHO}@localhost:27017")


@pytest.mark.parametrize("uri", UNREACHABLE)
def test_a_server_that_is_not_there(uri: str) -> None:
    assert isinstance(refusal(uri.format(port=free_port())), StoreUnavailable)


def test_a_server_that_says_nothing() -> None:
    with silent_server() as address:
        assert isinstance(refusal(f"mongodb://{WHO}@{address}"), StoreUnavailable)


def test_a_server_that_refuses_the_password() -> None:
    with refusing_server() as address:
        error = refusal(f"mongodb://{WHO}@{address}")
    assert isinstance(error, NotConfigured)
    assert "password" in error.detail


def test_a_name_that_no_database_can_have(mongo_uri: str) -> None:
    with pytest.raises(NotConfigured, match="MONGODB_DB_NAME"):
        open_mongo(mongo_uri, "no such.name", SystemClock())


def test_the_name_for_people_holds_no_credentials(mongo_uri: str, mongo_database: str) -> None:
    stores = open_mongo(mongo_uri, mongo_database, SystemClock())
    stores.close()
    host = mongo_uri.rpartition("@")[2].removeprefix("mongodb://").partition("/")[0]
    assert stores.name == f"mongodb {host}/{mongo_database}"
