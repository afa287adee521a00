"""TMDB's routes and rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from stand_ins.http.faults import Status
from stand_ins.http.messages import Answer, Asked
from stand_ins.http.request_log import Request
from stand_ins.tmdb import answers
from stand_ins.tmdb.answers import TitleAnswer
from stand_ins.tmdb.bodies import EPISODES, Json, episode_found
from stand_ins.tmdb.parts import MOST_PARTS
from stand_ins.tmdb.service import API_PATH, EXPORTS_PATH, FakeTmdb

MOST_PAGES: Final = 500
_CHANGES_PAGE: Final = 100
_DISCOVER_PAGE: Final = 20
_MOST_DAYS: Final = 14

_DETAIL: Final = re.compile(API_PATH + r"/(movie|tv)/(\d{1,18})")
_CHANGES: Final = re.compile(API_PATH + r"/(movie|tv)/changes")
_DISCOVER: Final = re.compile(API_PATH + r"/discover/(movie|tv)")
_FIND: Final = re.compile(API_PATH + r"/find/([^/]+)")
_EXPORT: Final = re.compile(
    EXPORTS_PATH + r"/(movie_ids|tv_series_ids)_(\d\d)_(\d\d)_(\d{4})\.json\.gz"
)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class TmdbSite:
    """A `FakeTmdb` as the server sees it."""

    stand_in: FakeTmdb

    def arrived(self, asked: Asked) -> tuple[Request, Answer | None]:
        api = is_api(asked.path)
        request, in_second = self.stand_in.counters.arrived(
            asked.path, asked.query, api=api, method=asked.method
        )
        limits = self.stand_in.limits
        if api and limits.rate is not None and in_second > limits.rate + limits.burst:
            return request, answers.error(answers.TOO_MANY_REQUESTS, retry_after=1)
        return request, None

    def takes_long(self, asked: Asked) -> bool:
        return takes_long(asked.path)

    def answer(self, asked: Asked) -> Answer:
        if asked.method not in ("GET", "HEAD"):
            return answers.error(answers.METHOD)
        return answer(self.stand_in, asked.path, asked.query, asked.fields.get("authorization"))

    def answered(self, request: Request, answer: Answer, *, whole: bool) -> None:
        if whole and isinstance(answer, TitleAnswer) and answer.detail is not None:
            self.stand_in.counters.told_of(answer.detail)
        self.stand_in.counters.answered(request, answer.status)

    def error(self, status: Status) -> Answer:
        return answers.error_of_status(status)

    def stats(self) -> object:
        return self.stand_in.counters.stats()


def is_api(path: str) -> bool:
    """Whether a path counts against the rate; exports are on another host and don't."""
    return path.startswith(API_PATH + "/")


def takes_long(path: str) -> bool:
    """Whether the answer may take the time of a walk over all titles."""
    return not is_api(path) or bool(_DISCOVER.fullmatch(path))


def answer(
    fake: FakeTmdb, path: str, query: Mapping[str, str], authorization: str | None
) -> Answer:
    """The true answer to a GET."""
    if not is_api(path):
        return _export(fake, path)
    if query.get("api_key") != fake.key and authorization != f"Bearer {fake.key}":
        return answers.error(answers.INVALID_KEY)
    if found := _CHANGES.fullmatch(path):
        return _changes(fake, found[1], query)
    if found := _DISCOVER.fullmatch(path):
        return _discover(fake, found[1], query)
    if found := _DETAIL.fullmatch(path):
        return _details(fake, found[1], int(found[2]), query)
    found = _FIND.fullmatch(path)
    return _find(fake, found[1], query) if found else answers.error(answers.NOT_FOUND)


def _find(fake: FakeTmdb, value: str, query: Mapping[str, str]) -> Answer:
    """Five lists, all of them empty for an id that nothing bears."""
    source = query.get("external_source", "")
    if source not in EPISODES:  # of TMDB's, those that are ids of IMDb and TVDB
        return answers.error(answers.INVALID_PARAMETERS)
    found: dict[str, list[Json]] = {f"{what}_results": [] for what in _FOUND}
    for kind, number in fake.catalogue.bearing(source, value):
        row = fake.catalogue.shown(kind, number)
        found[f"{kind}_results"].append({**row, "media_type": kind})
    if digits := re.fullmatch(r"(?:tt)?(\d{1,18})", value):
        series = int(digits[1]) - EPISODES[source]
        episode = episode_found(series) if fake.catalogue.knows("tv", series) else None
        found["tv_episode_results"] += [episode] if episode else []
    return answers.ok(found)


_FOUND: Final = ("movie", "person", "tv", "tv_episode", "tv_season")


def _details(fake: FakeTmdb, kind: str, number: int, query: Mapping[str, str]) -> Answer:
    parts = [part for part in query.get("append_to_response", "").split(",") if part]
    if len(parts) > MOST_PARTS:
        return answers.error(answers.TOO_MANY_PARTS)
    body = fake.catalogue.body(kind, number, parts)
    if body is None:
        return answers.error(answers.NOT_FOUND, detail=(kind, number))
    return answers.ok(body, detail=(kind, number))


def _changes(fake: FakeTmdb, kind: str, query: Mapping[str, str]) -> Answer:
    page = _page(query)
    if page is None:
        return answers.error(answers.INVALID_PAGE)
    try:
        end = _day(query.get("end_date")) or fake.today
        start = _day(query.get("start_date")) or end - timedelta(days=1)
    except ValueError:
        return answers.error(answers.INVALID_DATE)
    if not 0 <= (end - start).days <= _MOST_DAYS:
        return answers.error(answers.LONG_RANGE)
    changed = fake.catalogue.changed(kind, start, end)
    first = (page - 1) * _CHANGES_PAGE
    return answers.ok(
        {
            "results": changed[first : first + _CHANGES_PAGE],
            "page": page,
            "total_pages": max(-(-len(changed) // _CHANGES_PAGE), 1),
            "total_results": len(changed),
        }
    )


def _discover(fake: FakeTmdb, kind: str, query: Mapping[str, str]) -> Answer:
    page = _page(query)
    if page is None:
        return answers.error(answers.INVALID_PAGE)
    adult = query.get("include_adult", "false")
    # Other orders would be answered in a wrong one, and nobody would notice.
    if query.get("sort_by", "popularity.desc") != "popularity.desc" or adult not in _FLAGS:
        return answers.error(answers.INVALID_PARAMETERS)
    popular = fake.catalogue.most_popular(kind, adult=_FLAGS[adult])
    first = (page - 1) * _DISCOVER_PAGE
    numbers = popular.numbers[first : first + _DISCOVER_PAGE]
    return answers.ok(
        {
            "page": page,
            "results": [fake.catalogue.shown(kind, number) for number in numbers],
            # More than can be asked for, as TMDB says it.
            "total_pages": max(-(-popular.total // _DISCOVER_PAGE), 1),
            "total_results": popular.total,
        }
    )


_FLAGS: Final = {"true": True, "false": False}


def _export(fake: FakeTmdb, path: str) -> Answer:
    if found := _EXPORT.fullmatch(path):
        try:
            day = date(int(found[4]), int(found[2]), int(found[3]))
        except ValueError:
            day = date.min
        if day in fake.exports:
            kind = "movie" if found[1] == "movie_ids" else "tv"
            return Answer(200, fake.export_file(kind, day), "application/gzip")
    missing = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code></Error>'
    return Answer(fake.missing_export_status, missing, "application/xml")


def _page(query: Mapping[str, str]) -> int | None:
    text = query.get("page", "1")
    page = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return page if 1 <= page <= MOST_PAGES else None


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)
