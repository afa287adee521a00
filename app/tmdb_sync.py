"""The operator's calls on TMDB, under the names that are promised."""

from app.doors.operator.tmdb import failed_ids, follow_export, refresh_tmdb, retry_failed, sync_tmdb

__all__ = ["failed_ids", "follow_export", "refresh_tmdb", "retry_failed", "sync_tmdb"]
