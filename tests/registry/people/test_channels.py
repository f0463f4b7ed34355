"""The channels by which the fields of a draft got their values."""

from msgspec.structs import replace

from registry.model import Metadata
from registry.people.channels import channel_in, channel_note, channels_after, channels_of, is_note_of


def test_a_field_that_is_changed_by_hand_loses_its_way() -> None:
    first = Metadata(kind="project", title={"de": "Licht"}, abstract={"de": "Hell"})
    channels = channels_of(first, "file")
    assert channels == {"title": "file", "abstract": "file"}
    second = replace(first, title={"de": "Lichter"})
    channels = channels_after(first, second, channels, None)
    assert channels == {"abstract": "file"}
    note = channel_note("0123456789ab", channels_after(second, replace(second, phase="x"), channels, "api"))
    assert [channel_in(note, name) for name in ("title", "abstract", "phase")] == ["", "file", "api"]
    assert is_note_of(note, "0123456789ab")
    assert not is_note_of("draft 0123456789ab", "0123456789ab")
