"""The cache of converted models: found whole, or made once, by one process at a time."""

import fcntl
import hashlib
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

from app.adapters.embedders.openvino_engine import OpenVinoEngine, fingerprint
from app.adapters.embedders.sources import ModelSource, check_weights
from app.adapters.embedders.torch_engine import TorchEngine
from app.adapters.private_files import make_private_folder, private_opener
from app.adapters.sealed_files import sha256_of
from app.domain.errors import ModelUnusable
from app.domain.ports.vectors import Vectors

META_FILE: Final = "meta.json"
FORMAT: Final = 1
UNUSABLE: Final = 3
"""Exit code of the converting process for a model that nothing here can use."""

_LOG = logging.getLogger(__name__)
_ROOT: Final = Path(__file__).resolve().parents[3]


class Engine(Protocol):
    """A loaded model."""

    @property
    def label(self) -> str:
        """What computes, for people."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit row per text, in order; safe from several threads."""
        ...


def open_engine(source: ModelSource, cache: Path) -> Engine:
    """Load the model: by OpenVINO where its conversion agrees with torch, else by torch.

    The first time a process of its own converts and measures it, into `cache`; a damaged
    conversion, or one for another processor, is made again. Raises `ModelUnusable`.
    """
    key = hashlib.blake2b(source.name.encode(), digest_size=8).hexdigest()
    place = cache / key
    meta = _read(source, place)
    if meta is None:
        try:
            with _alone(cache, key):
                meta = _read(source, place) or _make(source, place)
        except OSError as error:
            raise ModelUnusable(
                f"The embedding model can't be prepared in {cache}: {error.strerror or error}. "
                "WATCHER_DATA_DIR must be a folder that can be written to."
            ) from error
    if meta is None or meta["backend"] == "torch":
        return _plain(source, meta)
    try:
        return OpenVinoEngine(place, meta["precision"], meta["max_tokens"], meta["pad_id"])
    except (RuntimeError, OSError) as error:
        raise ModelUnusable(
            f"The converted embedding model in {place} can't be loaded ({error}). Delete that "
            "folder: it will be made again."
        ) from error


def _plain(source: ModelSource, meta: dict[str, Any] | None) -> Engine:
    folder = source.folder or (Path(meta["folder"]) if meta else None)
    if folder is None:
        raise ModelUnusable(
            f"EMBEDDING_MODEL {source.name} can't be prepared: the log says why. Leave it unset "
            "for the packaged one."
        )
    check_weights(source)
    _LOG.warning(
        "Embedding with plain torch, which is slower: %s",
        meta["reason"] if meta else "the conversion broke off",
    )
    return TorchEngine(source.name, folder)


def _read(source: ModelSource, place: Path) -> dict[str, Any] | None:
    """The meta of a conversion that is whole and fits this machine, else None."""
    try:
        meta: dict[str, Any] = json.loads((place / META_FILE).read_text(encoding="utf-8"))
        if (meta["format"], meta["model"]) != (FORMAT, source.name):
            return None
        if meta["made_with"] != fingerprint():
            return None
        if meta["backend"] == "torch":
            return meta if source.folder or Path(meta["folder"]).is_dir() else None
        if all(sha256_of(place / name) == digest for name, digest in meta["files"].items()):
            return meta
        _LOG.warning("The converted embedding model in %s is damaged: making it again", place)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _LOG.warning("The converted embedding model in %s can't be read: %s", place, error)
    return None


def _make(source: ModelSource, place: Path) -> dict[str, Any] | None:
    """Convert in another process and put the result in its place; None where that breaks off."""
    for left in place.parent.glob(f".{place.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    _LOG.info("Preparing the embedding model %s (once, some seconds)", source.name)
    # A name of its own: the child of a killed process may still be writing.
    out = place.parent / f".{place.name}.{uuid4().hex}"
    out.mkdir()
    try:
        order = {
            "name": source.name,
            "folder": str(source.folder) if source.folder else None,
            "repositories": source.repositories,
            "sha256": source.sha256,
            "out": str(out.resolve()),
        }
        done = subprocess.run(  # noqa: S603 - our own module, the order is one argument
            [sys.executable, "-m", "app.adapters.embedders.convert", json.dumps(order)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode == UNUSABLE:
            raise ModelUnusable(done.stdout.decode(errors="replace").strip())
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()[-500:]
            _LOG.warning("Converting %s ended with %d: %s", source.name, done.returncode, said)
            return None
        if place.exists():
            place.rename(out / "replaced")
        out.rename(place)
        shutil.rmtree(place / "replaced", ignore_errors=True)
    finally:
        shutil.rmtree(out, ignore_errors=True)
    return _read(source, place)


@contextmanager
def _alone(cache: Path, key: str) -> Iterator[None]:
    """Keep other processes from the same conversion; the lock ends with the process."""
    make_private_folder(cache)
    with open(cache / f"{key}.lock", "w", opener=private_opener) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
