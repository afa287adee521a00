"""Make a model ready to serve, in a process of its own: only here are torch and OpenVINO together.

``python -m app.adapters.embedders.convert ORDER``: ORDER is a JSON object with ``name``,
``folder`` (or null), ``repositories``, ``sha256`` and ``out``, an existing folder. Writes the
conversion and ``meta.json`` there. Ends with code 3 and a sentence on stdout where the model can't
be used.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.adapters.embedders.agreement import agreement, sample_texts
from app.adapters.embedders.conversion import FORMAT, META_FILE, UNUSABLE
from app.adapters.embedders.hub import fetch
from app.adapters.embedders.openvino_engine import (
    MODEL_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    OpenVinoEngine,
    fingerprint,
    runtime,
)
from app.adapters.embedders.sources import ModelSource, check_weights
from app.adapters.embedders.texts import unit_rows
from app.adapters.embedders.torch_engine import TorchEngine, load_sentence_transformer
from app.adapters.sealed_files import sha256_of
from app.domain.errors import ModelUnusable

_LONGEST: Final = 8192


def main() -> int:
    """Carry out the order on the command line."""
    order = json.loads(sys.argv[1])
    source = ModelSource(
        name=order["name"],
        folder=Path(order["folder"]) if order["folder"] else None,
        repositories=tuple(order["repositories"]),
        sha256=order["sha256"],
    )
    try:
        make(source, Path(order["out"]))
    except ModelUnusable as error:
        sys.stdout.write(error.detail)
        return UNUSABLE
    return 0


def make(source: ModelSource, out: Path) -> None:
    """Convert and measure; where that leads nowhere, note that torch has to do.

    Raises `ModelUnusable` where torch can't load the model either.
    """
    check_weights(source)
    folder = source.folder or fetch(source)
    model = load_sentence_transformer(source.name, folder)
    meta: dict[str, Any] = {
        "format": FORMAT,
        "model": source.name,
        "folder": str(folder),
        "made_with": fingerprint(),
        "files": {},
    }
    try:
        meta |= _converted(model, out)
    except Exception as error:  # noqa: BLE001 - whatever a strange model does, torch remains
        meta |= {"backend": "torch", "reason": f"{type(error).__name__}: {error}"[:500]}
    if meta["backend"] == "openvino":
        names = (MODEL_FILE, WEIGHTS_FILE, TOKENIZER_FILE)
        meta["files"] = {name: sha256_of(out / name) for name in names}
    else:
        meta["dimension"] = int(TorchEngine(source.name, folder).encode(["one"]).shape[1])
    (out / META_FILE).write_text(json.dumps(meta, indent=1), encoding="utf-8")


def _converted(model: Any, out: Path) -> dict[str, Any]:  # noqa: ANN401 - carries no types
    """Convert, then take the fastest precision that agrees with torch."""
    texts = sample_texts()
    plain = unit_rows(model.encode(texts, batch_size=8, show_progress_bar=False))
    _trace(model, out)
    max_tokens, pad_id = _tokenizer(model, out)
    measured: dict[str, dict[str, float]] = {}
    able = runtime().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    for precision in ("bf16", "f32") if "BF16" in able else ("f32",):
        engine = OpenVinoEngine(out, precision, max_tokens, pad_id)
        bulk = agreement(engine.encode(texts), plain)
        single = agreement(unit_rows(_each(engine, texts)), plain)
        worse = min(bulk, single, key=lambda one: one.worst)
        measured[precision] = asdict(worse)
        if bulk.is_enough and single.is_enough:
            return {
                "backend": "openvino",
                "reason": "",
                "precision": precision,
                "dimension": int(plain.shape[1]),
                "max_tokens": max_tokens,
                "pad_id": pad_id,
                "agreement": measured,
            }
    return {"backend": "torch", "reason": "disagrees with torch", "agreement": measured}


def _each(engine: OpenVinoEngine, texts: list[str]) -> Any:  # noqa: ANN401 - an array of rows
    return np.concatenate([engine.encode([text]) for text in texts])


def _trace(model: Any, out: Path) -> None:  # noqa: ANN401 - carries no types
    """Write the whole model, pooling and any further layers included, as OpenVINO's two files."""
    import torch  # noqa: PLC0415 - the order may be refused before it is needed

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            found: torch.Tensor = self.model(features)["sentence_embedding"]
            return torch.nn.functional.normalize(found, dim=1)

    openvino = runtime()
    # Odd sizes, and a mask with both values: a tracer takes ones for constants.
    ids = torch.full((3, 17), 5, dtype=torch.long)
    mask = torch.ones_like(ids)
    mask[1, 11:] = 0
    with torch.no_grad():
        traced = openvino.convert_model(
            Whole().eval(), example_input={"input_ids": ids, "attention_mask": mask}
        )
    for port, name in zip(traced.inputs, ("input_ids", "attention_mask"), strict=True):
        if port.get_any_name() != name:
            raise ValueError(f"the traced model's input is {port.get_any_name()}, not {name}")
    openvino.save_model(traced, out / MODEL_FILE, compress_to_fp16=False)


def _tokenizer(model: Any, out: Path) -> tuple[int, int]:  # noqa: ANN401 - carries no types
    """Write the tokenizer; returns the longest input in tokens, and the token that pads."""
    tokenizer = model.tokenizer
    if not getattr(tokenizer, "is_fast", False):
        raise ValueError("there is no fast tokenizer")
    if getattr(model[0], "do_lower_case", False):
        raise ValueError("the model lowers its texts itself")
    tokenizer.backend_tokenizer.save(str(out / TOKENIZER_FILE))
    limit = model.max_seq_length or tokenizer.model_max_length
    return min(int(limit), _LONGEST), int(tokenizer.pad_token_id or 0)


if __name__ == "__main__":
    sys.exit(main())
