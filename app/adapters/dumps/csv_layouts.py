"""The public CSV layouts of TMDB data: how each is recognised, and what its columns mean."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.adapters.dumps.code_names import country_code, language_code
from app.adapters.dumps.csv_rows import Row
from app.adapters.dumps.lists import UnreadableList, items_of, named
from app.adapters.facts import FIRST_YEAR, LAST_YEAR, MAX_RUNTIME, Facts
from app.domain.catalogue.titles import MediaKind, Title, TitleId

_DAY_FIRST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})")

Dates = Callable[[Row, Facts], tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """`needs`: the columns it is recognised by, whatever their order and whatever is beside them.

    `separator` parts the entries of a list that is no JSON.
    """

    name: str
    needs: frozenset[str]
    separator: str
    dates: Dates
    genres: str = "genres"


def _iso(row: Row, facts: Facts) -> tuple[str, int | None]:
    return facts.released(row.get("release_date"))


def _day_first(row: Row, facts: Facts) -> tuple[str, int | None]:
    text = row.get("release_date", "").strip()
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        text = f"{year}-{month:0>2}-{day:0>2}"
    return facts.released(text)


def _with_release_year(row: Row, facts: Facts) -> tuple[str, int | None]:
    """Month and day from the date, whose year has two digits; the year from its own column."""
    year = facts.whole("release year", row.get("release_year"), 9999)
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        facts.leave_out("release year is impossible", year)
        year = None
    text = row.get("release_date", "").strip()
    found = _MONTH_FIRST.fullmatch(text)
    if year is None or (found is None and text[:4] != str(year)):
        return "", year
    if found is None:
        return facts.released(text)
    month, day, _ = found.groups()
    released, _ = facts.released(f"{year:04}-{month:0>2}-{day:0>2}")
    return released, year


LAYOUTS: Final = (
    CsvLayout(
        "|-separated with cast and director",
        frozenset({"id", "original_title", "cast", "director", "release_year", "genres"}),
        "|",
        _with_release_year,
    ),
    CsvLayout(
        "comma-separated genres and keywords",
        frozenset({"id", "title", "adult", "imdb_id", "original_language", "genres", "keywords"}),
        ",",
        _iso,
    ),
    CsvLayout(
        "JSON lists (the 5000 set)",
        frozenset({"id", "title", "genres", "keywords", "release_date", "vote_count"}),
        ",",
        _iso,
    ),
    CsvLayout(
        "10k with genre and dd-mm-yyyy",
        frozenset({"id", "original_language", "original_title", "genre", "release_date"}),
        ",",
        _day_first,
        genres="genre",
    ),
)


def layout_of(columns: list[str]) -> CsvLayout | None:
    """The first layout whose columns are all there."""
    present = set(columns)
    return next((layout for layout in LAYOUTS if layout.needs <= present), None)


def film_of(row: Row, facts: Facts, layout: CsvLayout) -> Title:
    """The row as a film; what can't be used is noted in `facts`. Raises `UnusableRow`."""

    def listed(column: str, key: str = "name") -> list[object]:
        field = row.get(column, "")
        try:
            return named(items_of(field, layout.separator), key)
        except UnreadableList as error:
            facts.leave_out(f"{column} {error}", field)
            return []

    released, year = layout.dates(row, facts)
    votes, rating, popularity = facts.liking(
        row.get("vote_count"), row.get("vote_average"), row.get("popularity")
    )
    return Title(
        id=TitleId(MediaKind.MOVIE, facts.tmdb_id(row.get("id"))),
        name=facts.name(row.get("title"), row.get("original_title")),
        original_name=facts.text("original title", row.get("original_title")),
        year=year,
        released=released,
        genres=facts.genres(listed(layout.genres)),
        keywords=facts.keywords(listed("keywords")),
        cast=facts.texts("cast", listed("cast")),
        makers=facts.texts("director", listed("director")),
        companies=facts.texts("company", listed("production_companies")),
        countries=_coded(listed("production_countries", "iso_3166_1"), "country", facts),
        original_language=facts.language(row.get("original_language")),
        spoken_languages=_coded(listed("spoken_languages", "iso_639_1"), "language", facts),
        runtime=facts.whole("runtime", row.get("runtime"), MAX_RUNTIME),
        status=facts.text("status", row.get("status")),
        votes=votes,
        rating=rating,
        popularity=popularity,
        imdb_id=facts.imdb_id(row.get("imdb_id")),
        poster_path=facts.poster_path(row.get("poster_path")),
        overview=facts.text("overview", row.get("overview")),
        tagline=facts.text("tagline", row.get("tagline")),
        adult=facts.adult(row.get("adult")),
    )


def _coded(items: list[object], what: str, facts: Facts) -> tuple[str, ...]:
    """Codes of countries or languages that are given by code or by English name."""
    code_of = country_code if what == "country" else language_code
    codes: list[object] = []
    for item in items:
        text = item.strip() if isinstance(item, str) else ""
        if len(text) == 2:  # noqa: PLR2004  # the length of the codes
            codes.append(text)
        elif code := code_of(text):
            codes.append(code)
        elif text:
            facts.leave_out(f"unknown {what}", text)
    return facts.codes(what, codes)
