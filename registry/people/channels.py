"""By which channel each field of a draft got its value: from a template, a file, an address, the API; else by the form.

Entry points: `channels_of`, `channels_after`, `channel_note`. A draft keeps them by field name (`Draft.channels`); the
version that it becomes has them in its note, so that they can be shown later.
"""

from collections.abc import Mapping
from typing import Any, Final, get_args

from registry.model import Metadata
from registry.model.message import Message, message
from registry.model.people import Channel
from vocab.fields import Field, fields_of

CHANNELS: Final = get_args(Channel)
DRAFT_NOTE: Final = "draft"  # code of the note that says from which draft a record was published


def value_of(metadata: Metadata, row: Field) -> Any:
    """What the metadata say in a field; of a relation its links."""
    if row.form == "link":
        return tuple(link for link in metadata.links if link.relation == row.name)
    return getattr(metadata, row.name)


def channels_of(metadata: Metadata, channel: Channel | None) -> Mapping[str, Channel]:
    """The channel of each field that says something; none for what was entered in the form."""
    if channel is None:
        return {}
    return {row.name: channel for row in fields_of(metadata.kind) if value_of(metadata, row)}


def channels_after(
    before: Metadata, now: Metadata, channels: Mapping[str, Channel], channel: Channel | None
) -> Mapping[str, Channel]:
    """The channels after a change that came by `channel`: those of unchanged fields stay."""
    rows = fields_of(now.kind)
    changed = {row.name for row in rows if value_of(before, row) != value_of(now, row)}
    kept = {name: former for name, former in channels.items() if name not in changed}
    return kept | {name: added for name, added in channels_of(now, channel).items() if name in changed}


def channel_note(draft_id: str, channels: Mapping[str, Channel]) -> Message:
    """The note of the version that a draft becomes."""
    by_channel = {channel: " ".join(name for name, came in channels.items() if came == channel) for channel in CHANNELS}
    return message(DRAFT_NOTE, id=draft_id, **{channel: names for channel, names in by_channel.items() if names})


def is_note_of(note: str | Message, draft_id: str) -> bool:
    """Whether a version was published from this draft."""
    return isinstance(note, Message) and note.code == DRAFT_NOTE and note.values.get("id") == draft_id


def channel_in(note: Message, field: str) -> str:
    """The channel by which a field got its value, from the note of a version; "" for the form."""
    return next((channel for channel in CHANNELS if field in str(note.values.get(channel, "")).split()), "")
