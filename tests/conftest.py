"""What holds for every test."""

from __future__ import annotations

import signal

pytest_plugins = ["tests.secrets_watch"]

# A run in the background of a script ignores Ctrl-C, and so would each program that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
