"""The connection to MongoDB, and errors that say what to do and never hold a password."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pymongo
from bson.errors import BSONError
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    ConfigurationError,
    DocumentTooLarge,
    InvalidName,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from app.domain.errors import InvalidInput, NotConfigured, StoreUnavailable, WatcherError

Document = dict[str, Any]
MongoDatabase = Database[Document]
MongoCollection = Collection[Document]

_OPENING_SECONDS: Final = 4.0
_LEAST_SECONDS: Final = 0.5
_SCHEMES: Final = ("mongodb://", "mongodb+srv://")
_REFUSED: Final = frozenset({13, 18, 8000})
"""Server codes: Unauthorized, AuthenticationFailed, and Atlas' word for both."""

_OPTIONS: Final[dict[str, Any]] = {
    "appname": "watcher",
    "serverSelectionTimeoutMS": 4000,
    "connectTimeoutMS": 4000,
    "socketTimeoutMS": 30_000,
    "maxPoolSize": 50,
    "waitQueueTimeoutMS": 10_000,
    "retryWrites": True,
    "retryReads": True,
    "w": "majority",
    "journal": True,
    # What a reader has seen must not be rolled back when another server takes over.
    "readConcernLevel": "majority",
}


def connect(uri: str, database: str) -> tuple[pymongo.MongoClient[Document], MongoDatabase]:
    """A client that has reached the server, and the database; within 5 s or not at all.

    Raises `NotConfigured` for an address that can't be used or credentials that are refused,
    `StoreUnavailable` where nobody answers. Neither error leads back to the driver's own, which
    may quote the address with its password.
    """
    started = time.monotonic()
    client, problem = _client(uri)
    if client is None:
        raise problem
    seconds = max(_LEAST_SECONDS, _OPENING_SECONDS - (time.monotonic() - started))
    found, problem = _reached(client, database, seconds)
    if found is None:
        client.close()
        raise problem
    return client, found


def shown_address(client: pymongo.MongoClient[Document]) -> str:
    """Hosts and ports, without credentials."""
    servers = sorted(client.topology_description.server_descriptions())
    return ",".join(f"{host}:{port}" for host, port in servers)


@contextmanager
def reported(address: str) -> Iterator[None]:
    """Turn the driver's errors into watcher's; `address` is what people are shown."""
    try:
        yield
    except DocumentTooLarge as error:
        raise InvalidInput("A record can't be stored: MongoDB takes at most 16 MB each") from error
    except PyMongoError as error:
        if isinstance(error, OperationFailure) and error.code in _REFUSED:
            raise NotConfigured(
                f"MongoDB at {address} lets the user of MONGODB_URI in but refuses the call: give "
                "it the role readWrite on the database"
            ) from error
        raise StoreUnavailable(f"MongoDB at {address}: {_sentence(error)}") from error
    except UnicodeEncodeError as error:
        raise InvalidInput(
            "The text can't be stored: it holds half a character (a lone surrogate)"
        ) from error
    except (OverflowError, BSONError) as error:
        raise InvalidInput(f"A value can't be stored in MongoDB: {error}") from error


def _client(uri: str) -> tuple[pymongo.MongoClient[Document] | None, WatcherError]:
    """The client, or what is wrong with the address. Returned, so that no driver's error clings."""
    if not uri.startswith(_SCHEMES):
        return None, NotConfigured("MONGODB_URI must begin with mongodb:// or mongodb+srv://")
    client = None
    by_dns = uri.startswith("mongodb+srv://")
    # Looking up the servers takes up to twice this time, before any of them is tried.
    options = _OPTIONS | ({"connectTimeoutMS": 2000} if by_dns else {})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # an unknown option, or a wrong value
            client = pymongo.MongoClient[Document](uri, **options)
    except (InvalidURI, ValueError, TypeError, UserWarning, OSError):
        pass
    except ConfigurationError:
        if by_dns:
            return None, StoreUnavailable(
                "The host that MONGODB_URI names has no MongoDB entry in the DNS, or the DNS "
                "can't be reached: check its spelling and the network"
            )
    return client, NotConfigured(
        "MONGODB_URI can't be read: it must look like mongodb://user:password@host:27017/?options, "
        "with special characters of the user and the password percent-encoded, options that "
        "MongoDB knows, and files that exist"
    )


def _reached(
    client: pymongo.MongoClient[Document], database: str, seconds: float
) -> tuple[MongoDatabase | None, WatcherError]:
    """The database once the server has answered, or why it didn't."""
    found = None
    problem: WatcherError = NotConfigured(f"MONGODB_DB_NAME: {database!r} is no name of a database")
    try:
        opened = client[database]
        with pymongo.timeout(seconds):
            client.admin.command("ping")
        found = opened
    except InvalidName:
        pass
    except OperationFailure as error:
        problem = (
            NotConfigured(
                "MONGODB_URI: the server refuses the user or the password; the database that "
                "knows the user is named by the option authSource"
            )
            if error.code in _REFUSED
            else StoreUnavailable(f"The server that MONGODB_URI names refuses: code {error.code}")
        )
    except ConfigurationError:
        problem = NotConfigured(
            "MONGODB_URI: the server can't be spoken to with these options, or is too old"
        )
    except PyMongoError as error:
        problem = StoreUnavailable(
            f"MongoDB at {shown_address(client)} doesn't answer ({_sentence(error)}): start it, "
            "or correct MONGODB_URI"
        )
    return found, problem


def _sentence(error: PyMongoError) -> str:
    """What went wrong, without the driver's description of everything it knows."""
    if isinstance(error, ServerSelectionTimeoutError):
        return str(error).partition(" (configured timeouts")[0].partition(", Timeout:")[0]
    return str(error).partition(", full error")[0]
