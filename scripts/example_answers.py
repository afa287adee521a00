"""Questions that show what watcher does, asked of a running API: `example_answers.py URL`."""

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Final

CURL: Final = (
    "curl -s {url}/mcp/knn -H 'Content-Type: application/json' "
    '-d \'{{"text": "mind-bending thriller with a twist ending", "k": 5}}\''
)
_SHOWN: Final = 5
_QUESTIONS: Final[tuple[tuple[str, dict[str, object]], ...]] = (
    (
        "Films like The Matrix (TMDB id 603)",
        {"tmdb_id": 603, "input_media_type": "movie", "results_media_type": "movie"},
    ),
    (
        "“mind-bending thriller with a twist ending”",
        {"text": "mind-bending thriller with a twist ending", "results_media_type": "all"},
    ),
    (
        "“a crime investigation that haunts the detective”, series only",
        {"text": "a crime investigation that haunts the detective", "results_media_type": "tv"},
    ),
)


def show_examples(url: str) -> str:
    """Every question with its answer, as text for a terminal."""
    return "\n".join(_shown(url, heading, question) for heading, question in _QUESTIONS)


def _shown(url: str, heading: str, question: Mapping[str, object]) -> str:
    lines = [f"\n{heading}"]
    try:
        answer = _ask(url, {**question, "k": _SHOWN})
    except urllib.error.HTTPError as error:
        return "\n".join([*lines, f"  {json.load(error)['detail']}"])
    for place, one in enumerate(answer["results"], 1):
        kind = "series" if one["media_type"] == "tv" else "film"
        title = f"{one['title']} ({one['year'] or 'year unknown'})"
        genres = ", ".join(one["genres"][:3])
        lines.append(f"  {place}. {title:<52.52} {kind:<6}  {genres:<40.40} {one['score']:.2f}")
    lines.append(f"  in {answer['took_ms']:.1f} ms")
    return "\n".join(lines)


def _ask(url: str, question: Mapping[str, object]) -> Any:  # noqa: ANN401 -- what JSON holds
    request = urllib.request.Request(  # noqa: S310 -- our own API
        f"{url}/mcp/knn",
        data=json.dumps(question).encode(),
        headers={"Content-Type": "application/json"},
    )
    # A proxy for the outside isn't asked for this machine's own addresses.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


def main() -> int:
    """Ask a running API."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8080", help="the API's address")
    try:
        print(show_examples(parser.parse_args().url.rstrip("/")))
    except OSError as error:
        print(f"The API does not answer: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
