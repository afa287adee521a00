"""A stand-in for MongoDB over TCP, as a process of its own."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

_START_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def mongo_server(folder: Path) -> Iterator[str]:
    """Start nx-27017 with its data in memory; gives its address, ends it by its process id."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "nx_27017.nx_27017", "--data-dir", "memory"),
        *("--port", str(port), "--log-file", str(folder / "mongo.log")),
        *("--pid-file", str(folder / "mongo.pid")),
    ]
    with (folder / "mongo.out").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder)
    try:
        _wait_for(f"mongodb://127.0.0.1:{port}", process)
        yield f"mongodb://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait_for(uri: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=500) as client:
                client.admin.command("ping")
        except PyMongoError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
