"""Bounds of a file of RDF, before it is parsed and of what comes out of it.

Entry points: `check_turtle_depth`, `check_json_values`, `has_long_run`, `Output`. A file can
become very much larger than it is: a prefix may stand for a long address, and be used very often.
"""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from registry.errors import ReadingStoppedError, TooLargeError
from registry.model.message import Message, message
from registry.syntax_errors import FLATTER

MAX_TURTLE_DEPTH: Final = 200  # brackets inside brackets
MAX_STATEMENTS: Final = 5_000_000  # of a file
MAX_OUTPUT_BYTES: Final = 1_000_000_000  # of all statements of a file, as N-Triples
MAX_GROWTH: Final = 50  # how many times as large as the file its statements may be; small files may grow more
MIN_OUTPUT_BYTES: Final = 50_000_000  # that every file may have
MAX_IRI_BYTES: Final = 65_536
MAX_LONG_IRIS: Final = 100  # that are left out, before the file is refused
MAX_JSON_VALUES: Final = 2_000_000  # of a file of JSON
_RUN: Final = 4_096  # bytes; see `has_long_run`

_NO_TRIPLE: Final = re.compile(rb"<{7,}+")  # where a string has no end; the parser refuses it at once
_ESCAPE: Final = re.compile(rb"\\[^\n\r]")
_FLAT: Final = bytes(sorted(set(range(256)) - set(b"\"'#<>[](){}\n\r")))
_SKELETON_TOKEN: Final = re.compile(
    rb"\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|\"[^\"\n\r]*+\"?|'[^'\n\r]*+'?|<[^<>\n\r\"]*+>|\#[^\n\r]*+"
    rb"|([\[({\])}]|<<|>>)",
    re.DOTALL,
)  # the group: what opens or closes, outside of strings, addresses and comments
_DEPTH_STEPS: Final = {**dict.fromkeys(b"[({", 1), **dict.fromkeys(b"])}", -1)}


def check_turtle_depth(text: bytes, where: str) -> None:
    """Raises ReadingStoppedError for Turtle whose brackets, lists or quoted triples are nested too deep.

    What cannot be nested (names, blanks, the inside of addresses) is removed first, which takes little time.
    """
    plain = _ESCAPE.sub(b"", text) if b"\\" in text else text
    skeleton = plain.translate(None, _FLAT)
    if b"<<<<<<<" in skeleton:
        skeleton = _NO_TRIPLE.sub(b"", plain).translate(None, _FLAT)
    if sum(map(skeleton.count, (b"[", b"(", b"{", b"<<"))) <= MAX_TURTLE_DEPTH:
        return
    if b'"""' not in skeleton and b"'''" not in skeleton:
        skeleton = skeleton.replace(b"<>", b"").replace(b"<#>", b"").replace(b'""', b"")
    brackets = b"".join(_SKELETON_TOKEN.findall(skeleton)).replace(b"<<", b"(").replace(b">>", b")")
    if max(accumulate(map(_DEPTH_STEPS.__getitem__, brackets)), default=0) > MAX_TURTLE_DEPTH:
        raise stopped(where, message("brackets-too-deep", limit=MAX_TURTLE_DEPTH), FLATTER)


def check_json_values(text: bytes | str, where: str) -> None:
    """Raises TooLargeError for JSON of very many values: each takes some hundred bytes of memory."""
    values = sum(map(text.count, ",[{")) if isinstance(text, str) else sum(map(text.count, (b",", b"[", b"{")))
    if values > MAX_JSON_VALUES:
        raise TooLargeError("json-too-many-values", {"limit": MAX_JSON_VALUES}, url=where, limit=MAX_JSON_VALUES)


def stopped(where: str, what: Message, remedy: Message) -> ReadingStoppedError:
    """The error for a file over one of our bounds."""
    return ReadingStoppedError("file-unreadable", what, where=where, remedy=remedy)


def has_long_run(text: bytes, is_json: bool) -> bool:
    """Whether an address of more than 2 * _RUN bytes may stand in a file: so many bytes without a blank or a mark that
    ends one. Looks at each _RUN bytes until the first such mark, so it takes hardly any time."""
    ends = (b'"',) if is_json else (b'"', b" ", b">", b"\n", b"<", b"'", b"\t")
    for start in range(0, len(text) - _RUN + 1, _RUN):
        if all(text.find(end, start, start + _RUN) < 0 for end in ends):
            return True
    return False


class Output:
    """Counts what comes out of a file of `size` bytes. `left_out`: what was left out, and why."""

    def __init__(self, size: int, where: str) -> None:
        self.where = where
        self.max_bytes = min(MAX_OUTPUT_BYTES, max(MIN_OUTPUT_BYTES, MAX_GROWTH * size))
        self.bytes = self.statements = 0
        self.left_out: list[Message] = []

    def add(self, statements: int, size: int) -> None:
        """TooLargeError above a bound."""
        self.bytes += size
        self.statements += statements
        if self.bytes > self.max_bytes:
            raise TooLargeError("rdf-grows", {"limit": self.max_bytes}, url=self.where, limit=self.max_bytes)
        if self.statements > MAX_STATEMENTS:
            raise TooLargeError("rdf-statements", {"limit": MAX_STATEMENTS}, url=self.where, limit=MAX_STATEMENTS)

    def without_long_iris(self, lines: Sequence[bytes]) -> list[bytes]:
        """The statements without those that have too long an IRI, which are noted; TooLargeError for too many."""
        kept = [line for line in lines if len(line) <= MAX_IRI_BYTES or not _has_long_iri(line)]
        self.left_out += [message("iri-too-long", limit=MAX_IRI_BYTES)] * (len(lines) - len(kept))
        if len(self.left_out) > MAX_LONG_IRIS:
            raise TooLargeError("rdf-iris", {"limit": MAX_IRI_BYTES}, url=self.where, limit=MAX_IRI_BYTES)
        return kept


def _has_long_iri(line: bytes) -> bool:
    subject, predicate, term = line.split(b" ", 2)
    iri = term if term[:1] == b"<" else term[term.rindex(b'"') :] if term[:1] == b'"' else b""
    return max(len(subject), len(predicate), len(iri)) > MAX_IRI_BYTES + 2
