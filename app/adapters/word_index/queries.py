"""Questions in Tantivy's terms."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from tantivy import FieldType, Occur, Query, Searcher

from app.adapters.word_index.schema import SCHEMA, STARTS_UP_TO, english, forms_of
from app.domain.catalogue.names import compact, plain
from app.domain.catalogue.titles import MediaKind
from app.domain.search.filters import TitleFilter

_MOST_WORDS: Final = 32
"""Words of a text that are looked up: the rarest, for they tell most."""

_LONG_WORD: Final = 8
_SHORT_WORD: Final = 4
_SEVERAL: Final = 3
_MANY: Final = 7
_MISTYPED_OF_MANY: Final = 3
_LONGEST_NAME: Final = 120
_ENGLISH: Final = english()

Clauses = list[tuple[Occur, Query]]


def tokens_of(text: str) -> list[str]:
    """The terms of a text, each once."""
    return list(dict.fromkeys(_ENGLISH.analyze(plain(text))))


def mentioning(tokens: Sequence[str]) -> Query:
    """Titles with some of these terms anywhere: plain, so that Tantivy can skip most of them."""
    terms = [Query.term_query(SCHEMA, "text", token, "freq") for token in tokens]
    return _any(terms)


def rarest(tokens: Sequence[str], searcher: Searcher) -> list[str]:
    """As many of the terms as are looked up: those that fewest titles have."""
    if len(tokens) <= _MOST_WORDS:
        return list(tokens)
    held = {token: searcher.doc_freq("text", token) for token in tokens}
    return sorted(tokens, key=lambda token: held[token] or 2**40)[:_MOST_WORDS]


def named(folded: str) -> Query:
    """Titles one of whose names is this one, as a whole."""
    return Query.term_set_query(SCHEMA, "whole", sorted(forms_of(folded)))


def a_name(folded: str) -> bool:
    """Whether it can be one at all: Tantivy makes automata of names, and refuses large ones."""
    return 0 < len(folded) <= _LONGEST_NAME


def resembling(folded: str) -> Query:
    """Titles with a name some typing errors away, as a whole or word by word."""
    whole = compact(folded)
    ways = [Query.fuzzy_term_query(SCHEMA, "whole", whole, _errors_in(whole))]
    words = folded.split()
    if len(words) >= _MANY:
        # An automaton for each word costs; most of so many are typed well.
        exact = [Query.term_query(SCHEMA, "name", word, "basic") for word in set(words)]
        fewest = max(len(exact) - _MISTYPED_OF_MANY, 2)
        should = [(Occur.Should, query) for query in exact]
        ways.append(Query.boolean_query(should, minimum_number_should_match=fewest))
    elif len(words) > 1:
        # Where several words must all be there, each of them may be further off.
        shorter = _LONG_WORD - _SHORT_WORD + 1 if len(words) >= _SEVERAL else _LONG_WORD
        ways.append(_all([_nearly("name", word, twice_from=shorter) for word in words]))
    return _any(ways)


def beginning(folded: str) -> Query:
    """Titles one of whose names begins like this."""
    if len(folded) <= STARTS_UP_TO:
        return Query.term_query(SCHEMA, "starts", folded, "basic")
    return Query.regex_query(SCHEMA, "whole", re.escape(folded) + ".*")


def containing(folded: str) -> Query | None:
    """Titles with all these words in their names, the last of them perhaps not typed to its end."""
    *whole, last = folded.split()
    if not whole and len(last) <= STARTS_UP_TO - 2:
        return None
    found = [Query.term_query(SCHEMA, "name", word, "basic") for word in whole]
    return _all([*found, Query.regex_query(SCHEMA, "name", re.escape(last) + ".*")])


def nearly_containing(folded: str) -> Query:
    """As `containing`, with typing errors, or with blanks missing or added."""
    *whole, last = folded.split()
    typed = compact(folded)
    words = [*(_nearly("name", word) for word in whole), _nearly("name", last, prefix=True)]
    joined = Query.fuzzy_term_query(SCHEMA, "whole", typed, _errors_in(typed), prefix=True)
    return _any([_all(words), joined])


def passing(kinds: Collection[MediaKind], where: TitleFilter) -> Clauses:
    """What a filter demands, adding nothing to a score."""
    clauses: Clauses = []

    def must(query: Query) -> None:
        clauses.append((Occur.Must, Query.const_score_query(query, 0.0)))

    if len(set(kinds)) == 1:
        must(Query.term_query(SCHEMA, "tv", int(MediaKind.TV in kinds), "basic"))
    if not where.include_adult:
        must(Query.term_query(SCHEMA, "adult", 0, "basic"))
    for query in (
        *_within("year", where.year_from, where.year_to),
        *_within("runtime", where.runtime_from, where.runtime_to),
    ):
        must(query)
    if where.genres:
        must(Query.term_set_query(SCHEMA, "genre", sorted(where.genres)))
    if where.without_genres:
        unwanted = Query.term_set_query(SCHEMA, "genre", sorted(where.without_genres))
        clauses.append((Occur.MustNot, unwanted))
    if where.languages:
        must(Query.term_set_query(SCHEMA, "language", sorted(where.languages)))
    if where.min_votes > 0:
        must(_range("votes", FieldType.Unsigned, where.min_votes))
    if where.min_rating > 0:
        must(_range("rating", FieldType.Float, float(where.min_rating)))
    return clauses


def _within(field: str, lowest: int | None, highest: int | None) -> list[Query]:
    """The condition that these bounds make, none where neither is set; 0, unknown, never passes."""
    if lowest is None and highest is None:
        return []
    return [_range(field, FieldType.Unsigned, max(lowest or 1, 1), highest)]


def _range(field: str, kind: FieldType, lowest: float, highest: float | None = None) -> Query:
    return Query.range_query(SCHEMA, field, kind, lowest, highest)


def _nearly(field: str, word: str, *, prefix: bool = False, twice_from: int = _LONG_WORD) -> Query:
    errors = _errors_in(word, twice_from)
    if errors:
        return Query.fuzzy_term_query(SCHEMA, field, word, errors, prefix=prefix)
    if prefix:
        return Query.regex_query(SCHEMA, field, re.escape(word) + ".*")
    return Query.term_query(SCHEMA, field, word, "basic")


def _errors_in(word: str, twice_from: int = _LONG_WORD) -> int:
    """Typing errors to allow for: none in short words, for each would be another one."""
    if len(word) < _SHORT_WORD:
        return 0
    return 1 if len(word) < twice_from else 2


def _all(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])
