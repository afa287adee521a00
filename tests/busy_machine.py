"""How long a thing may take on a machine that does other work as well."""

import os


def allowed(seconds: float) -> float:
    """The time a thing may take here: as told, or more where programs wait for their turn.

    So a limit holds exactly on a machine with a core for each of its programs, and a test doesn't
    fail because others are being run beside it.
    """
    if not hasattr(os, "getloadavg"):
        return seconds
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
