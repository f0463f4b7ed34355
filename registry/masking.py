"""Removes what must not be stored or shown: personal data in the values of findings, secrets in addresses.

Entry points: `masked` for a finding, `shown` for an address in a message, `public` for an address that others follow.
"""

import re
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from registry.model import Finding
from registry.model.message import Message
from registry.model.text import storable

MAX_VALUE_CHARACTERS: Final = 2_000  # characters of an offending value
_MAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
_PERSONAL = re.compile(r"(^|[._])(e?mail|telephone|phone|telefon|contacts?|address)($|[._])", re.IGNORECASE)
_SECRET = re.compile(
    r"token|secret|passw|passwd|kennwort|credential|signature|jwt|(^|[^a-z])(pw|pwd|sig|auth|key|keys|session|sid|code)"
    r"($|[^a-z])|apikey|accesskey|authkey|authorization",
    re.IGNORECASE,
)


def masked(finding: Finding) -> str | Message:
    """The value of a finding with personal data masked: mail addresses, and the whole value in fields of a person."""
    if not finding.value:
        return ""
    return "***" if _is_personal(finding.field) else _masked(finding.value)


def _masked(value: Any) -> Any:
    """A text, or the texts among the values of a message, without mail addresses and cut to MAX_VALUE_CHARACTERS."""
    if isinstance(value, Message):
        return Message(value.code, {name: _masked(inner) for name, inner in value.values.items()})
    if not isinstance(value, str):
        return value
    text = storable(value if len(value) <= MAX_VALUE_CHARACTERS else value[: MAX_VALUE_CHARACTERS - 1] + "…")
    return _MAIL.sub("***@***", text) if "@" in text else text


@lru_cache(maxsize=1024)
def _is_personal(field: str) -> bool:
    return bool(_PERSONAL.search(field))


# -- addresses


def shown(url: str | None) -> str:
    """The address for messages: without user, password, query and fragment, which may contain secrets."""
    try:
        parts = urlsplit(url or "")
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "(unreadable address)"
    return f"{parts.scheme}://{host}{port}{parts.path}{'?…' if parts.query else ''}"


def public(url: str, source: str = "") -> str:
    """The public address of a thing, which still leads to it: without user, password and secrets in the query.

    Secrets are the parameters that are named like one, and those that are also in the address of its `source`, which
    may contain a key. "" if the address cannot be parsed.
    """
    if "@" not in url and "?" not in url:
        return url
    try:
        parts, source_parameters = urlsplit(url), set(urlsplit(source).query.split("&"))
    except ValueError:
        return ""
    if not parts.netloc:
        return url
    query = "&".join(
        parameter
        for parameter in parts.query.split("&")
        if parameter not in source_parameters and not _SECRET.search(parameter.split("=")[0])
    )
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query).geturl()
