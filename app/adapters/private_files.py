"""Files of the account that runs watcher, and of nobody else: folders 0700, files 0600.

Only what belongs to that account is narrowed. What doesn't (a volume that a container is given)
stays as its owner made it, and is used all the same.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

_OTHERS: Final = 0o077


def private_opener(path: str, flags: int) -> int:
    """For `open`: a new file is ours alone, whatever the process's umask lets through."""
    return os.open(path, flags, 0o600)


def make_private_folder(folder: Path) -> None:
    """Make it where there is none, and narrow it. Raises `OSError` where it can't be made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    narrow(folder)


def make_private_tree(folder: Path) -> None:
    """The same, with what stands right in it: store, secrets, and folders of logs and index.

    Deeper ones are behind those folders. Raises `OSError` where the folder can't be made.
    """
    make_private_folder(folder)
    with suppress(OSError):
        for path in folder.iterdir():
            narrow(path)


def narrow(path: Path) -> None:
    """Take others' rights away, where there is such a file or folder and it is ours.

    A folder where everybody may put files (`/tmp`) is no folder of ours, whoever owns it.
    """
    with suppress(OSError):
        found = path.lstat()
        wide = stat.S_IMODE(found.st_mode)
        ours = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
        if ours and found.st_uid == os.geteuid() and wide & _OTHERS and not wide & stat.S_ISVTX:
            path.chmod(wide & ~_OTHERS)
