"""The text of a JSON document by strangers to values: in any encoding, however deep, with numbers that are none."""

import io
import json
import math
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from registry.errors import SourceError, TooLargeError
from registry.syntax_errors import json_fault

MOST_DEPTH: Final = 400  # brackets inside brackets that are read; far more than one thing may have (payload.py)
MOST_VALUES: Final = 5_000_000  # each takes some hundred bytes of memory
MOST_NUMBER: Final = 400  # characters of a number

# A string as a whole, with or without its end; several brackets at once. No look goes back, none is taken twice.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{]++|[\]}]++', re.DOTALL)


def decoded(content: bytes, charset: str | None) -> str:
    """UTF-8, 16 or 32 (RFC 8259); what is none of them, by the charset of the answer, else as Windows writes it."""
    for name in (json.detect_encoding(content), charset or "", "windows-1252"):
        try:
            return content.decode(name).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1")


def parsed(text: str, place: str) -> Any:
    """What a text says. A bracket inside MOST_DEPTH others is empty, whatever it holds: who has such a thing gets one
    that is too deep to be taken in, and its neighbours get theirs. `place`: the address, as it may be shown.

    Raises SourceError, which names line, column and remedy, where it is no JSON; TooLargeError.
    """
    if sum(map(text.count, ",[{")) > MOST_VALUES:
        raise TooLargeError("json-too-many-values", url=place, limit=MOST_VALUES)
    try:
        try:
            return _parsed(text)
        except RecursionError:
            with ThreadPoolExecutor(1) as thread:  # whose stack is empty, however deep this one is
                return thread.submit(_parsed, shallow(text)).result()
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] == "<":
            raise SourceError("json-is-web-page", url=place) from None
        fault = json_fault(json.JSONDecodeError(error.msg, text, error.pos))
        raise SourceError("json-unreadable", url=place, what=fault) from None


def shallow(text: str) -> str:
    """The same text with blanks for what a bracket inside MOST_DEPTH others holds; every sign keeps its place."""
    made = io.StringIO()
    depth, kept, cut = 0, 0, -1  # `cut`: where that begins
    for token in _TOKEN.finditer(text):
        start, count = token.start(), token.end() - token.start()
        if text[start] == '"':
            continue
        if text[start] in "[{":
            if depth <= MOST_DEPTH < depth + count:
                cut = start + MOST_DEPTH + 1 - depth
            depth += count
            continue
        if depth > MOST_DEPTH >= depth - count:
            made.write(text[kept:cut])
            kept = start + depth - MOST_DEPTH - 1
            made.write(" " * (kept - cut))
            cut = -1
        depth = max(0, depth - count)
    made.write(text[kept:] if cut < 0 else text[kept:cut].ljust(len(text) - kept))
    return made.getvalue()


def _parsed(text: str) -> Any:
    return json.loads(
        text,
        object_pairs_hook=_object,
        parse_constant=lambda name: None,  # NaN and Infinity say nothing
        parse_float=_float,
        parse_int=_int,
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key that stands there twice: the last value has it, as everywhere; the others are kept beside it."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for place, (key, value) in enumerate(pairs):
            if value is not found[key]:
                found[f"{key} ({place + 1})"] = value
    return found


def _float(text: str) -> float | str | None:
    """As a number where that says the same, else as it was written."""
    number = float(text) if len(text) <= MOST_NUMBER else math.inf
    return number if math.isfinite(number) and repr(number) == text else text[:MOST_NUMBER]


def _int(text: str) -> int | str:
    return int(text) if len(text) < 19 else text[:MOST_NUMBER]
