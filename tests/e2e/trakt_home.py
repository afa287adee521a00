"""A household beside a stand-in for Trakt: the running API, syncs, and all that they leave."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from app.adapters.clock import SystemClock
from app.adapters.stores.mongo import open_mongo
from stand_ins.canaries import canary, plant
from stand_ins.mongo.server import mongo_server
from stand_ins.trakt.serving import FakePerson, FakeTrakt, trakt_server
from tests.builders import make_titles
from tests.e2e.program import Api, api_started, environment, free_port
from tests.e2e.syncing import MONGO_DATABASE

NOWHERE = "http://127.0.0.1:9/v1"
COMMAND = "sync_worker.py"
CALLBACK = "/auth/trakt/callback"
_SEALED = {"admin_token", "secret_key"}


@dataclass(frozen=True)
class Member:
    """Somebody of the household, and the token that is told only once."""

    id: str
    token: str


@dataclass
class Home:
    """API of a household; `folder` holds the data and whatever any process printed.

    `secrets` are those given out here, besides the stand-in's.
    """

    project: Path
    folder: Path
    fake: FakeTrakt
    settings: dict[str, str]
    api: Api
    secrets: set[str] = field(default_factory=set)

    def add(self, name: str) -> Member:
        """Somebody new."""
        told = self.ask("POST", "/profiles", json={"name": name}).json()
        self.keep(told["token"])
        return Member(told["id"], told["token"])

    def ask(
        self, method: str, path: str, token: str = "", *, json: object = None
    ) -> httpx2.Response:
        """What the API answers to whoever holds the token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with self.browser() as client:
            return client.request(method, path, headers=headers, json=json)

    def got(self, path: str, member: Member) -> Any:  # noqa: ANN401 -- whatever the route tells
        """A good answer's body."""
        answer = self.ask("GET", path, member.token)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def browser(self) -> httpx2.Client:
        """Keeps cookies, and follows nothing by itself."""
        return httpx2.Client(base_url=self.api.url, timeout=30, trust_env=False)

    def connect(self, member: Member, person: FakePerson) -> None:
        """By a browser that is sent to Trakt and back."""
        with self.browser() as browser:
            begun = browser.get("/auth/trakt/start", params={"profile": member.id})
            assert begun.status_code == 303, begun.text
            back = self.fake.sign_in(begun.headers["location"], person)
            self.keep(back, *begun.cookies.values())
            answer = browser.get(back)
            assert answer.status_code == 200, answer.text
        assert self.connection(member) == (True, "")

    def connection(self, member: Member) -> tuple[bool, str]:
        """Whether Trakt is connected, and what is wrong with it."""
        told = self.got("/auth/trakt", member)
        return told["connected"], told["problem"]

    def log_out(self, member: Member) -> None:
        """Disconnect Trakt."""
        answer = self.ask("POST", "/auth/trakt/logout", member.token)
        assert answer.status_code == 200, answer.text
        assert self.connection(member) == (False, "")

    def events(self, member: Member) -> list[dict[str, Any]]:
        """The ledger, in the order of its keys."""
        told = self.got(f"/profiles/{member.id}/export", member)["events"]
        return sorted(told, key=lambda event: str(event["key"]))

    @contextmanager
    def syncing(self) -> Iterator[subprocess.Popen[bytes]]:
        """One pass of the worker while it runs; killed at the end where it still does."""
        with self._output().open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, COMMAND],
                cwd=self.project,
                env=environment(**self.settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def killed_at(self, point: int) -> None:
        """kill -9 at so many requests of one pass, or a little later."""
        before = len(self.fake.requests)
        with self.syncing():
            self.fake.wait_for(lambda: len(self.fake.requests) - before >= point, 60)
            time.sleep(random.uniform(0, 0.02))  # between two requests as well as in one

    def sync(self) -> tuple[int, str]:
        """One pass of the worker to its end: the exit code, and what it printed."""
        output = self._output()
        with self.syncing() as process:
            code = process.wait(60)
        return code, output.read_text()

    def _output(self) -> Path:
        return self.folder / f"pass-{len(list(self.folder.glob('pass-*')))}.out"

    def keep(self, *given: str) -> None:
        """Note what no log may hold: texts, or addresses that hold them in their query."""
        for one in given:
            values = [value for _, value in parse_qsl(urlsplit(one).query)]
            self.secrets |= {value.rstrip("=") for value in values or [one]}
        plant(*self.secrets)

    def leaks(self) -> list[str]:
        """Files that hold a secret; the first letters of it."""
        secrets = self.secrets | self.fake.secrets() | {self.api.admin_token}
        assert self.fake.client_secret in secrets
        found = []
        for path in self.folder.rglob("*"):
            # The models are copies of public files.
            if path.is_file() and path.name not in _SEALED and "models" not in path.parts:
                content = path.read_bytes()
                held = [secret for secret in secrets if secret.encode() in content]
                found += [f"{path.name}: {secret[:4]}…" for secret in held]
        return found

    def check_words(self) -> None:
        """No process crashed, and nowhere stands a secret."""
        said = [path.read_text(errors="replace") for path in self.folder.glob("*.out")]
        assert all(said)
        crashed = [text for text in said if "Traceback" in text or "fault of watcher" in text]
        assert not crashed, crashed
        leaks = self.leaks()
        assert not leaks, leaks


@contextmanager
def trakt_of(port: int, behind: float = 0.0) -> Iterator[FakeTrakt]:
    """A stand-in whose app sends browsers back to the API at this port.

    Its clock is so many seconds `behind`: what happens there now is that long ago.
    """
    address = f"http://127.0.0.1:{port}{CALLBACK}"
    with trakt_server(redirect_uri=address, now=lambda: time.time() - behind) as fake:
        yield fake


@contextmanager
def home(
    project: Path,
    data_dir: Path,
    fake: FakeTrakt,
    port: int,
    *,
    wait_for: str = "ok",
    **settings: str,
) -> Iterator[Home]:
    """The API beside a stand-in; at the end, what was said and kept is looked through.

    All of it logs at DEBUG, where the most is said.
    """
    settings |= {
        "LOG_LEVEL": "DEBUG",
        "TRAKT_API_URL": fake.api_url,
        "TRAKT_URL": fake.site_url,
        "OPENAI_API_KEY": canary(),
        "LLM_BASE_URL": NOWHERE,
        "TRAKT_CLIENT_ID": fake.client_id,
        "TRAKT_CLIENT_SECRET": fake.client_secret,
        "TRAKT_REDIRECT_URI": fake.redirect_uri,
    }
    with api_started(project, data_dir, port=port, wait_for=wait_for, **settings) as api:
        settings |= {"WATCHER_DATA_DIR": str(data_dir), "API_PORT": str(port)}
        found = Home(project, data_dir.parent, fake, settings, api)
        yield found
    found.check_words()


@contextmanager
def home_beside_trakt(project: Path, data_dir: Path, behind: float = 0.0) -> Iterator[Home]:
    """Both, new."""
    port = free_port()
    with trakt_of(port, behind) as fake, home(project, data_dir, fake, port) as found:
        yield found


@contextmanager
def home_on_mongo(project: Path, data_dir: Path, behind: float = 0.0) -> Iterator[Home]:
    """The same over MongoDB, with a few titles that are not embedded yet."""
    for path in (data_dir / "watcher.sqlite3", data_dir / "index"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    folder = data_dir.parent / "mongo"
    folder.mkdir()
    port = free_port()
    with mongo_server(folder) as uri, trakt_of(port, behind) as fake:
        with closing(open_mongo(uri, MONGO_DATABASE, SystemClock())) as stores:
            stores.titles.upsert(make_titles(20))
        settings = {"MONGODB_URI": uri, "MONGODB_DB_NAME": MONGO_DATABASE}
        with home(project, data_dir, fake, port, wait_for="starting", **settings) as found:
            yield found


def reason_of(output: str) -> str:
    """How the sync of Trakt ended, as the command prints it."""
    lines = [line for line in output.splitlines() if line.startswith("sync_trakt: ")]
    return lines[-1] if lines else ""


def keys(events: list[dict[str, Any]], kind: str) -> list[str]:
    """Of one kind of event."""
    return [str(event["key"]) for event in events if event["kind"] == kind]
