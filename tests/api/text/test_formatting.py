"""Dates, numbers, sizes, links and prose as they are shown; nothing of a stranger's text becomes markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text import formatting
from registry.search.analysis import words as terms


def test_a_long_address_breaks_between_its_parts() -> None:
    assert formatting.breakable("https://a.example.org/x?<b>=1") == (
        "https://<wbr>a.<wbr>example.<wbr>org/<wbr>x?&lt;b&gt;=<wbr>1"
    )


def test_a_description_is_shown_with_a_few_marks_and_no_more() -> None:
    shown = formatting.prose(
        "**Fett** <img src=x onerror=alert(1)> [Verweis](javascript:alert(1)) <a href='https://x.example'>gut</a>"
    )
    assert "<strong>Fett</strong>" in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert 'rel="nofollow noopener"' in shown
    assert formatting.prose("# Titel") == "<p><b>Titel</b></p>\n"


@given(st.text(max_size=400))
def test_prose_never_holds_anything_but_its_tags(source: str) -> None:
    for tag in re.findall(r"<\s*/?\s*([a-zA-Z!?][\w-]*)", formatting.prose(source)):
        assert tag in formatting.TAGS


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "http://[", "  javascript:x"]
)
def test_an_address_that_runs_something_is_no_link(address: str) -> None:
    assert formatting.link(address) == ""


def test_dates_and_numbers_in_both_languages() -> None:
    assert formatting.day("2026-11-21", "de") == "21. November 2026"
    assert formatting.day("2026-11-21", "en") == "21 November 2026"
    assert formatting.day("2026-11", "de") == "November 2026"
    assert formatting.day("2026", "de") == "2026"
    assert formatting.day("Sommer 2024", "de") == "Sommer 2024"
    assert formatting.day("2026-13", "de") == "2026-13"
    assert formatting.number(1234.5, "de") == "1.234,5"
    assert formatting.number(1234.5, "en") == "1,234.5"
    assert formatting.size(8_400_000, "de") == "8,4\N{NO-BREAK SPACE}MB"


@given(st.text(max_size=40))
def test_whatever_stands_for_a_date_can_be_shown(value: str) -> None:
    assert isinstance(formatting.day(value, "de"), str)
    assert isinstance(formatting.moment(value, "en"), str)
    formatting.as_date(value)


def test_a_long_word_without_a_blank_is_cut_and_not_lost() -> None:
    assert formatting.sentence("a" * 300) == "a" * formatting.MAX_SENTENCE + " …"


def test_a_found_word_is_set_off_and_the_rest_is_escaped() -> None:
    shown = formatting.marked("Radwege & <b>Wege</b>", terms("radweg"))
    assert shown == "<mark>Radwege</mark> &amp; &lt;b&gt;Wege&lt;/b&gt;"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (
            "Mehr unter https://a.example/h?a=1&b=2.",
            '<a href="https://a.example/h?a=1&amp;b=2" rel="nofollow noopener">',
        ),
        ("(siehe www.example.org)", '<a href="http://www.example.org" rel="nofollow noopener">www.example.org</a>)'),
        ("an amt@example.org!", '<a href="mailto:amt@example.org" rel="nofollow noopener">amt@example.org</a>!'),
        ("<p>https://a.example/x_(y)</p>", '<a href="https://a.example/x_(y)" rel="nofollow noopener">'),
        (
            '\u201ehttps://a.example/"<b>',
            '<a href="https://a.example/" rel="nofollow noopener">https://a.example/</a>"',
        ),
    ],
)
def test_bare_addresses_in_a_description_are_links(text: str, link: str) -> None:
    assert link in formatting.prose(text)
    assert formatting.prose(text).count("<a ") == 1


@pytest.mark.parametrize(
    "text",
    [
        "[dort](https://dort.example/)",
        '<a href="https://dort.example/">https://dort.example/ und amt@example.org</a>',
        "<https://dort.example/>",
    ],
)
def test_what_is_a_link_stays_one_link(text: str) -> None:
    assert formatting.prose(text).count("<a ") == 1


@pytest.mark.parametrize("text", ["javascript:alert(1)", "https://", "a@b", "x@", "www.", "file://etc"])
def test_what_is_no_address_is_no_link(text: str) -> None:
    assert "<a " not in formatting.prose(text)
