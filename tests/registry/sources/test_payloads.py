"""Payloads of one source are packed with a dictionary; they stay readable, and what is erased is gone from it, too."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import zstandard

from registry.model.harvest import Reached, Staged
from registry.sources.payloads import MIN_SAMPLES, Payloads
from registry.sources.staging import Staging, open_staging
from registry.store.database import reading, writing

SECRET = "Frau Beispiel wohnt am Spreeweg"


def a_payload(number: int) -> bytes:
    notes = f"{SECRET}. " * 3 if number == 7 else "Was an dieser Stelle gezählt wurde, nach Stunde und Richtung. " * 3
    thing = {
        "id": f"t{number}",
        "title": f"Zählung {number} im Stadtgebiet",
        "notes": notes,
        "author": "Amt für Mobilität",
    }
    return json.dumps(thing).encode()


def stage(staging: Staging, numbers: range) -> None:
    new = [Staged(f"t{n}", n, f"d{n}", a_payload(n), "https://example.org") for n in numbers]
    staging.stage("amt", new, [], Reached(1, "", "e", numbers[-1], ""))


def stored(staging: Staging) -> dict[str, bytes]:
    with reading(staging.engine) as connection:
        return {
            row[0]: bytes(row[1])
            for row in connection.execute(sa.text("SELECT remote_id, payload FROM staged_payloads"))
        }


def dictionaries(staging: Staging) -> list[bytes]:
    with reading(staging.engine) as connection:
        return [bytes(row[0]) for row in connection.execute(sa.text("SELECT body FROM payload_dictionaries"))]


@pytest.fixture
def staging(any_database_url: str, tmp_path) -> Iterator[Staging]:  # type: ignore[no-untyped-def]
    staging = open_staging(any_database_url, tmp_path)
    yield staging
    staging.engine.dispose()


def test_with_a_dictionary_less_than_half_is_left_and_all_is_readable(staging: Staging) -> None:
    numbers = range(2 * MIN_SAMPLES)
    stage(staging, numbers)
    alone = sum(len(zstandard.ZstdCompressor(level=1).compress(a_payload(n))) for n in numbers)
    assert sum(map(len, stored(staging).values())) < alone / 2
    stage(staging, range(500, 503))
    assert len(dictionaries(staging)) == 1
    other = Staging(staging.engine)  # as in another process
    for n in (0, 7, 199, 501):
        assert [staged.payload for staged in other.staged("amt", [f"t{n}"])] == [a_payload(n)]


def test_what_was_packed_before_stays_readable(staging: Staging) -> None:
    stage(staging, range(3))
    assert dictionaries(staging) == []
    stage(staging, range(10, 10 + MIN_SAMPLES))
    assert [staged.payload for staged in staging.staged("amt", ["t1", "t11"])] == [a_payload(1), a_payload(11)]


def test_erasing_takes_the_dictionary(staging: Staging) -> None:
    numbers = range(1_000)
    stage(staging, numbers)
    staging.erase("amt", "t7")
    assert (dictionaries(staging), "t7" in stored(staging)) == ([], False)
    assert [staged.payload for staged in staging.staged("amt", ["t8", "t999"])] == [a_payload(8), a_payload(999)]
    stage(staging, range(2_000, 2_000 + MIN_SAMPLES))
    assert not any(b"Spreeweg" in body for body in dictionaries(staging))
    assert [staged.payload for staged in staging.staged("amt", ["t8", "t2001"])] == [a_payload(8), a_payload(2001)]


def test_the_second_item_that_is_erased_packs_nothing_again(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    stage(staging, range(MIN_SAMPLES))
    unpacked: list[bytes] = []
    unpack = Payloads.unpacked
    monkeypatch.setattr(Payloads, "unpacked", lambda self, body: unpacked.append(body) or unpack(self, body))
    staging.erase("amt", "t7")
    assert len(unpacked) == MIN_SAMPLES - 1
    staging.erase("amt", "t8")
    assert len(unpacked) == MIN_SAMPLES - 1
    assert not {"t7", "t8"} & stored(staging).keys()


def test_a_source_that_is_removed_takes_its_dictionary(staging: Staging) -> None:
    stage(staging, range(MIN_SAMPLES))
    staging.forget("amt")
    assert (dictionaries(staging), stored(staging)) == ([], {})


def test_a_folder_without_the_table_opens(staging: Staging, any_database_url: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    stage(staging, range(3))
    with writing(staging.engine) as connection:
        connection.execute(sa.text("DROP TABLE payload_dictionaries"))
        connection.execute(sa.text("DROP TABLE payload_dictionaries_version"))
    again = open_staging(any_database_url, tmp_path)
    assert [staged.payload for staged in again.staged("amt", ["t1"])] == [a_payload(1)]
