"""Mend text that was damaged on its way here.

The damage that matters: UTF-8 read as Windows-1252 and written again, once or twice ("AmÃ©lie").
The five bytes that Windows-1252 leaves undefined arrive as control characters, or not at all.
Text that could be right as it stands is never touched: better a blemish than a wrong name.
"""

import re
import unicodedata
from typing import Final

_BYTE_OF: Final = {chr(code): code for code in range(0x80, 0x100)} | {
    bytes([code]).decode("cp1252"): code
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
"""Each character that one byte over 0x7F may have become. C1 controls stand for their own byte:
decoders that follow WHATWG leave the undefined five so, Latin-1 leaves all of them so."""


def _class(low: int, high: int) -> str:
    return "[" + "".join(re.escape(c) for c, byte in _BYTE_OF.items() if low <= byte <= high) + "]"


_TAIL: Final = _class(0x80, 0xBF)
_SEQUENCE: Final = re.compile(
    f"{_class(0xC2, 0xDF)}{_TAIL}|{_class(0xE0, 0xEF)}{_TAIL}{{2}}|{_class(0xF0, 0xF4)}{_TAIL}{{3}}"
)

_TRAILING: Final = frozenset("…“”\u2018\u2019«»\u2039\u203a\u2013—™®©°²³¹·•\u00a0\u00ad")
"""What may follow a word in right text: "CAFÉ™" and "été\u00a0»" are no damage."""

_APOSTROPHE: Final = "\u2019"

_WORD_MARKS: Final = _TRAILING | frozenset("šžœŠŽŒŸªº")
"""The same with the letters of Windows-1252 that right words contain: "Víš…"."""

_NEVER_AFTER_CAPITALS: Final = frozenset("©®°²³¹·\u00ad")

_PLAUSIBLE: Final = (
    # Blocks that names are written in. Left out: phonetic, historic and rare scripts, which a
    # capital letter before a quotation mark would otherwise decode to.
    (0x00A0, 0x017F),
    (0x0192, 0x0192),  # these three are Windows-1252's own, met where text was damaged twice
    (0x02C6, 0x02C6),
    (0x02DC, 0x02DC),
    (0x01A0, 0x01A1),  # Vietnamese
    (0x01AF, 0x01B0),
    (0x01CD, 0x01DC),  # pinyin
    (0x0218, 0x021B),  # Romanian
    (0x02BB, 0x02BC),
    (0x0300, 0x0331),
    (0x0386, 0x0481),  # Greek, Cyrillic
    (0x048A, 0x052F),
    (0x05D0, 0x05EA),  # Hebrew
    (0x060C, 0x06FF),  # Arabic
    (0x0900, 0x0EFF),  # Indic scripts, Thai, Lao
    (0x1000, 0x10FF),  # Burmese, Georgian
    (0x1780, 0x17FF),  # Khmer
    (0x1E00, 0x1FFF),  # Latin additional, polytonic Greek
    (0x2010, 0x2190),  # punctuation, currency, letter-like
    (0x2190, 0x27BF),
    (0x3000, 0x30FF),  # CJK punctuation, kana
    (0x3400, 0x9FFF),
    (0xAC00, 0xD7A3),  # Hangul
    (0xF900, 0xFAFF),
    (0xFE0F, 0xFE0F),
    (0xFF01, 0xFFEF),
    (0x1F300, 0x1FAFF),  # emoji
)
_C1_ENDS: Final = 0xA0
_LATIN_ENDS: Final = 0x0370
_LATIN_MORE: Final = (0x1E00, 0x1EFF)

_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_C1: Final = re.compile("[\x80-\x9f]")

_LOST: Final = (
    # A lead byte where no right word has that capital, and its only likely meaning there.
    (re.compile(r"\bÃ(?=[a-z])(?!o\b)"), "Á"),
    (re.compile(r"(?<=[a-zāēīōū])Å(?![A-ZÀ-Þ])|(?<=[A-Z])Å(?=[a-z])"), "ō"),
    (re.compile(r"(?<=[a-z])Ã(?![^\W\d_])"), "à"),  # behind it stood a no-break space
    (re.compile(r"(?<=[a-zāēīōū])Ä(?=[aeiou])"), "č"),  # a consonant before a vowel
    (re.compile(r"(?<=[b-df-hj-np-tv-z])Ä(?![aeiou]|[A-ZÀ-Þ])"), "ā"),  # a vowel between consonants
    (re.compile(r"(?<=[aeiouy])Ì(?=[a-z]|\b)"), "\u0301"),
)
_SUSPECT: Final = re.compile(f"{_SEQUENCE.pattern}|{_CONTROLS.pattern}|{_C1.pattern}|[ÃÄÅÌ]")
"""What any step of mending needs, so that right text is told fast."""

_LOST_D: Final = re.compile(r"\bÄ(?=[^\W\d_])")
_FAR: Final = "[\u0370-\u06ff\u0900-\u0eff\u3000-\u9fff\uac00-\ud7a3\ufffd]"
_LEFT_OVER: Final = f"(?:[ÎÏÐÑ\u00d7ØÙÚÛ]|{_class(0xE0, 0xEF)}){_TAIL}{{0,2}}"
_LOST_FAR: Final = re.compile(f"(?:(?<={_FAR})|(?<={_FAR} )){_LEFT_OVER}|{_LEFT_OVER}(?= ?{_FAR})")


def mend(text: str) -> str:
    """The text as it was meant: decoded once where it was encoded twice, in NFC, trimmed.

    NUL, other control characters and lone surrogates go; line breaks and tabs stay inside.
    Idempotent; what is right stays as it is (in NFC). Where a byte got lost it is put back only
    where the neighbours leave no doubt, and stands as U+FFFD in scripts where they can't.
    """
    if text.isascii():
        return (text if text.isprintable() else _CONTROLS.sub("", text)).strip()
    if not _SUSPECT.search(text) and unicodedata.is_normalized("NFC", text):
        return text.strip()
    before = None
    while before != text:
        before = text
        text = _CONTROLS.sub("", text)
        decoded = _decoded(text)
        if decoded == text:
            text = _C1.sub("", text)
        else:
            while (again := _decoded(decoded)) != decoded:
                decoded = again
            text = _with_lost_bytes(_C1.sub("", decoded))
        for lost, char in _LOST:
            text = lost.sub(char, text)
        text = unicodedata.normalize("NFC", text).strip()
    return text


def _decoded(text: str) -> str:
    """One round: every sequence that can only be damage becomes the character meant."""
    found = [(m, char) for m in _SEQUENCE.finditer(text) if (char := _meant(m)) is not None]
    if not found:
        return text
    in_run = {m.start() for m, _ in found} & {m.end() for m, _ in found}
    sure = [_is_sure(text, m, char, in_run) for m, char in found]
    lone = sum(not c.isascii() for c in text) - sum(len(m.group()) for m, _ in found)
    far = any(use and not _is_near(char) for use, (_, char) in zip(sure, found, strict=True))
    if far or sum(sure) > lone:
        sure = [True] * len(found)
    parts, end = [], 0
    for (match, char), use in zip(found, sure, strict=True):
        if use:
            parts += [text[end : match.start()], char]
            end = match.end()
    return "".join(parts) + text[end:]


def _meant(match: re.Match[str]) -> str | None:
    """The character that the sequence encodes, or None where no name would contain it."""
    try:
        char = bytes(_BYTE_OF[c] for c in match.group()).decode("utf-8")
    except UnicodeDecodeError:
        return None
    code = ord(char)
    if code < _C1_ENDS:  # damaged twice: the next round needs the control character
        return char if match.group()[1] == char else None
    if not any(low <= code <= high for low, high in _PLAUSIBLE):
        return None
    return None if unicodedata.category(char) == "Cn" else char


def _is_sure(text: str, match: re.Match[str], char: str, in_run: set[int]) -> bool:
    """Whether right text can't contain this sequence at this place.

    `in_run` holds the places where two sequences touch.
    """
    tail = match.group()[1:]
    before = text[match.start() - 1 : match.start()] if match.start() else ""
    after = text[match.end() : match.end() + 1]
    if _is_near(char):
        return not _TRAILING.issuperset(tail) or _is_sure_near(match.group(), char, before, after)
    if match.start() in in_run or match.end() in in_run:
        return True
    beside_latin = any(c.isascii() and c.isalpha() for c in (before, after))
    return not beside_latin and not _WORD_MARKS.issuperset(tail)


def _is_sure_near(sequence: str, char: str, before: str, after: str) -> bool:
    """The same where all behind the lead could be punctuation behind a right word."""
    lead, tail = sequence[0], sequence[1:]
    if len(tail) > 1:
        return not before.isalpha()
    if before.islower() or (after.isascii() and after.islower() and tail != _APOSTROPHE):
        return True
    if before.isupper():
        return lead in "ÂÃ" and tail in _NEVER_AFTER_CAPITALS
    return lead == "Â" or (lead == "Ã" and (char.islower() or tail in _NEVER_AFTER_CAPITALS))


def _is_near(char: str) -> bool:
    """Whether the character is Latin or punctuation, which stand beside Latin letters."""
    code = ord(char)
    return (
        code < _LATIN_ENDS
        or _LATIN_MORE[0] <= code <= _LATIN_MORE[1]
        or not unicodedata.category(char).startswith("L")
    )


def _with_lost_bytes(text: str) -> str:
    """Deal with lead bytes whose successor got lost, in a text that was damaged elsewhere too."""
    text = _LOST_D.sub("Đ", text)
    return _LOST_FAR.sub("\ufffd", text)
