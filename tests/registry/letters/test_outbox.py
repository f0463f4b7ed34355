"""Letters wait in the database, are taken by one process at a time, and go only when the mail server has them."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from registry.errors import NotFoundError
from registry.letters.letter import Letter, Paragraph
from registry.letters.outbox import CLAIM_SECONDS, Outbox, enqueue, open_outbox
from registry.store.database import writing

LETTER = Letter(
    to="anna@stadt.example", subject="Frage", paragraphs=(Paragraph("Bitte kürzer."),), about="draft:1", account="anna"
)


@pytest.fixture
def outbox(any_database_url: str) -> Outbox:
    return open_outbox(any_database_url)


def make_due(outbox: Outbox, seconds: float = 0) -> None:
    with writing(outbox.engine) as connection:
        connection.execute(
            sa.text("UPDATE letters SET due = :due").bindparams(
                sa.bindparam("due", datetime.now(UTC) - timedelta(seconds=seconds), sa.DateTime(timezone=True))
            )
        )


def test_a_letter_is_there_only_if_the_act_it_tells_of_is(outbox: Outbox) -> None:
    def fail() -> None:
        with writing(outbox.engine) as connection:
            enqueue(connection, [LETTER])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert outbox.count() == 0
    with writing(outbox.engine) as connection:
        enqueue(connection, [LETTER])
    assert [waiting.letter for waiting in outbox.newest(5)] == [LETTER]


def test_two_processes_never_take_the_same_letter(outbox: Outbox) -> None:
    outbox.put(*[LETTER] * 40)
    taken: list[str] = []

    def take() -> None:
        while letters := outbox.claim(3):
            taken.extend(waiting.id for waiting in letters)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) <= 40
    taken += [waiting.id for waiting in outbox.claim(50)]
    assert len(set(taken)) == 40


def test_a_letter_of_a_process_that_died_is_due_again_later(outbox: Outbox) -> None:
    outbox.put(LETTER)
    assert len(outbox.claim(5)) == 1
    assert outbox.claim(5) == []
    (waiting,) = outbox.newest(5)
    assert waiting.due > datetime.now(UTC) + timedelta(seconds=CLAIM_SECONDS - 60)


def test_the_pause_grows_with_each_failure(outbox: Outbox) -> None:
    outbox.put(LETTER)
    pauses = []
    for _ in range(14):
        make_due(outbox, 1)
        (waiting,) = outbox.claim(5)
        outbox.postpone(waiting, "421 busy")
        (waiting,) = outbox.newest(5)
        pauses.append(round((waiting.due - datetime.now(UTC)).total_seconds() / 30))
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == 6 * 3600 / 30
    assert waiting.fault == "421 busy"


def test_a_refused_letter_waits_for_a_person(outbox: Outbox) -> None:
    outbox.put(LETTER)
    (waiting,) = outbox.claim(5)
    outbox.refuse(waiting, "550 no such user")
    make_due(outbox, 1)
    assert outbox.claim(5) == []
    assert (outbox.count("waiting"), outbox.count("refused")) == (0, 1)
    outbox.retry(waiting.id)
    assert len(outbox.claim(5)) == 1
    outbox.sent(waiting.id)
    with pytest.raises(NotFoundError):
        outbox.get(waiting.id)


def test_letters_for_an_account_can_be_forgotten(outbox: Outbox) -> None:
    outbox.put(LETTER, Letter(to="b@stadt.example", subject="x", paragraphs=(), account="berta"))
    outbox.forget("anna")
    assert [waiting.letter.account for waiting in outbox.newest(5)] == ["berta"]
