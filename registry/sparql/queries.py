"""What a SPARQL query is before it is answered: read as text, refused if it would reach outside.

Entry point: `checked`.
"""

import re
from typing import Final

from registry.errors import TooLargeError, UsageError

MAX_QUERY_CHARACTERS: Final = 50_000

_CODEPOINT = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_TOKEN = re.compile(
    r"""'''(?:[^'\\]|\\.|'(?!''))*''' | \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"
    | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*"
    | <[^<>"{}|^`\\\x00-\x20]*>
    | \#[^\n\r]*
    | \\.
    | [?$]\w+
    | [\w.-]*:[\w.-]*
    | (?P<word>[A-Za-z_]+)""",
    re.VERBOSE | re.DOTALL,
)


def checked(query: str) -> str:
    """The query as it is answered, without escapes of code points outside of strings. TooLargeError, or UsageError for
    one that asks other servers (SERVICE): nothing is fetched for a stranger."""
    if len(query) > MAX_QUERY_CHARACTERS:
        raise TooLargeError("sparql-too-long", limit=MAX_QUERY_CHARACTERS)
    plain = _CODEPOINT.sub(_character, query)
    if _CODEPOINT.search(plain):  # an escape that makes an escape
        raise UsageError("sparql-escapes")
    if any((match["word"] or "").upper() == "SERVICE" for match in _TOKEN.finditer(plain)):
        raise UsageError("sparql-service")
    return plain


def _character(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
