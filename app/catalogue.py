"""The operator's calls on the catalogue, under the names that are promised."""

from app.doors.operator.catalogue import import_files, load_sample_if_empty

__all__ = ["import_files", "load_sample_if_empty"]
