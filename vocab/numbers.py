"""Reads single written numbers: sizes, decimals, checksums. Those functions return a `Read`, as in `values`."""

import re
from typing import Any, Final

from vocab.values import Read

MAX_EXACT_INTEGER: Final = 1 << 53  # up to here a floating-point number has all its digits


def whole(number: float) -> int | float:
    """A number without decimals as an integer, as long as it has all its digits; any other number as it is."""
    return int(number) if number.is_integer() and abs(number) <= MAX_EXACT_INTEGER else number


_SIZE = re.compile(r"(\d{1,15})(?:[.,](\d{1,6}))?\s*(bytes?|octets?|b|[kmgt]i?b|[kmgt]o|)", re.IGNORECASE)


def size(value: Any) -> Read | None:
    """Bytes: a number, "141 Bytes", "1.84 KB" (1024 of them)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Read(value) if 0 <= value < 1 << 63 else None
    if isinstance(value, float) and value.is_integer():
        return size(int(value))
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 40 else None
    if not match:
        return None
    unit = match[3].lower()[:1]
    if not unit or unit in "bo":
        return Read(int(match[1]), bool(unit)) if not match[2] or not int(match[2]) else None
    return Read(round(float(f"{match[1]}.{match[2] or 0}") * 1024 ** (1 + "kmgt".index(unit))), True)


def decimal(value: Any) -> Read | None:
    """A decimal number as it was written."""
    text = str(value).strip() if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    return Read(text) if re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", text, re.ASCII) else None


_HEX = re.compile(r"(?:[0-9a-f]{2}){4,128}")


def hex_binary(text: str) -> Read | None:
    """A checksum of 4 to 128 bytes as hexadecimal digits, in small letters."""
    digits = text.strip("\ufeff \t\r\n").lower()
    return Read(digits) if _HEX.fullmatch(digits) else None
