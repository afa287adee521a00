"""An open-loop load: requests leave on a fixed beat, whether or not earlier ones were answered.

A request's time counts from the moment it was due, so that a server that stalls is charged for all
that waited behind the stall.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Load:
    """What was seen: seconds per answered request, and answers that were not 200."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def row(self, name: str) -> dict[str, object]:
        """Median, p95 and p99 in milliseconds."""
        median, p95, p99 = (np.percentile(self.seconds, (50, 95, 99)) * 1000).tolist()
        return {
            "name": name,
            "requests": len(self.seconds),
            "median ms": median,
            "p95 ms": p95,
            "p99 ms": p99,
            "faults": len(self.faults),
        }


def run(port: int, path: str, bodies: Sequence[object], rate: float) -> Load:
    """POST each body as JSON at `rate` a second to the server on this machine."""
    return asyncio.run(_run(port, path, bodies, rate))


async def _run(port: int, path: str, bodies: Sequence[object], rate: float) -> Load:
    load, idle = Load(), list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]()
    start = time.perf_counter() + 0.1

    async def one(due: float, body: object) -> None:
        while idle and idle[-1][0].at_eof():  # the server closes what idles for some seconds
            idle.pop()[1].close()
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        answer = await reader.readuntil(b"\r\n\r\n")
        lengths = [
            line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")
        ]
        text = await reader.readexactly(int(lengths[0].split(b":")[1]))
        load.seconds.append(time.perf_counter() - due)
        if not answer.startswith(b"HTTP/1.1 200"):
            load.faults.append(text[:200].decode())
        idle.append((reader, writer))

    tasks = []
    for number, body in enumerate(bodies):
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due, body)))
    await asyncio.gather(*tasks)
    for _, writer in idle:
        writer.close()
    return load
