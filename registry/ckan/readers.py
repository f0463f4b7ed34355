"""Readers of the values in a CKAN package, and `Unread`, the keys that no reader has taken yet.

Which key fills which field stands in `tables`. A reader (`as_…`) gets one written value and returns what it means, a
`Read` where that was repaired, or None where it cannot be read.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
import orjson

from registry.model import DCAT_KINDS, Finding, Identifier, Kind, Statement, Text
from registry.rules import finding, rule_of_unmatched
from vocab import language_tags, match, numbers, values
from vocab.kinds import KIND_ROWS
from vocab.values import Read

# Keys about the entry in its portal, not about the thing: dropped (docs/decisions/0060). `id` is the origin's remote
# id, `state` and `private` decide whether the package is listed, `notes_rendered` and `isopen` are derived.
_BOOKKEEPING = """
    cache_last_updated cache_url creator_user_id id isopen log_message metadata_modified mimetype_inner notes_rendered
    num_resources num_tags owner_org package_id position private ratings_average ratings_count resource_group_id
    revision_id revision_timestamp spatial_harvester state tracking_summary url_type webstore_last_updated webstore_url
    harvest_object_id harvest_source_id harvest_source_title harvested_portal
"""
BOOKKEEPING: Final = frozenset(_BOOKKEEPING.split())
# `type` of a package -> kind, also with "-" where CKAN writes "_"
KIND_OF_TYPE: Final[Mapping[str, Kind]] = {
    "datensatz": "dataset",
    **{KIND_ROWS[kind].ckan_type: kind for kind in DCAT_KINDS},
    **{KIND_ROWS[kind].ckan_type.replace("_", "-"): kind for kind in DCAT_KINDS},
}


class Unread:
    """The keys of a package, a resource or an agent that no field has taken yet, in `values`.

    What is left at the end goes to `Metadata.extras`. `site`: the portal's address; `language`: of texts without a tag;
    `node`: of the findings, such as the id of the resource.
    """

    __slots__ = ("findings", "language", "node", "site", "values")

    def __init__(
        self, values: dict[str, Any], site: str, language: str, findings: list[Finding], node: str = ""
    ) -> None:
        self.values = values
        self.site = site
        self.language = language
        self.findings = findings
        self.node = node

    def add_finding(self, rule: str, field: str, value: Any) -> None:
        """Adds a finding about a value as the source wrote it."""
        self.findings.append(finding(rule, field, as_written(value), self.node))

    def part(self, values: dict[str, Any]) -> "Unread":
        """The keys of something inside, which shares the list of findings."""
        return Unread(values, self.site, self.language, self.findings, self.node)

    def take_first(self, field: str, keys: Iterable[str], read: "Reader", lists: bool = False) -> Any:
        """The value of the first key that can be read, else None. That key is removed. With `lists`, a list gives its
        first readable value, and the key keeps the others."""
        values = self.values
        for key in keys:
            if key in values:
                result = read(values[key], self)
                if type(result) is str or type(result) is dict:
                    del values[key]
                    return result
                others: list[Any] = []
                written = values[key]
                if lists and result is None and (items := listed(written)) != [written]:
                    written, result, others = self._first_of(written, items, read)
                result = self.checked(field, written, read, result)
                if result is not None:
                    del values[key]
                    if others:
                        self.add_finding("value-extra", field, others)
                        values[key] = others
                    return result
        return None

    def _first_of(self, written: Any, items: list[Any], read: "Reader") -> tuple[Any, Any, list[Any]]:
        """Of a list where a field holds one value: the first that can be read, what it means, and the others."""
        for item in items:
            result = read(item, self)
            if result is not None:
                return item, result, [other for other in distinct(items) if other != item]
        return written, None, []

    def take_all(self, field: str, keys: Iterable[str], read: "Reader") -> tuple[Any, ...]:
        """The values of the first key that has any. The key is removed, or keeps the values that cannot be read."""
        for key in keys:
            if key not in self.values:
                continue
            value = self.values[key]
            results = [(item, self.checked(field, item, read, read(item, self))) for item in listed(value)]
            unreadable = [item for item, result in results if result is None]
            if not unreadable:
                del self.values[key]
            elif len(results) > 1:
                self.values[key] = unreadable
            if len(unreadable) < len(results):
                return distinct(result for _, result in results if result is not None)
        return ()

    def checked(self, field: str, value: Any, read: "Reader", result: Any) -> Any:
        """The result of a reader, with a finding if the value was repaired or could not be read."""
        if type(result) is Read:
            if result.repaired:
                self.add_finding("value-mended", field, value)
            return result.value
        if result is None:
            self.add_finding(RULE_WHEN_UNREAD.get(read, "value-unread"), field, value)
        return result


Reader = Callable[[Any, Unread], Any]  # the value, a Read, or None


def as_written(value: Any) -> str:
    """A value as text: a string itself, anything else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # integers beyond 64 bits, halves of surrogate pairs
        return json.dumps(value)


def listed(value: Any) -> list[Any]:
    """The filled values of a list, or of a JSON list in a string; else the value itself in a list."""
    if isinstance(value, str) and value[:1] == "[" and isinstance(items := parsed(value), list):
        value = items
    if not isinstance(value, list):
        return [value]
    return [item for item in value if (item if type(item) is dict else is_filled(item))]


_NOTHING: Final = frozenset(("", "[]", "{}"))


def without_empty(values: Mapping[str, Any], dropped: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The mapping without empty values and without the keys in `dropped`."""
    return {
        key: value
        for key, value in values.items()
        if (value or value == 0)
        and key not in dropped
        and (type(value) is not str or (value not in _NOTHING and not value.isspace()))  # is_filled, inlined for speed
    }


def is_filled(value: Any) -> bool:
    """Whether a value is not empty; 0 and False are values."""
    if isinstance(value, str):
        return value not in _NOTHING and not value.isspace()
    return bool(value) or value == 0


def distinct(items: Iterable[Any]) -> tuple[Any, ...]:
    """Each item once, in order; items need not be hashable."""
    items = tuple(items)
    if len(items) < 2:
        return items
    first_of_key: dict[Any, Any] = {}
    for item in items:
        first_of_key.setdefault(item if isinstance(item, str) else _key(item), item)
    return tuple(first_of_key.values())


def _key(item: Any) -> bytes | str:
    """The same text for equal items; a comparison with each other item would take time with the square of their
    number."""
    try:
        return msgspec.json.encode(item, order="sorted")
    except (TypeError, ValueError, RecursionError):  # integers beyond 64 bits, halves of surrogate pairs
        return repr(item)


def parsed(value: str) -> Any:
    """The value of a JSON text, None if it is not JSON."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None


# -- readers: one written value each


def as_literal(value: Any, unread: Unread) -> str | None:
    """A text or a number as text, without blanks around it; None if nothing is left."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def as_text(value: Any, unread: Unread) -> Text | None:
    """A text in the source's language, or by language as ckanext-fluent writes it: a mapping, in extras as JSON.

    None for a mapping whose keys are no languages (vocab/language_tags.py): it is no text."""
    if type(value) is str and value[:1] != "{":  # nearly all texts
        return {unread.language: stripped} if (stripped := value.strip()) else None
    value = written_object(value) or value
    if isinstance(value, dict):
        if not language_tags.are_known(value):
            return None
        tagged = ((tag_of(tag), text.strip()) for tag, text in value.items() if isinstance(text, str))
        texts = {tag: text for tag, text in tagged if tag and text}
        return texts if texts and len(texts) == sum(map(is_filled, value.values())) else None
    text = as_literal(value, unread)
    return {unread.language: text} if text else None


def written_object(value: Any) -> dict[str, Any] | None:
    """The mapping that a text holds as JSON: old extras of CKAN have objects. None for any other value."""
    by_key = parsed(value) if isinstance(value, str) and value[:1] == "{" and value.rstrip()[-1:] == "}" else None
    return by_key if isinstance(by_key, dict) else None


def tag_of(tag: str) -> str:
    """A language tag whose language is known, de_DE as de-DE; "" for anything else."""
    return values.language_tag(tag) if language_tags.is_known(tag) else ""


def as_date(value: Any, unread: Unread) -> Read | None:
    """A date as `vocab.values.date` reads it."""
    return values.date(value) if isinstance(value, str) else None


def as_stamp(value: Any, unread: Unread) -> Read | None:
    """A date that CKAN itself sets, where a time without a zone is UTC. DKAN writes "Date changed" before it."""
    date = values.date(value, "Z") if isinstance(value, str) else None
    return Read(date.value) if date and value.startswith("Date changed") and date.value in value else date


def as_address(value: Any, unread: Unread) -> Read | None:
    """A web address; a path is one of the portal."""
    return values.address(value, unread.site) if isinstance(value, str) else None


def as_iri(value: Any, unread: Unread) -> Read | None:
    """An absolute IRI, with nothing repaired in it."""
    return values.absolute_iri(value) if isinstance(value, str) else None


def as_email(value: Any, unread: Unread) -> Read | None:
    """A mail address, without its scheme or a name before it."""
    return values.email(value) if isinstance(value, str) else None


def as_telephone(value: Any, unread: Unread) -> Read | None:
    """A telephone number as it was written, without its scheme."""
    number = as_literal(value, unread)
    return values.telephone(number) if number else None


def as_size(value: Any, unread: Unread) -> Read | None:
    """A number of bytes."""
    return numbers.size(value)


def as_decimal(value: Any, unread: Unread) -> Read | None:
    """A decimal number as it was written."""
    return numbers.decimal(value)


def as_duration(value: Any, unread: Unread) -> Read | None:
    """An xsd:duration."""
    return values.duration(value) if isinstance(value, str) else None


def as_identifier(value: Any, unread: Unread) -> Identifier | None:
    """A further identifier from its notation."""
    notation = as_literal(value, unread)
    return Identifier(notation=notation) if notation else None


def as_statement(value: Any, unread: Unread) -> Statement | None:
    """A statement of rights or provenance: by its IRI, else by its label."""
    if isinstance(value, str) and values.absolute_iri(value):
        return Statement(iri=value.strip())
    label = as_text(value, unread)
    return Statement(label=label) if label else None


def as_concept(name: str) -> Reader:
    """The reader of a concept of a shipped list, by the list's name."""

    def read(value: Any, unread: Unread) -> str | None:
        return match.concept(name, value) if isinstance(value, str) else None

    RULE_WHEN_UNREAD[read] = rule_of_unmatched(name)
    return read


def as_role(value: Any, unread: Unread) -> str | Read | None:
    """A role: any IRI, or words for one of our list."""
    return as_iri(value, unread) or _our_role(value, unread)


def split_languages(values: dict[str, Any]) -> None:
    """Splits "en, de" in the key `language` into two values."""
    value = values.get("language")
    if isinstance(value, str) and "," in value and value[:1] != "[":
        values["language"] = [language.strip() for language in value.split(",")]


# The rule of the finding where a reader returns None; `value-unread` for all others.
RULE_WHEN_UNREAD: Final[dict[Reader, str]] = {
    as_date: "date-unreadable",
    as_stamp: "date-unreadable",
    as_address: "address-unreadable",
    as_iri: "address-unreadable",
}
_our_role: Final = as_concept("roles")
