"""What every benchmark prints: a table, a JSON file and the machine it ran on."""

import json
import os
import platform
import resource
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, object]
"""One measured thing: ``name``, and figures by the heading they stand under."""

_WHOLE_FROM = 1000


def print_table(rows: Sequence[Row]) -> None:
    """Print the rows as one table; a heading for each figure that any row has, in order seen."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    cells = [headings] + [[_shown(row.get(heading)) for heading in headings] for row in rows]
    widths = [max(len(line[i]) for line in cells) for i in range(len(headings))]
    for number, line in enumerate(cells):
        print("  ".join(_placed(text, widths[i], i) for i, text in enumerate(line)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    sys.stdout.flush()


def show(rows: Sequence[Row], path: Path | None) -> None:
    """Print the rows as a table, and write them where a path is given."""
    print_table(rows)
    if path:
        write_json(path, rows)


def said(text: str) -> None:
    """Tell on stderr what goes on."""
    print(text, file=sys.stderr, flush=True)


def write_json(path: Path | str, rows: Sequence[Row]) -> None:
    """Write ``{"rows": [{"name": …, figures…}], "machine": …}``."""
    document = {"rows": [dict(row) for row in rows], "machine": machine()}
    Path(path).write_text(json.dumps(document, indent=2, default=float) + "\n", encoding="utf-8")


def machine() -> dict[str, object]:
    """What the figures depend on: processor, cores, memory in GB, system, Python."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": _cores(),
        "memory_gb": round(pages / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def resident_mb(process: int | None = None) -> float:
    """Resident memory in MB (2**20 bytes) now, of this process or of the one with that id.

    Where the system has no ``/proc``, this process's peak is given; another's is an `OSError`.
    """
    statm = Path(f"/proc/{process or 'self'}/statm")
    if statm.exists():
        pages = int(statm.read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    if process is not None:
        raise OSError(f"Can't read the memory of process {process} on this system")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def peak_mb(process: int) -> float:
    """The most that the process with that id ever held, in MB; needs Linux's ``/proc``.

    Raises `OSError` where there is none, or where it is ending: it holds nothing any more.
    """
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace")
    for line in status.splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(f"Process {process} is ending")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= _WHOLE_FROM:
        return f"{value:,.0f}"
    return f"{value:.4f}" if abs(value) < 1 else f"{value:.2f}"


def _placed(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column == 0 else text.rjust(width)
