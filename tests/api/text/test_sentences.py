"""Sentences about a record: its days, phase, freshness, licence.

Covers: api/text/labels.py

Covers: api/text/i18n.py
"""

from datetime import date

import pytest

from api.text import sentences
from registry.model import Metadata, Period, PhaseStep
from tests.builders import a_dataset
from tests.sample_city import iri


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-12-15T10:00:00+01:00", "2026-12-15T16:00:00+01:00", "15. Dezember 2026, 10:00 bis 16:00 Uhr"),
        ("2026-12-15", "2026-12-16", "15. Dezember 2026 bis 16. Dezember 2026"),
        ("2026-12-15T10:00:00+01:00", "", "15. Dezember 2026, 10:00 Uhr"),
        ("", "2026-12-16", "bis 16. Dezember 2026"),
    ],
)
def test_the_day_of_an_event_is_said_once(start: str, end: str, said: str) -> None:
    assert sentences.hours(start, end, "de").replace("\N{NO-BREAK SPACE}", " ") == said


def test_phases_have_the_dates_that_the_project_names() -> None:
    steps = (
        PhaseStep(phase=iri("phases", "vorbereitung"), planned="2026-01", reached="2026-01"),
        PhaseStep(phase=iri("phases", "umsetzung"), planned="2026-03", reached="2026-04"),
        PhaseStep(phase=iri("phases", "abschluss"), planned="2027-08"),
    )
    metadata = Metadata(kind="project", phase=iri("phases", "umsetzung"), phase_steps=steps)
    notes = [mark.note for mark in sentences.track(metadata, date(2026, 12, 1), "de")]
    assert notes == ["", "Januar 2026", "seit April 2026", "geplant: August 2027", ""]


def test_a_phase_says_since_when_only_where_that_is_known() -> None:
    def note(phase: str, start: str) -> str:
        said = Metadata(kind="project", phase=iri("phases", phase), period=Period(start=start))
        (now,) = (one for one in sentences.track(said, date(2026, 11, 24), "de") if one.state == "now")
        return now.note

    assert note("idee", "2026-01") == "seit Januar 2026"
    assert note("idee", "2027-01") == note("idee", "") == note("umsetzung", "2026-01") == ""


@pytest.mark.parametrize(
    ("modified", "rhythm", "state"),
    [
        ("2026-11-24", "DAILY", "fresh"),
        ("2026-11-23", "DAILY", "fresh"),
        ("2026-11-20", "DAILY", "overdue"),
        ("2026-06-01", "ANNUAL", "fresh"),
        ("2025-01-01", "ANNUAL", "overdue"),
        ("2020-01-01", "IRREG", "plain"),
        ("2020-01-01", "", "plain"),
    ],
)
def test_freshness_is_measured_by_what_was_promised(modified: str, rhythm: str, state: str) -> None:
    said = a_dataset(modified=modified, frequency=iri("frequencies", rhythm) if rhythm else "")
    found = sentences.freshness(said, date(2026, 11, 24), "de")
    assert found is not None
    assert found.state == state


def test_without_a_date_nothing_is_said_of_freshness() -> None:
    assert sentences.freshness(a_dataset(), date(2026, 11, 24), "de") is None


@pytest.mark.parametrize("notation", ["dl-by-de/2.0", "cc-zero", "cc-by-sa/4.0", "cc-by-nc/4.0", "other-closed"])
def test_every_licence_has_a_sentence_in_both_languages(notation: str) -> None:
    german, english = (sentences.licence(iri("licences", notation), lang) for lang in ("de", "en"))
    assert german.sentence != english.sentence
    assert sentences.licence("frei", "de").sentence == "Eigene Bedingungen. Bitte lesen Sie nach."


def test_a_code_of_another_list_is_shown_by_its_last_words() -> None:
    assert (
        sentences.concept("themes", "https://daten.example.org/id/theme/Bauen%20und%20Wohnen", "de")
        == "Bauen und Wohnen"
    )
    assert sentences.concept("themes", "Bauen/Wohnen", "de") == "Bauen/Wohnen"
    assert sentences.licence_in_short("https://example.org/eigene", "de") == "Eigene Bedingungen"


@pytest.mark.parametrize(("start", "expected"), [("2019-05", "seit Mai 2019"), ("2999-05", "ab Mai 2999")])
def test_a_period_without_an_end_says_whether_it_has_begun(start: str, expected: str) -> None:
    assert sentences.span(start, "", "de") == expected
