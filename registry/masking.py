"""What is personal in the value of a problem is not written down."""

import re
from functools import lru_cache
from typing import Final

from registry.model import Finding
from registry.naming import plain

MOST_VALUE: Final = 2_000  # characters of an offending value
_MAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
_PERSONAL = re.compile(r"(^|[._])(e?mail|telephone|phone|telefon)($|[._])", re.IGNORECASE)


def masked(finding: Finding) -> str:
    """The offending value without what is personal: mail addresses anywhere, anything in mail and telephone fields."""
    value = finding.value
    if not value:
        return ""
    if _is_personal(finding.field):
        return "***"
    value = plain(value if len(value) <= MOST_VALUE else value[: MOST_VALUE - 1] + "…")
    return _MAIL.sub("***@***", value) if "@" in value else value


@lru_cache(maxsize=1024)
def _is_personal(field: str) -> bool:
    return bool(_PERSONAL.search(field))
