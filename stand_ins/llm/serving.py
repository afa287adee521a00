"""A stand-in for a service with language models over HTTP, with its rules, and faults on command.

In a test: ``with llm_server() as fake: fake.think(minds.duplicates)``. As a process:
``python -m stand_ins.llm.serving --mind well``, which prints one line of JSON (`base_url`, `model`,
`key`) when it listens, answers ``GET /_stats``, and ends on SIGTERM or SIGINT.

It asks for a key, knows certain models (404 for others), and refuses fields, forms of answers and
keywords of schemas that the service whose manner it has wouldn't know. Its answers are made from
the candidates that stand in the question.
"""

import argparse
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from stand_ins.canaries import MARK
from stand_ins.http.server import Server
from stand_ins.llm.minds import MINDS
from stand_ins.llm.routes import LlmSite
from stand_ins.llm.service import (
    CHAT_PATH,
    GEMINI,
    LM_STUDIO,
    MODELS_PATH,
    OBJECTS_ONLY,
    OPENAI,
    PLAIN,
    FakeLlm,
    Manner,
)

__all__ = [
    "CHAT_PATH",
    "GEMINI",
    "KEY",
    "LM_STUDIO",
    "MODEL",
    "MODELS_PATH",
    "OBJECTS_ONLY",
    "OPENAI",
    "PLAIN",
    "FakeLlm",
    "Manner",
    "llm_server",
]

KEY: Final = MARK + "made-llm-key-0123456789abcdef"
MODEL: Final = "made-model-1"
_MANNERS: Final = {
    "openai": OPENAI,
    "gemini": GEMINI,
    "lm_studio": LM_STUDIO,
    "objects_only": OBJECTS_ONLY,
    "plain": PLAIN,
}


@contextmanager
def llm_server(
    *,
    key: str | None = KEY,
    models: Sequence[str] = (MODEL,),
    manner: Manner = GEMINI,
    port: int = 0,
) -> Iterator[FakeLlm]:
    """A running stand-in on a loopback port (a free one unless named), which answers well.

    Raises `OSError` where the port is taken.
    """
    fake = FakeLlm(key, models, manner)
    server = Server(LlmSite(fake), port)
    server.start()
    try:
        yield fake
    finally:
        server.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m stand_ins.llm.serving", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--mind", choices=sorted(MINDS), default="well")
    parser.add_argument("--manner", choices=sorted(_MANNERS), default="gemini")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds per answer")
    return parser.parse_args()


def main() -> None:
    """Serve until told to end."""
    asked = _arguments()
    # Blocked before any thread starts, so that they are waited for here and nowhere else.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    with llm_server(manner=_MANNERS[asked.manner], port=asked.port) as fake:
        fake.think(MINDS[asked.mind])
        fake.latency = asked.latency
        line = {"base_url": fake.base_url, "model": MODEL, "key": KEY}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
