"""Parses JSON from sources, tolerantly: in any encoding, nested however deep, with numbers that JSON does not know.

Entry points: `decoded`, `parsed`. Bounds: `check_json_values`, MAX_DEPTH_READ. What is nested deeper is read as empty,
so that one item that is too deep does not keep the others out.
"""

import io
import json
import math
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from registry.errors import SourceError
from registry.rdf.bounds import check_json_values
from registry.syntax_errors import json_fault

MAX_DEPTH_READ: Final = 400  # brackets inside brackets that are read; far more than one thing may have (payload.py)
MAX_NUMBER_CHARACTERS: Final = 400  # more make it a text

# A whole string, with or without its end; or a run of brackets. Possessive quantifiers: the pattern cannot backtrack,
# so its time is linear in the length of the text.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{]++|[\]}]++', re.DOTALL)


def decoded(content: bytes, charset: str | None) -> str:
    """The text of a document in UTF-8, 16 or 32 (RFC 8259), else in the charset of the answer, else in windows-1252."""
    for name in (json.detect_encoding(content), charset or "", "windows-1252"):
        try:
            return content.decode(name).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1")


def parsed(text: str, where: str) -> Any:
    """The value of a JSON text. What is nested deeper than MAX_DEPTH_READ is read as empty: that item is refused
    later as too deep, the others are not affected. `where`: the address, as it may be shown.

    Raises SourceError, which names line, column and remedy, where it is no JSON; TooLargeError.
    """
    check_json_values(text, where)
    try:
        try:
            return _parsed(text)
        except RecursionError:
            with ThreadPoolExecutor(1) as thread:  # with an empty stack: this one may be deep already
                return thread.submit(_parsed, shallow(text)).result()
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] == "<":
            raise SourceError("json-is-web-page", url=where) from None
        fault = json_fault(json.JSONDecodeError(error.msg, text, error.pos))
        raise SourceError("json-unreadable", url=where, what=fault) from None


def shallow(text: str) -> str:
    """The text with blanks in the place of what is nested deeper than MAX_DEPTH_READ; all else keeps its position."""
    result = io.StringIO()
    depth, kept, cut = 0, 0, -1  # `cut`: where that begins
    for token in _TOKEN.finditer(text):
        start, count = token.start(), token.end() - token.start()
        if text[start] == '"':
            continue
        if text[start] in "[{":
            if depth <= MAX_DEPTH_READ < depth + count:
                cut = start + MAX_DEPTH_READ + 1 - depth
            depth += count
            continue
        if depth > MAX_DEPTH_READ >= depth - count:
            result.write(text[kept:cut])
            kept = start + depth - MAX_DEPTH_READ - 1
            result.write(" " * (kept - cut))
            cut = -1
        depth = max(0, depth - count)
    result.write(text[kept:] if cut < 0 else text[kept:cut].ljust(len(text) - kept))
    return result.getvalue()


def _parsed(text: str) -> Any:
    return json.loads(
        text,
        object_pairs_hook=_object,
        parse_constant=lambda name: None,  # NaN and Infinity say nothing
        parse_float=_float,
        parse_int=_int,
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Of a key that occurs more than once the last value counts; the others are kept as `key (position)`."""
    members = dict(pairs)
    if len(members) < len(pairs):
        for position, (key, value) in enumerate(pairs):
            if value is not members[key]:
                members[f"{key} ({position + 1})"] = value
    return members


def _float(text: str) -> float | str | None:
    """A number if that keeps every digit, else the text."""
    number = float(text) if len(text) <= MAX_NUMBER_CHARACTERS else math.inf
    return number if math.isfinite(number) and repr(number) == text else text[:MAX_NUMBER_CHARACTERS]


def _int(text: str) -> int | str:
    return int(text) if len(text) < 19 else text[:MAX_NUMBER_CHARACTERS]
