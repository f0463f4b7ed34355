"""The kinds of things and the pages: one table each, complete, and the only place where they are listed.

Covers: vocab/pages.py
"""

import ast
import typing

import pytest

from registry import model
from registry.catalog.ids import RESERVED_IDS
from tests.structure import nodes, product
from vocab.fields import TYPES, fields_of
from vocab.kinds import KIND_ROWS
from vocab.pages import PAGE_ROWS

MAX_NAMES_TOGETHER = 3  # kinds that one expression may name: from four on it is a second list of them


def test_the_type_of_a_kind_has_the_names_of_the_table():
    assert typing.get_args(model.Kind) == model.KINDS == tuple(KIND_ROWS)
    assert model.DCAT_KINDS == ("dataset", "series", "service")


@pytest.mark.parametrize("row", KIND_ROWS.values(), ids=KIND_ROWS)
def test_a_kind_has_words_in_both_languages_an_address_types_and_fields(row):
    for words in (row.singular, row.plural, row.short, row.address):
        assert set(words) == {"de", "en"}
        assert all(words.values())
    assert row.types
    assert TYPES[row.name] == row.types
    assert fields_of(row.name)
    assert row.schema_org
    assert row.drawing.startswith("<")
    assert PAGE_ROWS[row.name].has_ids


def test_a_type_and_a_word_stand_for_one_kind():
    read = [type_ for row in KIND_ROWS.values() for type_ in (row.types[0], *row.also_read)]
    assert len(read) == len(set(read))
    for attribute in ("singular", "plural", "address"):
        for lang in ("de", "en"):
            words = [getattr(row, attribute)[lang].lower() for row in KIND_ROWS.values()]
            assert len(words) == len(set(words))


def test_only_the_table_lists_the_kinds():
    """A second list of kinds would have to be found by whoever adds one."""
    lists = []
    for file, _, tree in product():
        if file == "vocab/kinds.py":
            continue
        for node in nodes(tree):
            if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
                parts = [*node.keys, *node.values] if isinstance(node, ast.Dict) else node.elts
                named = {part.value for part in parts if isinstance(part, ast.Constant) and part.value in KIND_ROWS}
                if len(named) > MAX_NAMES_TOGETHER:
                    lists.append(f"{file}:{node.lineno}")
    assert len(lists) == 1, lists  # the type itself, which a table cannot make
    assert lists[0].startswith("registry/model/metadata.py:")


def test_a_private_page_is_closed_to_search_engines_and_its_words_are_no_ids():
    private = [row for row in PAGE_ROWS.values() if row.private]
    assert {row.name for row in private} == {"account", "register", "mine", "review", "admin"}
    assert all(row.reserved for row in private)
    assert {word for row in private for word in (row.de, row.en)} <= RESERVED_IDS


def test_names_of_kinds_and_of_machines_addresses_are_no_ids():
    assert set(KIND_ROWS) <= RESERVED_IDS
    assert {"api", "catalog", "feed", "id", "sparql", "new", "suche", "search", "check", "pruefen"} <= RESERVED_IDS
