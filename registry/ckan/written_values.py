"""Values of our fields as CKAN packages have them: text, or JSON in a text where a value has parts."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from registry.ckan.readers import as_written
from registry.model import Statement, Text
from vocab.concepts import concept_list


def uuid(base_url: str, path: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{base_url.rstrip('/')}/{path}"))


def instant(at: datetime | None) -> str | None:
    """As CKAN writes it: UTC, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") if at else None


def has_tags(text: Mapping[str, Any]) -> bool:
    """Whether the languages of a text must be said: without them it is German."""
    return len(text) > 1 or bool(text.keys() - {"de", "und"})


def translated(key: str, text: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{key}_translated": dict(text)} if text and has_tags(text) else {}


def licence_keys(iri: str) -> dict[str, Any]:
    licence = concept_list("licences").get(iri) if iri else None
    return {
        "license_id": licence.notation if licence else iri or None,
        "license_title": licence.label("de") if licence else iri or None,
        "license_url": iri or None,
        "isopen": licence is not None and licence.extra.get("open") == "true",
    }


def plain(value: Any) -> str:
    return value if isinstance(value, str) else as_written(value)


def absolute(iri: str, base_url: str) -> str:
    return iri if ":" in iri else f"{base_url.rstrip('/')}/{iri.lstrip('/')}"


def text_value(text: Text) -> str:
    """The text if it is German, else JSON by language."""
    return "" if not text else as_written(dict(text)) if has_tags(text) else next(iter(text.values()))


def one_or_list(values: Iterable[Any]) -> str:
    """A single string itself, else a JSON list."""
    items = list(values)
    plain = len(items) == 1 and isinstance(items[0], str) and items[0][:1] not in "[{"
    return items[0] if plain else as_written(items) if items else ""


def statement_value(statement: Statement) -> Any:
    label = statement.label
    return (dict(label) if has_tags(label) else next(iter(label.values()), "")) or statement.iri


def without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def named(name: Text) -> dict[str, Any]:
    if not name:
        return {}
    return {"name_translated": dict(name)} if has_tags(name) else {"name": next(iter(name.values()))}
