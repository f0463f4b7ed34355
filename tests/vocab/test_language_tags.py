"""Which tags are languages that we know."""

import pytest

from vocab.language_tags import are_known, is_known


@pytest.mark.parametrize(
    "tag", ["de", "de-DE", "de_DE", "EN", "nds", "gsw", "hsb", "sw", "ger", "deu", "und", "x-easy"]
)
def test_languages_are_known(tag: str) -> None:
    assert is_known(tag)


@pytest.mark.parametrize("tag", ["name", "email", "text", "label", "url", "x", "", "quelle", "de DE", "de-" + "x" * 40])
def test_what_only_looks_like_a_tag_is_not_known(tag: str) -> None:
    assert not is_known(tag)


def test_the_keys_of_an_object_are_languages_only_if_all_are() -> None:
    assert are_known({"de": "", "en": ""})
    assert not are_known({"de": "", "name": ""})
    assert not are_known({"id": "4711"})
    assert not are_known({})
    assert are_known({"id": "", "de": ""})
