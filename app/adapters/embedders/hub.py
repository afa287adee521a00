"""Fetch a model's files from the Hugging Face hub, without hanging where there is none."""

from pathlib import Path
from typing import Final

from app.adapters.embedders.sources import ModelSource
from app.domain.errors import ModelUnusable

_PATIENCE: Final = 5.0
"""Seconds for the hub's first answer; its own client would try for more than a minute."""

_NOT_NEEDED: Final = ["onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.ot", "*.gguf", "*.onnx"]


def fetch(source: ModelSource) -> Path:
    """Folder of the model's files, downloaded if need be, else as they are in the hub's cache.

    Raises `ModelUnusable` where neither has it.
    """
    from huggingface_hub import HfApi, constants, snapshot_download  # noqa: PLC0415 - rarely needed
    from huggingface_hub.errors import HfHubHTTPError  # noqa: PLC0415 - as above

    reasons: list[str] = []
    if not constants.HF_HUB_OFFLINE:
        for repository in source.repositories:
            try:
                HfApi().model_info(repository, timeout=_PATIENCE)
                return Path(snapshot_download(repository, ignore_patterns=_NOT_NEEDED))
            except (HfHubHTTPError, ValueError) as error:
                reasons.append(f"{repository}: {_brief(error)}")
            except Exception as error:  # noqa: BLE001 - each transport has its own; the cache remains
                reasons.append(f"the hub can't be reached ({_brief(error)})")
                break
    for repository in source.repositories:
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (OSError, ValueError):
            continue
    reasons.append("it isn't in the hub's local cache")
    raise ModelUnusable(
        f"EMBEDDING_MODEL {source.name} can't be had: {'; '.join(reasons)}. Check the name and the "
        "network, give a folder with the model, or leave it unset for the packaged one."
    )


def _brief(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:160]
