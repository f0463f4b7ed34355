"""Maps an item of a list to our own field names, as the settings of its source say; the same for JSON and sheets.

    map.title=titel        map.period.start=von        const.kind=project        table.phase.2=umsetzung

A path names keys, dots between them (`a.b`); where a list is on the way, it means each of its members. Without any
`map.` the items are read by our own field names, or by the labels of the fields in German or English.
"""

import difflib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final

import msgspec

from harvesters.harvester import REMOTE
from harvesters.mapping.field_values import metadata as by_forms
from registry.errors import UsageError
from registry.model import KINDS, Finding, Findings, Kind, Metadata, Source
from registry.model.message import message
from registry.rules import few, finding
from vocab.fields import FIELDS, LINK_RELATIONS, fields_of, rows_by_name
from vocab.folding import fold
from vocab.kinds import KIND_ROWS
from vocab.numbers import whole

SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "path to the id of an item; default: its id, kennung, identifier, iri, landing_page or title",
        "kind": f"what the items are: {', '.join(KINDS)}; default: dataset",
        "map.FIELD": "path to what this field says, such as map.title=titel or map.publisher.name=amt",
        "const.FIELD": "what this field says of every item, such as const.publisher=Stadt Mainz",
        "table.FIELD.VALUE": "what a value of the source means, such as table.phase.2=umsetzung",
        "ignore": "keys that are not taken over, commas between them",
    }
)
ID_KEYS: Final = ("id", "kennung", "identifier", "identifiers", "iri", "uri", "landing_page", "title", "titel", "name")
_ID_KEYS: Final = tuple(map(fold, ID_KEYS))
KIND_WORDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        fold(word): kind
        for kind in KINDS
        for word in (kind, *KIND_ROWS[kind].singular.values(), *KIND_ROWS[kind].aliases)
    }
)
MAX_PATH_STEPS: Final = 20  # of a path


class Rules(msgspec.Struct, frozen=True):
    """The settings of a source, read."""

    kind: Kind
    id: str
    paths: Mapping[str, str]  # field -> path
    constants: Mapping[str, str]
    tables: Mapping[str, Mapping[str, str]]  # field -> value of the source, folded -> ours
    ignored: frozenset[str]


@lru_cache(maxsize=64)
def _rules(settings: tuple[tuple[str, str], ...]) -> Rules:
    by_name = dict(settings)
    paths, constants = _named(by_name, "map."), _named(by_name, "const.")
    tables: dict[str, dict[str, str]] = {}
    fields = sorted({*paths, *constants, *_field_names()}, key=len, reverse=True)
    for name, value in _named(by_name, "table.").items():
        field = next(
            (name_of_field for name_of_field in fields if name.startswith(f"{name_of_field}.")), name.partition(".")[0]
        )
        tables.setdefault(field, {})[fold(name[len(field) + 1 :])] = value
    kind = KIND_WORDS.get(fold(by_name.get("kind") or constants.get("kind") or "dataset"))
    if kind is None:
        text, kinds = by_name.get("kind"), ", ".join(KINDS)
        raise UsageError("setting-kind", value=text, kinds=kinds)
    ignored = frozenset(filter(None, map(str.strip, by_name.get("ignore", "").split(","))))
    return Rules(kind, by_name.get("id", ""), paths, constants, tables, ignored)


def rules(source: Source) -> Rules:
    """The settings of a source, read; UsageError for a kind that does not exist."""
    return _rules(tuple(sorted(source.settings.items())))


def check_mapping(source: Source) -> None:
    """Raises UsageError if a setting names a kind or a field that does not exist."""
    rules(source)
    for name in source.settings:
        prefix, dot, field = name.partition(".")
        if dot and prefix in ("map", "const", "table") and not _is_field(field, table=prefix == "table"):
            near = difflib.get_close_matches(field, {row.name for row in FIELDS}, 1)
            hint = message("did-you-mean", near=near[0]) if near else ""
            raise UsageError("setting-no-field", name=name, hint=hint)


def _is_field(path: str, table: bool) -> bool:
    """A field, a field of the thing that it describes, a language of its words, a role of its participants."""
    name, _, inner = path.partition(".")
    if name in ("kind", "iri", "licence"):
        return bool(inner) or not table
    if name == "links":
        return inner.partition(".")[0] in LINK_RELATIONS
    rows = [row for row in FIELDS if name and name in (row.name, row.all)]
    nodes = [row.node for row in rows if row.form == "node"]
    inner_names = {row_of_node.name for node in nodes for row_of_node in fields_of(node)} | {"iri"}
    if table or not inner or not rows:
        return bool(rows) and (bool(inner) or not table)
    if nodes and inner.partition(".")[0] in inner_names:
        return True
    return name == "participants" or any(row.form in ("text", "words") for row in rows)


def _named(settings: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in settings.items() if name.startswith(prefix)}


def _field_names() -> Iterator[str]:
    return (row.name for row in FIELDS)


# -- an item


def remote_id(item: Mapping[str, Any], source: Source) -> str:
    """The id of an item in its source, "" if it has none."""
    source_rules = rules(source)
    folded = {fold(str(key)): value for key, value in item.items()} if not source_rules.id else {}
    for value in [at(item, source_rules.id)] if source_rules.id else [folded.get(key) for key in _ID_KEYS]:
        if isinstance(value, list | tuple):
            value = value[0] if value else None
        if isinstance(value, Mapping):
            value = next(iter(value.values()), None)
        if isinstance(value, float):
            value = whole(value)  # 4711.0 and 4711 are one id
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def is_id(key: str) -> bool:
    """Whether a key is one of those that hold the id where no setting names it."""
    return fold(key) in _ID_KEYS


def nameless(item: Mapping[str, Any], source: Source) -> Finding:
    """The finding for an item without an id: where the id should be, and what a person finds the item by: its title,
    else its keys."""
    source_rules = rules(source)
    titles = (at(item, key) for key in (source_rules.paths.get("title", ""), "title", "titel", "name") if key)
    title = next(
        (text for text in titles if isinstance(text, str) and text.strip()), ", ".join(map(str, list(item)[:10]))
    )
    return finding("id-missing", source_rules.id or "id", title[:200])


def to_metadata(item: Mapping[str, Any], source: Source, parent: str = "") -> tuple[Metadata, Findings]:
    """The Metadata of an item as the settings of its source say, with findings.

    `parent`: remote id of the item that it is a part of.
    """
    source_rules = rules(source)
    kept = {key: value for key, value in item.items() if key not in source_rules.ignored}
    fields, rest = _mapped(kept, source_rules) if source_rules.paths else (_by_labels(kept, source_rules.kind), {})
    findings: list[Any] = []
    kind = _kind(fields.pop("kind", None) or fields.pop("art", None), source_rules, findings)
    for field, value in source_rules.constants.items():
        if field != "kind":
            _put(fields, field, value)
    for field, table in source_rules.tables.items():
        _replace(fields, field.split("."), table)
    if parent:
        fields = _part_of(fields, kind, parent)
    metadata, value_findings = by_forms(kind, fields, source.language)
    extras = {**metadata.extras, **rest}
    return msgspec.structs.replace(metadata, extras=extras), few([*findings, *value_findings, *_written_twice(item)])


def _kind(value: Any, source_rules: Rules, findings: list[Any]) -> Kind:
    text = value[0] if isinstance(value, list | tuple) and value else value
    if text in (None, ""):
        return source_rules.kind
    kind = KIND_WORDS.get(fold(source_rules.tables.get("kind", {}).get(fold(str(text)), str(text))))
    if kind is None:
        findings.append(finding("concept-unknown", "kind", str(text)[:200]))
    return kind or source_rules.kind


def _mapped(item: Mapping[str, Any], source_rules: Rules) -> tuple[dict[str, Any], dict[str, Any]]:
    """By our field names, and what no path leads to."""
    fields: dict[str, Any] = {}
    used = [path for path in (*source_rules.paths.values(), source_rules.id) if path]
    for field, path in sorted(source_rules.paths.items()):  # a field before what leads into it
        value = at(item, path)
        if value not in (None, "", [], {}):
            _put(fields, field, value)
    return fields, _without(item, [_steps(item, path) for path in used])


@cache
def labels_of(kind: str) -> Mapping[str, str]:
    """Folded label, in either language -> name of the field of a kind of thing."""
    return {fold(label): row.name for row in fields_of(kind) for label in (row.label_de, row.label_en)}


def _by_labels(item: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """Keys that are labels of fields become the fields' names."""
    labels = labels_of(kind)
    names = rows_by_name(kind)
    fields: dict[str, Any] = {}
    for key, value in item.items():
        name = key if key in names else labels.get(fold(key), key)
        if name not in names and fold(key) in ("id", "kennung"):
            continue  # the remote id
        _put(fields, name if name not in fields else key, value)
    return fields


def _put(fields: dict[str, Any], field: str, value: Any) -> None:
    """Sets a field, by a path with dots; a value that is there already stays."""
    *outer_keys, last = field.split(".")
    for step in outer_keys:
        inner = fields.setdefault(step, {})
        if not isinstance(inner, dict):
            inner = fields[step] = {_main(step, inner): inner}
        fields = inner
    fields.setdefault(last, value)


def _main(field: str, value: Any) -> str:
    """The key of a plain value when more is set beside it: `und` for a text, `iri` for an address, else `name`."""
    if any(row.form in ("text", "words") for row in FIELDS if row.name == field):
        return "und"
    return "iri" if isinstance(value, str) and "://" in value else "name"


def _replace(fields: Any, path: list[str], table: Mapping[str, str]) -> None:
    """Replaces values of the source by ours, in place."""
    for member in fields if isinstance(fields, list) else (fields,):
        if isinstance(member, dict) and path[0] in member:
            if len(path) > 1:
                _replace(member[path[0]], path[1:], table)
            else:
                member[path[0]] = _looked_up(member[path[0]], table)


def _looked_up(value: Any, table: Mapping[str, str]) -> Any:
    if isinstance(value, list | tuple):
        return [_looked_up(member, table) for member in value]
    if isinstance(value, bool):
        return table.get(str(value).lower(), value)
    return table.get(fold(str(value)), value) if isinstance(value, str | int | float) else value


def _part_of(fields: dict[str, Any], kind: Kind, parent: str) -> dict[str, Any]:
    relations = [row.name for row in fields_of(kind) if row.form == "link"]
    relation = next(name for name in ("part_of", "in_series", "unit_of", "related", "serves") if name in relations)
    before = fields.get(relation, [])
    links = before if isinstance(before, list) else [before]
    return {**fields, relation: [*links, REMOTE + parent]}


# -- paths


def _steps(item: Any, path: str) -> list[str]:
    """The keys of a path; a key that itself holds dots counts as a whole."""
    return [path] if isinstance(item, Mapping) and path in item else path.split(".")[:MAX_PATH_STEPS]


def at(item: Any, path: str) -> Any:
    """The value at a path, None if there is none."""
    return _at(item, _steps(item, path))


def _at(value: Any, steps: list[str]) -> Any:
    if not steps:
        return value
    if isinstance(value, Mapping):
        return _at(value.get(steps[0]), steps[1:])
    if isinstance(value, list):
        if steps[0].isdigit():
            number = int(steps[0])
            return _at(value[number], steps[1:]) if number < len(value) else None
        members = [result for member in value if (result := _at(member, steps)) is not None]
        return [inner for result in members for inner in (result if isinstance(result, list) else [result])] or None
    return None


def _without(value: Any, paths: list[list[str]]) -> Any:
    """The value without what these paths lead to, and without what is empty."""
    if [] in paths:
        return None
    if isinstance(value, Mapping):
        rest = {key: _without(member, [path[1:] for path in paths if path[0] == key]) for key, member in value.items()}
        return {key: member for key, member in rest.items() if member not in (None, "", [], {})}
    if isinstance(value, list):
        rest = [_without(member, paths) for member in value] if paths else value  # type: ignore[assignment]
        return [member for member in rest if member not in (None, "", [], {})]
    return value


def _written_twice(item: Mapping[str, Any]) -> Iterator[Any]:
    for key in item:
        name, bracket, count = key.rpartition(" (")
        if bracket and count.rstrip(")").isdigit() and name in item:
            yield finding("value-extra", name, key)
