"""Where a person's words stand, and what else may name the person.

Covers: registry/catalog/traces.py, registry/catalog/erased_sieve.py
"""

import pytest

from registry.catalog.erased_sieve import candidates, folded, sieve_of

NAME = "Erika Gesuchtmann"
SECRET = "s" * 40


@pytest.mark.parametrize("text", ["ERIKA  Gesuchtmann", "(Erika\nGesuchtmann)", '"Erika Gesuchtmann".'])
def test_a_name_is_folded(text: str) -> None:
    assert folded(text) == "erika gesuchtmann"
    assert sieve_of(text, SECRET) == sieve_of(NAME, SECRET)


def test_a_name_goes_through_its_sieve_and_little_else() -> None:
    others = [f"Wort{number} und Silbe{number}" for number in range(500)]
    text = '{"a": "Es half (Erika\\nGesuchtmann), danke.", "b": ["erika@privat.example"]}'
    sequences = candidates([*others, text], {sieve_of(NAME, SECRET), sieve_of("erika@privat.example", SECRET)}, SECRET)
    assert {"erika gesuchtmann", "erika@privat.example"} <= set(sequences)
    assert sequences["erika gesuchtmann"] == {"Erika\nGesuchtmann"}
    assert len(sequences) < 40
