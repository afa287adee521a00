"""The operator's calls on the index, under the names that are promised."""

from app.doors.operator.index import index_due, rebuild_index, roll_back_index

__all__ = ["index_due", "rebuild_index", "roll_back_index"]
