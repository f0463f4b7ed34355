"""Turtle whose short strings run over the end of their line: what that breaks is cut out, as far as it can be told."""

import re
from typing import Final

from registry.model import Text

BREAK: Final[Text] = {
    "de": 'eine Zeichenkette endet nicht auf ihrer Zeile; schreiben Sie \\n oder drei Anführungszeichen (""")',
    "en": 'a line ends inside a string; write \\n, or put the string into three quotation marks (""")',
}
_CUT: Final = b" ? ."  # no Turtle: the parser reports it, gives the statement up and goes on after it

# One look at each byte: what a token has taken is never given back.
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
    """The text without what stands between a string that does not end on its line, which Turtle forbids, and the next
    statement that begins on a line of its own after a full stop; and the lines (from 1) where that was.

    Whether the string was meant to go on or somebody forgot its end cannot be told, so neither is made of it.
    """
    pieces: list[bytes] = []
    lines: set[int] = set()
    kept, broken, line, counted = 0, -1, 1, 0
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
            pieces += (text[kept:broken], _CUT, b"\n" * text.count(b"\n", broken, following.end()))
            kept, broken = following.end(), -1
    if broken >= 0:
        pieces += (text[kept:broken], _CUT)
        kept = len(text)
    return b"".join((*pieces, text[kept:])), frozenset(lines)
