"""The schema and the queries of Tantivy: entries as documents, and what is asked as trees of queries."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import tantivy
from tantivy import Document, FieldType, Occur
from tantivy import Query as Tree

from registry.search.entry import Entry
from registry.search.facets import DATED_FACETS, FACETS, PARENTS, TEXT_FACETS
from registry.search.filters import Condition, Range, Texts
from registry.search.matching import POINT, Asked, Need, Term, WordGroup, field_of
from registry.search.paging import ORDERS, Order
from registry.search.space_time import NUMBERS


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text_stems", tokenizer_name="whitespace", index_option="position")  # for phrases
    for field in ("title_stems", "title_grams", "text_grams"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    counted = {facet.counted_field for facet in FACETS.values() if not facet.dated and not facet.outside} - {"kind"}
    for field in sorted(counted | {order.field for order in ORDERS.values()}):
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    filters = (name for name in TEXT_FACETS if name not in counted and name != "kind")
    for field in (*filters, "words", PARENTS.field):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("short_words", tokenizer_name="whitespace", index_option="basic")
    for field in (
        "day",
        "starts",
        "ends",
        "quality",
        *DATED_FACETS,
        *NUMBERS,
    ):
        builder.add_unsigned_field(field, fast=True)
    return builder.build()


SCHEMA = _schema()
MAX_SINGLE_TERMS: Final = 256


def document_of(entry: Entry) -> Document:
    fields: dict[str, Any] = {
        "id": entry.id,
        "title_stems": entry.title.stems,
        "title_grams": entry.title.grams,
        "text_stems": entry.text.stems,
        "text_grams": entry.text.grams,
        "short_words": " ".join(entry.short_words),
        "words": list(entry.words),
        **{order.field: sort_text(getattr(entry, order.field)) for order in ORDERS.values()},
        "day": entry.day,
        "starts": entry.starts,
        "ends": entry.ends,
        "quality": entry.quality,
        **_present(entry.facets),
        **_present(entry.counted),
        **_present(entry.numbers),
    }
    return Document.from_dict(fields, SCHEMA)


def _present(fields: Mapping[str, tuple[str, ...] | tuple[int, ...]]) -> dict[str, Any]:
    """The fields that have values; a single value as it is, which Tantivy takes faster than a list of one."""
    return {field: values[0] if len(values) == 1 else list(values) for field, values in fields.items() if values}


def sort_text(key: str) -> str:
    """A key to sort by, in hexadecimal: it sorts alike, and Tantivy's query language can name it (`after`)."""
    return key.encode().hex()


# -- queries as Tantivy's query trees


def term_tree(field: str, text: str) -> Tree:
    return Tree.term_query(SCHEMA, field, text, index_option="freq")


def _any(parts: Iterable[Tree], least: int = 1) -> Tree:
    return Tree.boolean_query([(Occur.Should, part) for part in parts], minimum_number_should_match=least)


def _all(parts: Iterable[Tree]) -> Tree:
    return Tree.boolean_query([(Occur.Must, part) for part in parts])


def group_tree(group: WordGroup) -> Tree:
    pieces = [_all(map(_piece, pieces)) for pieces in group.alternatives]
    stem = [_stem(group)] if group.stem else []
    short = [term_tree("short_words", text) for text in group.short]
    values = [_one_of(texts.field, texts.values) for texts in group.values]
    synonyms = [_all(map(group_tree, parts)) for parts in group.synonyms]
    return _any((*stem, *pieces, *short, *values, *synonyms))


def _stem(group: WordGroup) -> Tree:
    stem = term_tree("text_stems", group.stem)
    return _all((stem, _any(_all(map(_piece, form)) for form in group.forms))) if group.forms else stem


def _piece(piece: str) -> Tree:
    return term_tree(field_of(piece), piece)


def _need(need: Need) -> Tree:
    groups = [(Occur.Must, group_tree(group)) for group in need.groups] or [(Occur.Must, Tree.all_query())]
    phrases = [(Occur.Must, _phrase(stems)) for stems in need.phrases]
    return Tree.boolean_query([*groups, *phrases, *excluded(need)])


def excluded(need: Need) -> list[tuple[Occur, Tree]]:
    left_out = (_one_of(condition.field, condition.values) for condition in need.left_out)
    return [(Occur.MustNot, tree) for tree in (*map(group_tree, need.excluded), *left_out)]


def _phrase(stems: tuple[str, ...]) -> Tree:
    if len(stems) == 1:
        return term_tree("text_stems", stems[0])
    return Tree.phrase_query(SCHEMA, "text_stems", list(stems))


def tiers(wanted: Asked) -> list[tuple[Occur, Tree]]:
    trees = ((_condition(condition), points) for condition, points in wanted.tiers)
    return [(Occur.Should, Tree.const_score_query(tree, points * POINT)) for tree, points in trees]


def _condition(condition: Condition) -> Tree:
    if isinstance(condition, Texts):
        return _one_of(condition.field, condition.values)
    return _any(_all(map(_range, ranges)) for ranges in condition.alternatives)


def _one_of(field: str, values: Collection[str]) -> Tree:
    """A tree for documents with one of these values. Up to MAX_SINGLE_TERMS are looked up one by one: Tantivy's query
    for a set of terms goes through all terms of the field, which takes ten times as long."""
    if len(values) > MAX_SINGLE_TERMS:
        return Tree.term_set_query(SCHEMA, field, list(values))
    return _any(Tree.term_query(SCHEMA, field, value) for value in values)


def _range(range: Range) -> Tree:
    return Tree.range_query(SCHEMA, range.field, FieldType.Unsigned, range.low, range.high)


def filtered(need: Need | None, conditions: Iterable[Condition], *others: tuple[Occur, Tree]) -> Tree:
    """A tree for documents that fulfil need and filters, which do not change the score; `others` do."""
    needed = [] if need is None else [_need(need)]
    exact = [(Occur.Must, Tree.const_score_query(part, 0.0)) for part in (*needed, *map(_condition, conditions))]
    if not exact and all(occur != Occur.Must for occur, _ in others):
        if not others:
            return Tree.all_query()
        exact = [(Occur.Must, Tree.const_score_query(Tree.all_query(), 0.0))]
    return Tree.boolean_query([*exact, *others])


class Bounds(NamedTuple):
    """A part of a list by `sort_text`: behind `after` in its order, and up to `until`, with that one if `last`; "": no
    bound."""

    after: str = ""
    until: str = ""
    last: bool = True


def between(tree: Tree, index: tantivy.Index, order: Order, bounds: Bounds) -> Tree:
    """A tree for the documents of another one that stand in these bounds. Only the query language has ranges of
    texts."""
    after, until, last = bounds
    if not after and not until:
        return tree
    begin, end = f"{{{after or '*'}", f"{until or '*'}{']' if until and last else '}'}"
    if order.descending:
        begin, end = f"{'[' if until and last else '{'}{until or '*'}", f"{after or '*'}}}"
    range = index.parse_query(f"{order.field}:{begin} TO {end}", ["id"])
    return Tree.boolean_query([(Occur.Must, tree), (Occur.Must, range)])


def filter_text(conditions: Iterable[Condition]) -> str:
    """Filters by facets in Tantivy's query language, which aggregations need."""
    return " AND ".join(f"({' OR '.join(_alternatives(condition))})" for condition in conditions)


def _alternatives(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Texts):
        yield from (f'{condition.field}:"{_escaped(value)}"' for value in condition.values)
    else:
        yield from (f"{range.field}:[{range.low} TO {range.high}]" for (range,) in condition.alternatives)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def named(ids: Collection[str]) -> tuple[Occur, Tree]:
    """A condition for documents of these ids, which does not change the score."""
    return Occur.Must, Tree.const_score_query(_one_of("id", ids), 0.0)


def scoring(wanted: Asked) -> list[tuple[Occur, Tree]]:
    best_of = (Tree.disjunction_max_query(list(map(_sum, expansion.members))) for expansion in wanted.synonyms)
    return [*_weighted(wanted.terms), *((Occur.Should, tree) for tree in best_of)]


def _sum(terms: Iterable[Term]) -> Tree:
    return Tree.boolean_query(_weighted(terms))


def _weighted(terms: Iterable[Term]) -> list[tuple[Occur, Tree]]:
    return [(Occur.Should, Tree.boost_query(term_tree(term.field, term.text), term.weight)) for term in terms]
