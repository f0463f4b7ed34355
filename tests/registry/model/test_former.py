"""What the commit cc0eaa5 has written is still shown, in the language of the reader. The values are its own."""

from datetime import UTC, datetime

import msgspec
import pytest

from registry.model import Finding, Run, Withdrawal
from registry.model.former import read_finding, read_run, read_text, stored_text
from registry.model.message import Message, bilingual, message, sentence

RUN = (
    b'{"source":"amt","number":7,"outcome":"failed","reason":{"de":"http://127.0.0.1:1/x ist nicht zu erreichen. '
    b'Pr\xc3\xbcfen Sie die Adresse und ob der Server l\xc3\xa4uft.","en":"http://127.0.0.1:1/x cannot be reached. '
    b'Check the address, and whether the server runs."},"counts":{"added":0}}'
)
GONE = "Die Quelle nennt den Eintrag nicht mehr. / The source no longer names this entry."
BROKEN = "Zeile 5: eine Zeichenkette endet nicht auf ihrer Zeile / line 5: a line ends inside a string"


def test_the_reason_of_a_run_is_shown_in_both_languages() -> None:
    run = read_run(RUN)
    assert isinstance(run.reason, Message)
    assert sentence(run.reason, "de").startswith("http://127.0.0.1:1/x ist nicht zu erreichen.")
    assert sentence(run.reason, "en").startswith("http://127.0.0.1:1/x cannot be reached.")
    assert (run.source, run.number, run.outcome) == ("amt", 7, "failed")


def test_a_run_of_today_is_read_as_it_is() -> None:
    run = Run(source="amt", number=8, outcome="failed", reason=message("run-broke-off", error="OSError: 5"))
    assert read_run(msgspec.json.encode(run)) == run


def test_a_finding_is_shown_in_one_language() -> None:
    value = read_finding(Finding("statement-unreadable", "should", value=BROKEN)).value
    assert sentence(value, "de") == "Zeile 5: eine Zeichenkette endet nicht auf ihrer Zeile"
    assert sentence(value, "en") == "line 5: a line ends inside a string"
    assert bilingual(value) == BROKEN


@pytest.mark.parametrize(
    "finding",
    [
        Finding("concept-unknown", "should", "themes", value="Wasser / Abwasser"),
        Finding("too-large", "failed", value="9000001 > 8000000 bytes"),
        Finding("listing-partial", "must", value=message("listing-short", named=1, total=2)),
    ],
)
def test_what_was_no_sentence_stays_as_it_is(finding: Finding) -> None:
    assert read_finding(finding) == finding


def test_the_reason_of_a_withdrawal_by_a_harvest_is_shown_in_one_language() -> None:
    reason = Withdrawal("source:amt", datetime.now(UTC), GONE).reason
    assert sentence(reason, "de") == "Die Quelle nennt den Eintrag nicht mehr."
    assert sentence(reason, "en") == "The source no longer names this entry."
    for words in ("Umbau / Abriss", "draft of a plan", GONE):
        assert Withdrawal("anna", datetime.now(UTC), words).reason == words


def test_notes_of_the_history_are_messages() -> None:
    assert read_text("draft e3f1") == message("draft", id="e3f1")
    assert sentence(read_text("organizations matched"), "de") == "Organisationen zugeordnet"
    for words in ("Falsch.", '{"code": 5}', '{"code":'):
        assert read_text(words) == words


def test_a_note_comes_back_as_it_was_stored() -> None:
    for note in ("Falsch.", message("draft", id="e3f1")):
        assert read_text(stored_text(note)) == note
