"""How much one run over a source may take: time, pages, bytes and things, each set in the settings of the source."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from registry.errors import UsageError

MEGABYTE: Final = 1_000_000  # bytes
SECONDS_PER_MINUTE: Final = 60
MIN_FREE_BYTES: Final = 100_000_000  # of the disk of the data folder, below which a run ends: others have to write too

BOUND_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "max_minutes": "so long a run reads the source; default: 360",
        "max_pages": "so many pages a run reads; default: 20000",
        "max_megabytes": "so much a run reads from the source, unpacked; default: 20000",
        "max_items": "so many items the source may name, those left out on purpose included; default: 1000000",
        "max_staged_megabytes": "so much disk the items of the source may take while they are compared; default: 4000",
    }
)


class RunBounds(NamedTuple):
    """The bounds of one run. `items`: those that are left out on purpose count too; `staged_bytes`: compressed."""

    seconds: int = 360 * SECONDS_PER_MINUTE
    pages: int = 20_000
    read_bytes: int = 20_000 * MEGABYTE
    items: int = 1_000_000
    staged_bytes: int = 4_000 * MEGABYTE

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> "RunBounds":
        """The bounds in the settings of a source; UsageError for a value that is no whole number above 0."""
        units = (SECONDS_PER_MINUTE, 1, MEGABYTE, 1, MEGABYTE)
        values = {
            field: _whole_number(name, settings[name]) * unit
            for field, name, unit in zip(cls._fields, BOUND_SETTINGS, units, strict=True)
            if settings.get(name, "").strip()
        }
        return cls(**values)


def _whole_number(name: str, text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10 and int(digits)):
        raise UsageError("setting-whole-number", name=name, value=text)
    return int(digits)
