"""The operator's calls on embeddings, under the names that are promised."""

from app.doors.operator.embeddings import index_all_items

__all__ = ["index_all_items"]
