"""What a link check found, in words."""

from datetime import UTC, datetime

from api.text.link_words import answer_words, reached
from registry.links.links import Link

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_every_answer_has_words() -> None:
    for lang in ("de", "en"):
        for answer in ("404", "503", "451", "source-unreachable", "answer-late", "etwas-neues"):
            assert answer_words(answer, lang)


def test_what_was_never_checked_or_never_worked_says_nothing() -> None:
    new = Link("https://a.example", "unknown", "", 0, None, None, None, AT)
    assert reached(None, "de") is None
    assert reached(new, "de") is None
    assert reached(new._replace(state="failing", checked=AT, first_failed=AT), "de") is None


def test_a_broken_address_that_never_worked_says_since_when_only() -> None:
    link = Link("https://a.example", "broken", "404", 3, AT, None, AT, AT)
    words = reached(link, "en")
    assert words == ("Not reachable since 1 December 2026.", True)
