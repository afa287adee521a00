"""What Tantivy keeps of a title, and how texts become terms."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tantivy import (
    Document,
    Filter,
    Index,
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from app.domain.catalogue.names import compact, plain, spellings, without_article
from app.domain.catalogue.titles import MediaKind, Title
from app.domain.index.embedding_text import META_KEYWORDS

STARTS_UP_TO: Final = 5
"""Letters of a name's beginning that are looked up as one term."""

_LONGEST_WORD: Final = 40
_MOST_PEOPLE: Final = 12
_MOST_VOTES: Final = 2**40


def _built_schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_unsigned_field("tv", indexed=True)
    builder.add_unsigned_field("adult", indexed=True, fast=True)
    builder.add_unsigned_field("year", indexed=True, fast=True)
    builder.add_unsigned_field("runtime", indexed=True, fast=True)
    builder.add_unsigned_field("votes", indexed=True, fast=True)
    builder.add_float_field("rating", indexed=True, fast=True)
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("genre", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("starts", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("whole", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", tokenizer_name="blanks", index_option="basic")
    builder.add_text_field("text", tokenizer_name="english", index_option="freq")
    return builder.build()


SCHEMA: Final = _built_schema()


def english() -> TextAnalyzer:
    """Words without accents, stop words and endings."""
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(_LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stopword("english"))
        .filter(Filter.stemmer("english"))
        .build()
    )


def new_index(folder: Path | None = None) -> Index:
    """An empty index in a folder, or in memory."""
    index = Index(SCHEMA, None if folder is None else str(folder))
    index.register_tokenizer("english", english())
    index.register_tokenizer("blanks", TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    return index


def document_of(title: Title) -> Document:
    """The title as Tantivy takes it."""
    document = Document()
    document.add_unsigned("key", title.id.key)
    document.add_unsigned("tv", int(title.id.kind is MediaKind.TV))
    document.add_unsigned("adult", int(title.adult))
    document.add_unsigned("year", max(title.year or 0, 0))
    document.add_unsigned("runtime", max(title.runtime or 0, 0))
    document.add_unsigned("votes", min(max(title.votes, 0), _MOST_VOTES))
    document.add_float("rating", -1.0 if title.rating is None else title.rating)
    document.add_text("language", title.original_language)
    _add(document, "genre", title.genres)
    names = list(spellings(title))
    wholes = {form for name in names for form in forms_of(name)}
    _add(document, "starts", sorted({w[:n] for w in wholes for n in range(1, STARTS_UP_TO + 1)}))
    _add(document, "name", names)
    _add(document, "whole", sorted(wholes))
    _add(document, "text", (plain("\n".join(_told(title))),))
    return document


def _told(title: Title) -> Iterator[str]:
    """What a description is matched with.

    In one field, for Tantivy then reads one list of titles per word and skips most of it. What was
    chosen to tell what a title is about, and who is in it, counts twice: chosen by
    `scripts.evaluate_search`.
    """
    yield from (title.name, title.original_name, *title.alternative_names)
    yield from (title.overview, title.tagline)
    keywords = [word for word in title.keywords if word.casefold() not in META_KEYWORDS]
    people = dict.fromkeys((*title.makers, *title.cast[:_MOST_PEOPLE]))
    for _ in range(2):
        yield from (*keywords, *title.genres, *people)


def forms_of(folded: str) -> set[str]:
    """How a folded name may be typed: with its article or without, in one word or not."""
    bare = without_article(folded)
    return {folded, bare, folded.replace(" ", ""), bare.replace(" ", ""), compact(folded)}


def _add(document: Document, field: str, texts: Iterable[str]) -> None:
    for text in texts:
        if text:
            document.add_text(field, text)
