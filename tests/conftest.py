"""What holds for every test."""

import signal

from hypothesis import settings

pytest_plugins = ["tests.secrets_watch"]

# A run in the background of a script ignores Ctrl-C, and so would each program that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Hypothesis gives an example 200 ms, by the clock on the wall: on a busy machine a right one takes
# longer. What must be quick is measured in tests of its own.
settings.register_profile("watcher", deadline=None)
settings.load_profile("watcher")
