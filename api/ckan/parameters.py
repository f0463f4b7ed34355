"""Reads the parameters of an action: from the address all are texts, from a JSON body they have types."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from api.ckan.errors import CkanValidationError

Parameters = Mapping[str, Any]
TRUE: Final = frozenset(("true", "yes", "t", "y", "1"))  # as CKAN's `asbool` reads them


def text(params: Parameters, name: str) -> str:
    """A text, "" if it is not given; of a list the parts with blanks between them."""
    value = params.get(name)
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return value if isinstance(value, str) else str(value)


def needed(params: Parameters, name: str) -> str:
    """A text that must be given; CkanValidationError without it."""
    value = text(params, name)
    if not value:
        raise CkanValidationError(fields={name: ["Missing value"]})
    return value


def flag(params: Parameters, name: str, default: bool = False) -> bool:
    value = params.get(name)
    return default if value in (None, "") else str(value).strip().lower() in TRUE


def number(params: Parameters, name: str, default: int, *, least: int = 0) -> int:
    """A whole number; CkanValidationError for anything else, or one below `least`."""
    value = params.get(name)
    if value in (None, ""):
        return default
    digits = str(value).strip()
    if not digits.removeprefix("-").isascii() or not digits.removeprefix("-").isdigit():
        raise CkanValidationError(fields={name: ["Invalid integer"]})
    value = int(digits[:12])
    if value < least:
        raise CkanValidationError(
            fields={name: ["Must be a natural number" if not least else f"Must be at least {least}"]}
        )
    return value


def texts(params: Parameters, name: str) -> list[str]:
    """A list: as such, as JSON in a text, as a parameter that comes several times, or one plain word."""
    value = params.get(name)
    if value in (None, "", []):
        return []
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            raise CkanValidationError(fields={name: ["Could not parse as valid JSON"]}) from None
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]
