"""Checks a file of metadata, as RDF or as our own JSON: for `lotse validate`, `POST /api/v1/validate` and the page.

Entry points: `check_file`, `check_groups` (record by record), each also in a child process; `metadata_of` for one
object of our JSON.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from registry.child_pool import Limits, call
from registry.errors import ReadingStoppedError, SourceError, TooLargeError, ValidationError
from registry.model import KINDS, Finding, Findings, Kind, Metadata, Text
from registry.model.message import Message, bilingual, message, translations
from registry.quality.check import check as check_quality
from registry.quality.drafts import draft_hints
from registry.quality.nodes import check_node
from registry.rdf import Walk, other_nodes, parse, read, things
from registry.rules import finding, rule_texts

MAX_BYTES: Final = 20_000_000
MAX_ANONYMOUS_BYTES: Final = 2_000_000  # of a file that somebody sends who is not signed in
MAX_FINDINGS: Final = 10_000
LIMITS: Final = Limits(memory=1_500_000_000, seconds=60.0, max_bytes=100_000_000)
PATIENT_LIMITS: Final = LIMITS._replace(seconds=1_800.0)  # of `lotse validate`: shapes are slow
MAX_UNKNOWN_FIELDS: Final = 100  # that an error lists
_FORMS: Final = (  # messages of msgspec -> code of ours; groups are its values `a` and `b`
    (re.compile("Expected `(.+)`, got `(.+)`"), "decoder-other-type"),
    (re.compile("Object missing required field `(.+)`"), "decoder-field-missing"),
    (re.compile("Invalid enum value (.+)"), "decoder-value-not-allowed"),
)


class FindingOut(msgspec.Struct, frozen=True, gc=False):
    """`node`: IRI of the record, or of the node inside it; `value`: the offending value word for word."""

    rule: str
    level: str
    node: str
    field: str
    value: str
    message: Text
    remedy: Text


class CheckAnswer(msgspec.Struct, frozen=True):
    records: int
    findings: tuple[FindingOut, ...]


class Group(msgspec.Struct, frozen=True, gc=False):
    """What was found about one record, or about another node of the file. `kind`: of the record, the class of the node
    in `vocab/fields.py`, or "" for the file as a whole."""

    kind: str = ""
    node: str = ""
    title: Text = {}
    findings: tuple[FindingOut, ...] = ()


def check_in_child(
    data: bytes, media_type: str = "", name: str = "", shapes: Path | None = None, limits: Limits = LIMITS
) -> bytes:
    """The answer of `check_file` as JSON, from a child process; also ReadingStoppedError and ReadingTimeoutError."""
    if len(data) > MAX_BYTES:
        raise _too_large(name)
    folder = str(shapes or "")
    return b"".join(call(name or "The file", limits, "api.data.validation:answer", data, media_type, name, folder))


def groups_in_child(data: bytes, media_type: str = "", name: str = "") -> tuple[Group, ...]:
    """`check_groups` in a child process; also ReadingStoppedError and ReadingTimeoutError."""
    parts = call(name or "The file", LIMITS, "api.data.validation:groups_answer", data, media_type, name)
    return msgspec.json.decode(b"".join(parts), type=tuple[Group, ...])


def answer(data: bytes, media_type: str, name: str, shapes: str) -> Iterator[bytes]:
    """`check_file` in the child."""
    yield msgspec.json.encode(check_file(data, media_type, name, Path(shapes) if shapes else None))


def groups_answer(data: bytes, media_type: str, name: str) -> Iterator[bytes]:
    """`check_groups` in the child."""
    yield msgspec.json.encode(check_groups(data, media_type, name))


def check_file(data: bytes, media_type: str = "", name: str = "", shapes: Path | None = None) -> CheckAnswer:
    """The number of records in a file and the findings; with `shapes` (a folder) the results of SHACL instead.

    A file that cannot be parsed gives a finding. TooLargeError: beyond MAX_BYTES or MAX_FINDINGS; ValidationError: our
    JSON with unknown or wrong fields.
    """
    groups = check_groups(data, media_type, name)
    findings = [finding for group in groups for finding in group.findings]
    if shapes is not None and not any(finding.rule == "unreadable" and not finding.node for finding in findings):
        findings = [finding_out(finding) for finding in _of_shapes(data, name, shapes)]
    return CheckAnswer(sum(group.kind in KINDS for group in groups), tuple(findings))


def check_groups(data: bytes, media_type: str = "", name: str = "") -> tuple[Group, ...]:
    """What was found, record by record, also where that is nothing; then the catalogue and other nodes. Raises as
    `check_file`."""
    if len(data) > MAX_BYTES:
        raise _too_large(name)
    groups: list[Group] = []
    own, count = _own_json(data), 0
    try:
        for group in _of_json(own) if own is not None else _of_rdf(data, media_type, name):
            groups.append(group)
            count += len(group.findings)
            if count > MAX_FINDINGS:
                raise TooLargeError("too-many-findings", limit=MAX_FINDINGS)
    except ReadingStoppedError:
        raise
    except SourceError as error:
        groups.append(_group("", "", {}, (finding("unreadable", value=error.message),)))
    return tuple(groups)


def _group(kind: str, node: str, title: Text, findings: Iterable[Finding]) -> Group:
    return Group(kind, node, title, tuple(finding_out(_at(each, node)) for each in findings))


def _too_large(name: str) -> TooLargeError:
    return TooLargeError("file-too-large", {"limit": MAX_BYTES}, file=name or "The file", limit=MAX_BYTES)


def finding_out(finding: Finding) -> FindingOut:
    """A finding with its sentence and its remedy; those of SHACL shapes speak in the shape's own words."""
    value = bilingual(finding.value)
    return FindingOut(finding.rule, finding.level, finding.node, finding.field, value, *rule_texts(finding.rule))


def _of_rdf(data: bytes, media_type: str, name: str) -> Iterator[Group]:
    if not data.strip():
        raise SourceError("file-empty")
    parsed = parse(data, media_type=media_type, name=name)
    if parsed.findings:
        yield _group("", "", {}, parsed.findings)
    walk = Walk(parsed.graph)
    organizations: tuple[Kind, ...] = ("organization",)  # where there is nothing else
    for thing in list(walk.things()) or things(parsed.graph, organizations):
        node = thing.iri or thing.remote_id
        if thing.error:
            yield _group("dataset", node, {}, (thing.error,))
            continue
        metadata, findings = read(thing.payload)
        yield _group(metadata.kind, node, metadata.title, (*findings, *_checked(metadata)))
    for other in other_nodes(walk):
        faults = (*other.findings, *(check_node(other.struct, other.cls) if other.struct else ()))
        title = getattr(other.struct, "title", None) or getattr(other.struct, "name", None) or {}
        yield _group(other.cls, other.iri, title, faults)


def _at(finding: Finding, node: str) -> Finding:
    """The finding with the record's own IRI instead of a blank node or "", which mean nothing outside the record."""
    return (
        finding if finding.node and not finding.node.startswith("_:") else msgspec.structs.replace(finding, node=node)
    )


# -- our own JSON


def _own_json(data: bytes) -> list[Any] | None:
    """The records of a file in our own JSON, None for whatever else; JSON-LD begins with @context, @graph or @id."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    try:
        value = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError):
        return None
    values = value if isinstance(value, list) else [value]
    ours = all(
        isinstance(record, dict) and ("kind" in record or "metadata" in record) and "@id" not in record
        for record in values
    )
    return values if values and ours else None


def _of_json(values: list[Any]) -> Iterator[Group]:
    for position, value in enumerate(values):
        metadata = metadata_of(value.get("metadata", value), f"[{position}]" if len(values) > 1 else "")
        node = metadata.iri or str(value.get("id", "")) or next(iter(metadata.title.values()), "")
        yield _group(metadata.kind, node, metadata.title, _checked(metadata))


def _checked(metadata: Metadata) -> Findings:
    """What is wrong today, and what drafts of the next profiles will ask."""
    return (*check_quality(metadata), *draft_hints(metadata))


def metadata_of(value: Any, where: str = "") -> Metadata:
    """Metadata from JSON as it comes through a door: unknown keys and wrong types are refused, field by field."""
    try:
        metadata = msgspec.convert(value, Metadata)
        paths = islice(_unknown(value, metadata, where), MAX_UNKNOWN_FIELDS)
        if unknown := [_wrong(path, "field-unknown", message("field-unknown")) for path in paths]:
            raise ValidationError("fields-unknown", unknown)
        return metadata
    except msgspec.ValidationError as error:
        sentence, _, path = str(error).partition(" - at `$")
        field = f"{where}{path.rstrip('`').lstrip('.')}"
        raise ValidationError("field-wrong", [_wrong(field, "field-form", _form(sentence))]) from None


def _unknown(sent: Any, read: Any, where: str) -> Iterator[str]:
    """The paths of keys that are no fields of the structs, at any depth: msgspec ignores them when it decodes."""
    if isinstance(read, msgspec.Struct) and isinstance(sent, dict):
        for key, value in sent.items():
            path = f"{where}.{key}" if where else str(key)
            if key in read.__struct_fields__:
                yield from _unknown(value, getattr(read, key), path)
            else:
                yield path
    elif isinstance(read, tuple) and isinstance(sent, list):
        for position, (value, decoded) in enumerate(zip(sent, read, strict=False)):
            yield from _unknown(value, decoded, f"{where}[{position}]")
    elif isinstance(read, dict) and isinstance(sent, dict):
        for key, value in sent.items():
            yield from _unknown(value, read.get(key), f"{where}.{key}")


def _wrong(field: str, rule: str, what: Message) -> dict[str, Any]:
    remedy = translations(message("see-openapi-fields"))
    return {"field": field, "rule": rule, "message": translations(what), "remedy": remedy}


def _form(sentence: str) -> Message:
    """A message of msgspec about a value as a message of ours."""
    for pattern, code in _FORMS:
        if fault := pattern.fullmatch(sentence):
            return message(code, words=sentence, **dict(zip("ab", fault.groups(), strict=False)))
    return message("decoder-other", words=sentence)


# -- shapes


def _of_shapes(data: bytes, name: str, shapes: Path) -> Iterator[Finding]:
    from registry.quality.shacl import shacl

    yield from shacl(data, shapes, name)
