"""Cuts strings out of Turtle that the parser cannot read, so that it can read the rest: without end, or too long.

Entry points: `without_broken_strings`, `without_long_strings`.
"""

import re
from typing import Final

from registry.model.message import Message, message

MAX_STRING_BYTES: Final = 16_000_000  # of a string in Turtle; the parser takes 16,777,216 with its quotation marks
_CUT: Final = b" ? ."  # not Turtle: the parser reports an error, skips the statement and continues after it

# Possessive quantifiers: the pattern cannot backtrack, so it is linear in the length of the text.
_TOKEN = re.compile(
    rb"""\#[^\n\r]*+                                                 # comment
    | <[^<>\n\r]*+>                                                  # IRI, also one that needs mending
    | \"\"\"(?:[^"\\]|\\.|"(?!""))*+(?:\"\"\"|\Z) | '''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)
    | "(?:[^"\\\n\r]|\\[^\n\r])*+(?:"|(?P<open>(?=\\?[\n\r]))|)
    | '(?:[^'\\\n\r]|\\[^\n\r])*+(?:'|(?P<opened>(?=\\?[\n\r]))|)
    | \\.                                                            # of a local name
    | (?P<stop>\.)[ \t]*+(?:\#[^\n\r]*+)?(?=[\n\r]|\Z)               # ends its line, and so a statement""",
    re.DOTALL | re.VERBOSE,
)
_STATEMENT = re.compile(rb"[ \t]*+[\n\r](?:\s|\#[^\n\r]*+)*+(?=[<@_\[(]|[A-Za-z][\w.-]{0,60}:|(?i:prefix|base)\s)")


def without_broken_strings(text: bytes) -> tuple[bytes, frozenset[int]]:
    """The text without broken strings, and the lines (from 1) where they were.

    Turtle does not allow a string to end after its line. Everything from the start of such a string to the next
    statement that begins on a line of its own after a full stop is cut out: whether the string was meant to continue
    or its end was forgotten cannot be decided.
    """
    pieces: list[bytes] = []
    lines: set[int] = set()
    copied, broken, line, counted = 0, -1, 1, 0
    for match in _TOKEN.finditer(text):
        is_open = match["open"] is not None or match["opened"] is not None
        if is_open and broken < 0:
            broken = match.start()
            line, counted = line + text.count(b"\n", counted, broken), broken
            lines.add(line)
        if broken < 0 or not (match["stop"] or (is_open and match[0].rstrip().endswith(b"."))):
            continue
        following = _STATEMENT.match(text, match.end())
        if following:
            pieces += (text[copied:broken], _CUT, b"\n" * text.count(b"\n", broken, following.end()))
            copied, broken = following.end(), -1
    if broken >= 0:
        pieces += (text[copied:broken], _CUT)
        copied = len(text)
    return b"".join((*pieces, text[copied:])), frozenset(lines)


def without_long_strings(text: bytes) -> tuple[bytes, list[Message]]:
    """Turtle with an empty string in the place of each above MAX_STRING_BYTES, and what to say of them."""
    pieces: list[bytes] = []
    left_out: list[Message] = []
    copied = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if end - start > MAX_STRING_BYTES and text[start] in b"\"'":
            pieces += (text[copied:start], b'""')
            copied = end
            line = text.count(b"\n", 0, start) + 1
            what = message("literal-too-long", limit=MAX_STRING_BYTES)
            left_out.append(message("at-line", line=line, what=what))
    return b"".join((*pieces, text[copied:])), left_out
