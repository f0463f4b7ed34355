"""The spans of a cover by what they are, and whether filters and small words mean what we take them for.

Entry points: `Parts`, `parts_of`, `where_of`, `frames_fit`, `labels_fit`.
"""

from typing import Final, NamedTuple

from registry.answers.covering import Span
from registry.answers.tables import OPEN_WORDS, Table, TableColumn
from registry.answers.terms import phrase_of, tokens_of, with_equivalents

Where = tuple[tuple[str, str], ...]
_TRUE: Final = "true"
_INDEFINITE: Final = frozenset(("ein", "eine", "einem", "einen", "einer", "eines", "a", "an"))


class Parts(NamedTuple):
    """The spans of a cover by what they are."""

    cover: tuple[Span, ...]
    values: list[Span]
    flags: list[Span]
    measures: list[Span]
    labels: list[Span]  # of columns that measure nothing
    rows: list[Span]
    units: list[Span]
    times: list[Span]

    def has(self, frame: str) -> bool:
        return any(span.frame == frame for span in self.cover)

    @property
    def superlative(self) -> str:
        return next((span.text for span in self.cover if span.frame == "superlative"), "")

    def before(self, span: Span) -> Span | None:
        number = self.cover.index(span)
        return self.cover[number - 1] if number else None

    def after(self, span: Span) -> Span | None:
        number = self.cover.index(span) + 1
        return self.cover[number] if number < len(self.cover) else None


def parts_of(cover: tuple[Span, ...]) -> Parts:
    def of(kind: str, *roles: str) -> list[Span]:
        return [
            span
            for span in cover
            if span.meaning and span.meaning.kind == kind
            and (not roles or (span.meaning.column and span.meaning.column.role in roles))
        ]  # fmt: skip

    return Parts(
        cover=cover,
        values=of("value"),
        flags=of("label", "flag"),
        measures=of("label", "measure"),
        labels=of("label", "place", "sort", "other", "time", "year", "code"),
        rows=of("rows"),
        units=of("unit"),
        times=[span for span in cover if span.time],
    )


# -- filters


def where_of(table: Table, parts: Parts) -> Where | None:
    """The filters of values and flags; None if a column has two, or a word before one makes it something else."""
    pairs: dict[str, str] = {}
    for span in parts.values:
        assert span.meaning
        column = span.meaning.column
        assert column
        if column.name in pairs or not _preposition_fits(parts, span, column):
            return None
        pairs[column.name] = span.meaning.value
    for span in parts.flags:
        assert span.meaning
        assert span.meaning.column
        if span.meaning.column.name in pairs:
            return None
        pairs[span.meaning.column.name] = _TRUE
    return tuple(pairs.items())


def _preposition_fits(parts: Parts, span: Span, column: TableColumn) -> bool:
    """Whether a preposition of place before a value stands before a place: "an der Kirche" is no kind of school. A sort
    of things is the place of what is measured there ("pupils at primary schools"), not of the things themselves."""
    before = parts.before(span)
    while before and (before.frame in ("stop", "placed") or _is_label_of(before, column)):
        before = parts.before(before)
    if before and before.frame in ("near", "over"):
        return column.role in ("place", "time") or (is_sort_of_thing(column) and not parts.rows)
    return True


def is_sort_of_thing(column: TableColumn) -> bool:
    """Whether a column says what sort of thing a row is: species, kind of school."""
    return column.role == "sort" and any(
        word.endswith(("art", "typ", "species", "kind")) for word in tokens_of(column.name)
    )


def _is_label_of(span: Span | None, column: TableColumn) -> bool:
    return bool(span and span.meaning and span.meaning.kind == "label" and span.meaning.column == column)


# -- words around


def frames_fit(table: Table, parts: Parts) -> bool:
    """Whether prepositions and words beside the measure stand where they mean what we take them for."""
    for span in parts.cover:
        if span.frame == "over" and not _leads_to_place(parts, span):
            return False
        if span.frame == "placed":
            after = parts.after(span)
            if not (after and after in parts.values):
                return False
        if span.frame == "stop" and span.text in _INDEFINITE and not (parts.has("mean") or parts.has("superlative")):
            return False  # "how much does a household use" is no sum
        if span.frame == "now" and (table.is_live or parts.times):
            return False
    if sum(parts.has(frame) for frame in ("mean", "superlative")) > 1 or len(parts.times) > 1:
        return False
    return len([span for span in parts.cover if span.frame == "superlative"]) <= 1


def _leads_to_place(parts: Parts, span: Span) -> bool:
    after = parts.after(span)
    while after and (after.frame in ("stop", "placed") or after in parts.labels):
        after = parts.after(after)
    return bool(
        after
        and after.meaning
        and after.meaning.kind == "value"
        and after.meaning.column
        and after.meaning.column.role == "place"
    )


def labels_fit(parts: Parts) -> bool:
    """Whether each label of a column that measures nothing stands beside its value, is counted, grouped by, a year, or
    means all."""
    for span in parts.labels:
        assert span.meaning
        column = span.meaning.column
        assert column
        neighbours = (parts.before(span), parts.after(span))
        beside = any(
            other in parts.values and other.meaning and other.meaning.column == column for other in neighbours if other
        )
        fits = beside or span == distinct_of(parts) or column == grouped_by(parts) or column.role == "year"
        if not (fits or _means_all(parts, span, column)):
            return False
    return True


def _means_all(parts: Parts, span: Span, column: TableColumn) -> bool:
    """Whether the name of a column stands for all its values: "at the counting stations"."""
    before = parts.before(span)
    if before is None or before.frame == "which" or before.text in _INDEFINITE or column.role not in ("place", "sort"):
        return False
    filtered = any(value.meaning and value.meaning.column == column for value in parts.values)
    return not filtered and not _is_singular(span, column)


def _is_singular(span: Span, column: TableColumn) -> bool:
    """Whether a word is the label as it is listed, which is no plural: "the pool" is one that we do not know."""
    labels = with_equivalents([phrase_of(text, tag) for tag, text in column.label.items()])
    listed = any(label.tokens == (span.text,) for label in labels)
    return listed and not span.text.endswith(("en", "s"))


def next_noun(parts: Parts, frame: str) -> Span | None:
    """The span that a word such as "how many" belongs to: the next one that is no filter and no small word."""
    start = next((number for number, span in enumerate(parts.cover) if span.frame == frame), None)
    for span in parts.cover[start + 1 :] if start is not None else ():
        if span.frame in ("stop", "total", "mean") or (span.frame == "context" and span.text in OPEN_WORDS):
            continue
        if span in parts.values or span in parts.flags or span.time:
            continue
        return span
    return None


def grouped_by(parts: Parts) -> TableColumn | None:
    """The column of "which district has most": its label follows "which"."""
    if not parts.has("which") or not parts.superlative:
        return None
    span = next_noun(parts, "which")
    column = span.meaning.column if span and span in parts.labels and span.meaning else None
    return column if column and column.role in ("place", "sort", "other", "time") else None


def distinct_of(parts: Parts) -> Span | None:
    """The label whose different values are counted: "how many species"."""
    span = next_noun(parts, "count")
    is_label = span is not None and span in parts.labels and span.meaning and span.meaning.column
    return span if is_label and span.meaning.column.role in ("place", "sort") else None  # type: ignore[union-attr]
