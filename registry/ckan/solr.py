"""Queries in the syntax of Solr, as clients of CKAN send them -> a tree of conditions.

Understood: words, "phrases", `field:value`, `field:(a OR b)`, ranges (`[a TO b]`, `{a TO b}`), `AND`, `OR`, `NOT`,
`&&`, `||`, `+`, `-`, `!`, parentheses, `*:*`, and a star at either end of a value. `~2` and `^3` (fuzziness, weight)
are left out, and so is whatever is wrong (a parenthesis too many, an operator without an operand): people type them.

Entry point: `parse`.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_QUERY_CHARACTERS: Final = 4_000
MAX_CONDITIONS: Final = 200
MAX_DEPTH: Final = 30  # parentheses within parentheses

_TOKEN = re.compile(
    r"""\s+
    | (?P<range>[\[{][^\]}]*[\]}])
    | (?P<phrase>"(?:[^"\\]|\\.)*"?)
    | (?P<open>\() | (?P<close>\))
    | (?P<operator>&&|\|\||(?:AND|OR|NOT)(?=[\s()]|$))
    | (?P<sign>[-+!](?=[^\s]))
    | (?P<field>(?:[^\s:"()\[\]{}^~+\-!\\]|(?<=[^\s:"()\[\]{}])[-+!]|\\.)+:(?=[^\s/]|//?$)(?!//))
    | (?P<weight>[\^~][0-9.]*)
    | (?P<word>(?:[^\s"()\[\]{}^~\\]|\\.)+)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Term(NamedTuple):
    """A word or phrase in a field ("": anywhere). `prefix`, `suffix`: only how the value begins or ends."""

    field: str
    value: str
    phrase: bool = False
    prefix: bool = False
    suffix: bool = False


class Range(NamedTuple):
    """A value from `low` to `high`; "*": no bound."""

    field: str
    low: str
    high: str
    with_low: bool = True
    with_high: bool = True


class Words(NamedTuple):
    """Words and phrases that stand next to one another, all of them anywhere, as the search of the pages takes them;
    a minus before one excludes it."""

    text: str


class All(NamedTuple):
    """Every package."""


class And(NamedTuple):
    parts: tuple["Condition", ...]


class Or(NamedTuple):
    parts: tuple["Condition", ...]


class Not(NamedTuple):
    part: "Condition"


Condition = Term | Range | Words | All | And | Or | Not
ALL: Final = All()


class _Token(NamedTuple):
    kind: str
    text: str


def parse(text: str, *, filters: bool = False) -> Condition:
    """The condition that a query states. ValueError for one that is too long or has too many conditions.

    What stands next to one another must all hold. In a query of words these belong together first (`bus bahn OR rad`:
    both, or the third); in `filters` last (`organization:a OR organization:b metadata_modified:[…]`, as CKAN's
    harvester writes it: one of the two, and the third).
    """
    if len(text) > MAX_QUERY_CHARACTERS:
        raise ValueError(f"more than {MAX_QUERY_CHARACTERS} characters")
    tokens = [_Token(match.lastgroup, match[match.lastgroup]) for match in _TOKEN.finditer(text) if match.lastgroup]
    reader = _Reader(tokens, filters)
    condition = reader.whole()
    if reader.conditions > MAX_CONDITIONS:
        raise ValueError(f"more than {MAX_CONDITIONS} conditions")
    return condition


class _Reader:
    """Reads tokens one after the other. `field`: the one before a parenthesis holds for the terms inside."""

    def __init__(self, tokens: list[_Token], filters: bool) -> None:
        self.tokens = tokens
        self.filters = filters
        self.at = 0
        self.depth = 0
        self.conditions = 0

    def whole(self) -> Condition:
        parts = []
        while self.at < len(self.tokens):
            parts.append(self.expression(""))
            self.at += 1  # a closing parenthesis too many
        return _and(part for part in parts if part is not None) or ALL

    def peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("close", "")

    def taken(self, *texts: str) -> bool:
        """Whether the next token is one of these operators, which is then taken."""
        token = self.peek()
        if token.kind == "operator" and token.text in texts:
            self.at += 1
            return True
        return False

    def expression(self, field: str) -> Condition | None:
        """Everything up to the end or to the closing parenthesis."""
        if not self.filters:
            return self.alternatives(field)
        parts = []
        while self.peek().kind != "close":
            parts.append(self.alternatives(field))
        return _and(part for part in parts if part is not None)

    def alternatives(self, field: str) -> Condition | None:
        parts = [self.conjunction(field)]
        while self.taken("OR", "||"):
            parts.append(self.conjunction(field))
        filled = [part for part in parts if part is not None]
        return Or(tuple(filled)) if len(filled) > 1 else next(iter(filled), None)

    def conjunction(self, field: str) -> Condition | None:
        parts = [self.run(field)]
        while self.taken("AND", "&&"):
            parts.append(self.run(field))
        return _and(part for part in parts if part is not None)

    def run(self, field: str) -> Condition | None:
        """Conditions next to one another; of filters only one."""
        parts: list[Condition] = []
        while not self._ends(started=bool(parts)):
            part = self.single(field)
            if part is not None:
                parts.append(part)
                if self.filters:
                    break
        return _and(_joined(parts))

    def _ends(self, started: bool) -> bool:
        token = self.peek()
        if token.kind == "close" or (token.kind == "operator" and token.text in ("OR", "||", "AND", "&&")):
            if token.kind == "operator" and not started and self._stands_first():
                self.at += 1  # an operator without an operand before it
                return self._ends(started)
            return True
        return False

    def _stands_first(self) -> bool:
        return self.at == 0 or self.tokens[self.at - 1].kind in ("open", "operator")

    def single(self, field: str) -> Condition | None:
        """One condition, with the sign or NOT before it; None for a token that means nothing."""
        token = self.peek()
        self.at += 1
        if token.kind == "sign" or (token.kind == "operator" and token.text == "NOT"):
            part = self.single(field) if self.peek().kind != "close" else None
            return part if token.text == "+" or part is None else Not(part)
        if token.kind == "field":
            name = _plain(token.text[:-1])
            return self.single(name) if self.peek().kind in ("open", "range", "phrase", "word", "field") else None
        if token.kind == "open":
            return self._inside(field)
        return self._leaf(token, field)

    def _inside(self, field: str) -> Condition | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} parentheses within one another")
        part = self.expression(field)
        self.at += 1  # the closing parenthesis
        self.depth -= 1
        return part

    def _leaf(self, token: _Token, field: str) -> Condition | None:
        self.conditions += 1
        if token.kind == "range":
            low, _, high = (text.strip().strip('"') for text in token.text[1:-1].partition(" TO "))
            return Range(field, low or "*", high or "*", token.text[0] == "[", token.text[-1] == "]")
        if token.kind == "phrase":
            value = _plain(token.text[1:].removesuffix('"')).strip()
            return Term(field, value, phrase=True) if value else None
        if token.kind == "word":
            return _word(field, token.text)
        return None


def _word(field: str, text: str) -> Condition | None:
    bare = text.strip("*")
    if not bare:
        return ALL if field in ("", "*") else Term(field, "", prefix=True)  # `field:*`: it has any value
    if field == "*":
        field = ""
    return Term(field, _plain(bare).replace("*", "").replace("?", ""), False, text.endswith("*"), text.startswith("*"))


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _joined(parts: list[Condition]) -> Iterator[Condition]:
    """The parts, of which plain words become one condition."""
    texts = []
    for part in parts:
        word, minus = (part.part, "-") if isinstance(part, Not) else (part, "")
        if isinstance(word, Term) and not (word.field or word.prefix or word.suffix):
            texts.append(f'{minus}"{word.value}"' if word.phrase else minus + word.value)
        else:
            yield part
    if texts:
        yield Words(" ".join(texts))


def _and(parts: Iterator[Condition]) -> Condition | None:
    listed = tuple(parts)
    return And(listed) if len(listed) > 1 else next(iter(listed), None)
