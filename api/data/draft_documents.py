"""The JSON documents of the write API: drafts, the history of a record, and the bodies that programs send.

Entry points: `draft_answer`, `history_answer`. Their keys are documented in the OpenAPI document and do not change
within a version.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from api.web.problems import WrongOut
from registry.model import Draft, DraftState, Kind, Metadata, Version
from registry.model.message import bilingual

MAX_DRAFT_BYTES: Final = 1_000_000  # of the body of a request to the write API


class CommentOut(msgspec.Struct, frozen=True):
    """A remark about a draft; `field`: the field that it is about, or empty."""

    by: str
    at: str
    text: str
    field: str = ""


class DraftAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A draft. `number` rises with each change and is the draft's ETag; `of`: the record that it changes; `record`: the
    record that it became, once it is published."""

    id: str
    kind: Kind
    state: DraftState
    number: int
    of: str | None
    owner: str
    author: str
    metadata: Metadata
    comments: tuple[CommentOut, ...]
    created: str | None
    changed: str | None
    record: str | None


class DraftsAnswer(msgspec.Struct, frozen=True):
    """`total`: how many drafts there are in all; `drafts`: those of this page."""

    total: int
    drafts: tuple[DraftAnswer, ...]


class DryRunAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a request with `dry_run` would do; nothing was stored. `state`: of the draft or record afterwards;
    `metadata`: of the draft afterwards; `errors`: what would still keep the draft from being submitted."""

    dry_run: bool = True
    state: str
    metadata: Metadata | None = None
    errors: tuple[WrongOut, ...] = ()


class VersionOut(msgspec.Struct, frozen=True):
    """`changed`: the fields of the metadata that the version changed, and `state` if it was withdrawn or restored."""

    number: int
    at: str
    by: str
    note: str
    changed: tuple[str, ...]


class HistoryAnswer(msgspec.Struct, frozen=True):
    """The versions of a record, the newest first."""

    versions: tuple[VersionOut, ...]


class NewDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The body that begins a draft. `of`: the record that is to be changed; its metadata are then the beginning, and
    `metadata` says what differs (merge patch, RFC 7396)."""

    kind: Kind | None = None
    metadata: dict[str, Any] = {}
    of: str | None = None


class DraftChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body that changes a draft: a merge patch (RFC 7396) of its metadata; null removes a field."""

    metadata: dict[str, Any]


class DraftAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The body of an act on a draft. `comment`: what the people who work on it are to read."""

    comment: str | None = None


class RecordAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The body of an act on a record. `why`: the reason, which is public where a record is withdrawn."""

    why: str | None = None


def draft_answer(draft: Draft) -> DraftAnswer:
    return DraftAnswer(
        id=draft.id,
        kind=draft.metadata.kind,
        state=draft.state,
        number=draft.version,
        of=draft.of,
        owner=draft.owner,
        author=draft.author,
        metadata=draft.metadata,
        comments=tuple(
            CommentOut(comment.by, comment.at.isoformat(), comment.text, comment.field) for comment in draft.comments
        ),
        created=draft.created.isoformat() if draft.created else None,
        changed=draft.changed.isoformat() if draft.changed else None,
        record=draft.record or None,
    )


def history_answer(versions: Iterable[Version]) -> HistoryAnswer:
    """The versions, newest first, each with what it changed of the one before."""
    listed = list(versions)
    before: list[Version | None] = [*listed[1:], None]
    return HistoryAnswer(tuple(_version(version, earlier) for version, earlier in zip(listed, before, strict=True)))


def _version(version: Version, before: Version | None) -> VersionOut:
    return VersionOut(
        version.number, version.at.isoformat(), version.by, bilingual(version.note), tuple(_changed(version, before))
    )


def _changed(version: Version, before: Version | None) -> Sequence[str]:
    now, empty = version.record.metadata, Metadata(kind=version.record.kind)
    earlier = before.record.metadata if before else empty
    names = [name for name in now.__struct_fields__ if getattr(now, name) != getattr(earlier, name)]
    moved = before is not None and before.record.state != version.record.state
    return [*names, "state"] if moved else names
