"""Which id a new record gets."""

import unicodedata

import pytest

from registry.catalog.ids import RESERVED_IDS, given, short_name
from registry.model.text import slug
from tests.builders import a_metadata


def nothing_taken(ids):
    return set()


def taken(*ids):
    return lambda asked: set(ids) & set(asked)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Radwege", "radwege"),
        ("Bäume & Straßen in Übersicht (2024)", "baeume-strassen-in-uebersicht-2024"),
        ("  Café   Émile  ", "cafe-emile"),
        ("ÄÖÜ ẞ", "aeoeue-ss"),
        ("Вода", ""),
        ("", ""),
        ("-- ../../etc/passwd\0", "etc-passwd"),
    ],
)
def test_a_title_becomes_a_slug(title, expected):
    assert slug(title) == expected


def test_a_slug_has_at_most_80_characters_and_no_hyphen_at_its_end():
    long = slug("Rad " * 10_000)
    assert len(long) <= 80
    assert not long.endswith("-")


def test_the_sources_own_short_name_goes_before_the_title():
    assert given([(a_metadata("Radwege", extras={"name": "rad_2014"}), "b\n1")], nothing_taken) == ["rad-2014"]
    assert given([(a_metadata("Radwege", identifiers=("4711", "rad-netz")), "b\n1")], nothing_taken) == ["rad-netz"]


@pytest.mark.parametrize(
    "identifier",
    ["4711", "https://e.example/1", "31fd3541-3b53-4428-85bf-71deba0ffaff", "deadbeef0042", "Mit Leerzeichen", "", "ö"],
)
def test_an_identifier_that_names_nothing_to_a_reader_is_no_short_name(identifier):
    assert short_name(a_metadata(identifiers=(identifier,))) == ""


def test_a_name_of_the_wrong_type_is_no_short_name():
    assert short_name(a_metadata(extras={"name": 7})) == ""


def test_an_id_that_is_taken_gets_a_digest_and_never_a_count():
    first = given([(a_metadata("Radwege"), "berlin\n1")], taken("radwege"))
    again = given([(a_metadata("Radwege"), "berlin\n1")], taken("radwege"))
    other = given([(a_metadata("Radwege"), "berlin\n2")], taken("radwege"))
    assert first == again != other
    assert first[0].startswith("radwege-")
    assert len(first[0]) == len("radwege-") + 6


def test_of_two_alike_that_come_at_once_the_first_has_the_plain_id():
    ids = given([(a_metadata("Radwege"), f"b\n{n}") for n in range(3)], nothing_taken)
    assert ids[0] == "radwege"
    assert len(set(ids)) == 3


def test_where_even_the_digest_is_taken_more_of_it_is_used():
    first = given([(a_metadata("Radwege"), "b\n1")], taken("radwege"))
    second = given([(a_metadata("Radwege"), "b\n1")], taken("radwege", *first))
    assert second[0].startswith(first[0])
    assert second != first


def test_what_cannot_be_written_in_these_letters_has_its_kind_and_a_digest():
    (id,) = given([(a_metadata("Вода", kind="project"), "b\n1")], nothing_taken)
    assert id.startswith("project-")


def test_no_id_is_a_word_of_our_addresses():
    for word in RESERVED_IDS:
        assert given([(a_metadata(word), "b\n1")], nothing_taken) != [word]


def test_an_id_with_a_digest_is_not_longer_than_80_characters():
    (id,) = given([(a_metadata("x" * 100), "b\n1")], taken("x" * 80))
    assert len(id) <= 80


def test_letters_that_a_mac_writes_in_two_signs_are_the_same():
    assert slug(unicodedata.normalize("NFD", "Bäder für Süd")) == "baeder-fuer-sued"
