"""The words in addresses, both ways and in both languages."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web import addresses
from api.web.addresses import PageAddress
from vocab.pages import PAGE_ROWS

SLUGS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=80)


def test_a_dataset_has_a_page_in_either_language() -> None:
    assert addresses.page("dataset", "radwege") == "/daten/radwege"
    assert addresses.page("dataset", "radwege", "en") == "/en/datasets/radwege"
    assert addresses.thing_path("radwege") == "/id/radwege"


def test_the_start_page_ends_with_a_slash_in_either_language() -> None:
    assert addresses.path("start") == "/"
    assert addresses.path("start", "en") == "/en/"
    assert addresses.parse_path("/en") == PageAddress("en", "start")


@given(st.sampled_from(sorted(addresses.PAGES_WITH_IDS)), st.sampled_from(addresses.LANGS), SLUGS)
def test_a_path_is_read_as_what_it_was_made_of(kind: str, lang: addresses.Lang, id: str) -> None:
    assert addresses.parse_path(addresses.page(kind, id, lang)) == PageAddress(lang, kind, id)


@given(st.text(max_size=60))
def test_no_path_breaks_the_reader(text: str) -> None:
    found = addresses.parse_path("/" + text)
    assert found is None or found.name in PAGE_ROWS


def test_no_word_stands_for_two_pages() -> None:
    for lang in addresses.LANGS:
        words = [addresses.word(name, lang) for name in PAGE_ROWS]
        assert len(set(words)) == len(words)


def test_the_same_page_in_the_other_language_keeps_rest_and_query() -> None:
    assert addresses.twin("/daten/radwege?x=1", "en") == "/en/datasets/radwege?x=1"
    assert addresses.twin("/en/admin/sources/7", "de") == "/administration/sources/7"
    assert addresses.twin("/feed.atom", "en") == "/en/"


def test_a_german_word_is_no_english_page() -> None:
    assert addresses.parse_path("/en/daten") is None
    assert addresses.parse_path("/datasets") is None


def test_an_id_cannot_lead_out_of_its_path() -> None:
    assert addresses.thing_path("a/../b?c") == "/id/a%2F..%2Fb%3Fc"
    assert addresses.local("https://d.example", "https://d.example/id/a/b") is None
    assert addresses.local("https://d.example/", "https://d.example/id/rad") == "rad"
    assert addresses.local("https://d.example", "/id/rad") == "rad"
    assert addresses.local("https://d.example", "https://other.example/id/rad") is None


def test_only_paths_are_made_absolute() -> None:
    assert addresses.absolute("https://d.example/", "/id/rad") == "https://d.example/id/rad"
    assert addresses.absolute("https://d.example", "https://x.example/1") == "https://x.example/1"


@pytest.mark.parametrize("lang", addresses.LANGS)
def test_every_address_of_the_published_table_is_there(shared: Path, lang: addresses.Lang) -> None:
    text = (shared / "interface.md").read_text(encoding="utf-8")
    table = text.partition("| what | German | English |")[2].partition("\n\n")[0]
    column = {"de": 2, "en": 3}[lang]
    pages = [
        path.removesuffix("/…")
        for row in table.splitlines()[2:]
        for path in re.findall("`(/[^`{]*)`", row.split("|")[column])
    ]
    assert len(pages) >= 16
    assert [path for path in pages if addresses.parse_path(path) is None] == []
