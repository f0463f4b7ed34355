"""What a record shows: what was said, with the overrides laid over it."""

from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from registry.model import Override, Record
from tests.builders import a_record

AT = datetime(2026, 1, 1, tzinfo=UTC)
TITLE = Override("title", {"de": "Radwege in Bonn"}, {"de": "Radwege"}, "lotsin", AT)


def test_without_overrides_it_shows_what_was_said() -> None:
    record = a_record()
    assert record.metadata is record.said


def test_overrides_are_laid_over_it_once() -> None:
    record = replace(a_record(), overrides=(TITLE,))
    assert record.metadata.title == {"de": "Radwege in Bonn"}
    assert record.metadata == replace(record.said, title={"de": "Radwege in Bonn"})
    assert record.metadata is record.metadata


def test_what_was_computed_is_no_part_of_the_record() -> None:
    record, other = (replace(a_record(), overrides=(TITLE,)) for _ in range(2))
    before = msgspec.json.encode(record)
    assert record.metadata
    assert record == other
    assert msgspec.json.encode(record) == before
    assert msgspec.json.decode(before, type=Record).metadata == record.metadata
    again = replace(record, overrides=(replace(TITLE, value={"de": "Anders"}),))
    assert again.metadata.title == {"de": "Anders"}
    assert replace(record, overrides=()).metadata is record.said
