"""Generations of the index: a published folder."""

from pathlib import Path
from typing import Final

from app.adapters.published_folder import PublishedFolder
from app.domain.index.generations import Manifest

FORMAT: Final = 4


def generations(root: Path) -> PublishedFolder[Manifest]:
    """The folder that holds all generations of one installation."""
    return PublishedFolder(
        root,
        prefix="g-",
        manifests=Manifest,
        format=FORMAT,
        other_format="another version wrote it (format {format}, this one reads "
        f"{FORMAT}), a rebuild replaces it",
        mend=": rebuild the index",
    )
