"""What a CKAN package says, key by key, and how a written value is read; which key is which field is in ckan_tables."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import orjson

from registry.model import DCAT_KINDS, Finding, Identifier, Kind, Statement, Text
from registry.rules import finding
from vocab import folding, formats, frequencies, match, values
from vocab.kinds import KIND_ROWS
from vocab.values import Read

# Said of the entry in its portal, not of the thing: dropped (docs/decisions/0060). `id` is the origin's remote id,
# `state` and `private` have decided what is listed, `notes_rendered` and `isopen` are derived.
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


class Said:
    """What a package, a resource or an agent says: `words` are the keys that nobody has taken yet."""

    __slots__ = ("findings", "language", "node", "site", "words")

    def __init__(
        self, words: dict[str, Any], site: str, language: str, findings: list[Finding], node: str = ""
    ) -> None:
        self.words = words
        self.site = site
        self.language = language
        self.findings = findings
        self.node = node

    def note(self, rule: str, field: str, value: Any) -> None:
        self.findings.append(finding(rule, field, written(value), self.node))

    def inner(self, words: dict[str, Any]) -> "Said":
        return Said(words, self.site, self.language, self.findings, self.node)

    def one(self, field: str, keys: Iterable[str], read: "Reader") -> Any:
        """The value of the first key that can be read, else None; that key is taken."""
        words = self.words
        for key in keys:
            if key in words:
                found = read(words[key], self)
                if type(found) is str or type(found) is dict:
                    del words[key]
                    return found
                found = self.noted(field, words[key], read, found)
                if found is not None:
                    del words[key]
                    return found
        return None

    def all(self, field: str, keys: Iterable[str], read: "Reader") -> tuple[Any, ...]:
        """The values of the first key that has any; those that cannot be read stay under it."""
        for key in keys:
            if key not in self.words:
                continue
            value = self.words[key]
            several = [(one, self.noted(field, one, read, read(one, self))) for one in listed(value)]
            bad = [one for one, found in several if found is None]
            if not bad:
                del self.words[key]
            elif len(several) > 1:
                self.words[key] = bad
            if len(bad) < len(several):
                return unique(found for _, found in several if found is not None)
        return ()

    def noted(self, field: str, value: Any, read: "Reader", found: Any) -> Any:
        """What a reader made of a value; whether it was mended or not read is noted."""
        if type(found) is Read:
            if found.mended:
                self.note("value-mended", field, value)
            return found.value
        if found is None:
            self.note(UNREAD.get(read, "value-unread"), field, value)
        return found


Reader = Callable[[Any, Said], Any]  # the value, a Read, or None


def written(value: Any) -> str:
    """A value as text; what is no string as JSON."""
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # integers beyond 64 bits, halves of surrogate pairs
        return json.dumps(value)


def listed(value: Any) -> list[Any]:
    """A list, a JSON list in a string, or the one value."""
    if isinstance(value, str) and value[:1] == "[" and isinstance(inner := parsed(value), list):
        value = inner
    return [one for one in value if says(one)] if isinstance(value, list) else [value]


_NOTHING: Final = frozenset(("", "[]", "{}"))


def spoken(words: Mapping[str, Any], dropped: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The keys that have more than an empty value, without those dropped."""
    return {
        key: value
        for key, value in words.items()
        if (value or value == 0)
        and key not in dropped
        and (type(value) is not str or (value not in _NOTHING and not value.isspace()))  # says(), without its call
    }


def says(value: Any) -> bool:
    """Whether a value is more than an empty one."""
    if isinstance(value, str):
        return value not in _NOTHING and not value.isspace()
    return bool(value) or value == 0


def unique(several: Iterable[Any]) -> tuple[Any, ...]:
    """Each once, in order; of things that need not be hashable."""
    found: list[Any] = []
    for one in several:
        if one not in found:
            found.append(one)
    return tuple(found)


def parsed(value: str) -> Any:
    """What a string holds that is JSON, else None."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None


# -- readers: one written value each


def as_literal(value: Any, said: Said) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def as_text(value: Any, said: Said) -> Text | None:
    """Words in the source's language, or {language: words} as ckanext-fluent writes them, in extras as JSON."""
    inner = parsed(value) if isinstance(value, str) and value[:2] == '{"' else None
    if isinstance(inner, dict) and all(isinstance(one, str) for one in inner.values()) and all(map(tag_of, inner)):
        value = inner
    if isinstance(value, dict):
        tagged = ((tag_of(tag), one.strip()) for tag, one in value.items() if isinstance(one, str))
        words = {tag: one for tag, one in tagged if tag and one}
        return words if words and len(words) == sum(map(says, value.values())) else None
    one = as_literal(value, said)
    return {said.language: one} if one else None


def tag_of(words: str) -> str:
    """A language tag as RDF takes it, de_DE as de-DE; "" for what is none."""
    return values.language_tag(words) if 2 <= len(words) <= 35 else ""


def as_date(value: Any, said: Said) -> Read | None:
    return values.date(value) if isinstance(value, str) else None


def as_stamp(value: Any, said: Said) -> Read | None:
    """A time without a zone is UTC in CKAN; "Date changed" before it is DKAN's way."""
    found = values.date(value, "Z") if isinstance(value, str) else None
    return Read(found.value) if found and value.startswith("Date changed") and found.value in value else found


def as_address(value: Any, said: Said) -> Read | None:
    return values.address(value, said.site) if isinstance(value, str) else None


def as_iri(value: Any, said: Said) -> Read | None:
    return values.iri(value) if isinstance(value, str) else None


def as_email(value: Any, said: Said) -> Read | None:
    return values.email(value) if isinstance(value, str) else None


def as_size(value: Any, said: Said) -> Read | None:
    return values.size(value)


def as_decimal(value: Any, said: Said) -> Read | None:
    return values.decimal(value)


def as_duration(value: Any, said: Said) -> Read | None:
    return values.duration(value) if isinstance(value, str) else None


def as_identifier(value: Any, said: Said) -> Identifier | None:
    words = as_literal(value, said)
    return Identifier(notation=words) if words else None


def as_statement(value: Any, said: Said) -> Statement | None:
    if isinstance(value, str) and values.iri(value):
        return Statement(iri=value.strip())
    label = as_text(value, said)
    return Statement(label=label) if label else None


def as_concept(name: str) -> Reader:
    def read(value: Any, said: Said) -> str | None:
        found = folding.match(name, value) if isinstance(value, str) else None
        return found.iri if found else None

    UNREAD[read] = "concept-unknown"
    return read


def languages(words: dict[str, Any]) -> None:
    """ "en, de" in one value becomes two."""
    value = words.get("language")
    if isinstance(value, str) and "," in value and value[:1] != "[":
        words["language"] = [one.strip() for one in value.split(",")]


def as_language(value: Any, said: Said) -> str | None:
    found = match.language(value) if isinstance(value, str) else None
    return found.iri if found else None


def as_frequency(value: Any, said: Said) -> str | None:
    found = frequencies.frequency(value) if isinstance(value, str) else None
    return found.iri if found else None


def as_media_type(value: Any, said: Said) -> str | None:
    """Of a media type, or of the EU file type that stands where one should be."""
    if not isinstance(value, str):
        return None
    file = folding.match("file-types", value)
    return formats.media_type(value) or (formats.media_type(file.notation) if file else None)


UNREAD: Final[dict[Reader, str]] = {
    as_date: "date-unreadable",
    as_stamp: "date-unreadable",
    as_address: "address-unreadable",
    as_iri: "address-unreadable",
    as_language: "concept-unknown",
    as_frequency: "concept-unknown",
    as_media_type: "format-unknown",
}
