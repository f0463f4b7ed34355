"""The zone in which the moments of a column are shown: that in which they are written.

Entry points: `zone_of`, `in_zone`.

They are stored in UTC. Written with one offset they are shown with it; with the two of the city's time, in that.
"""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from registry.model.timing import ZONE
from registry.preview.column_types import Reading

UTC_NAME: Final = "UTC"
_OFFSET: Final = "regexp_extract(lower({c}), '(z|utc|[-+][0-9]{2}:?[0-9]{2}|[-+][0-9]{2})$', 1)"
_CITY_OFFSETS: Final = frozenset(("+01:00", "+02:00"))


def zone_of(connection: Any, column: str, reading: Reading) -> str:
    """The zone of a column of the table `raw`: a name, or an offset such as +05:30; "" if its moments name none."""
    if "TIMESTAMPTZ" not in reading.sql:
        return ""
    offset = _OFFSET.replace("{c}", column)
    rows = connection.execute(f"SELECT DISTINCT {offset} FROM raw WHERE {column} IS NOT NULL LIMIT 10").fetchall()
    offsets = {_normal(text) for (text,) in rows} - {""}
    if len(offsets) == 1:
        only = offsets.pop()
        return UTC_NAME if only == "+00:00" else only
    return str(ZONE) if offsets == _CITY_OFFSETS and _is_city_time(connection, column, reading, offset) else UTC_NAME


def in_zone(moment: datetime, zone: str) -> str:
    """A moment as ISO 8601 with its offset, "Z" for UTC."""
    if zone[:1] in "+-":
        return moment.astimezone(datetime.fromisoformat(f"2000-01-01T00:00{zone}").tzinfo).isoformat()
    text = moment.astimezone(ZoneInfo(zone)).isoformat()
    return f"{text[:-6]}Z" if zone == UTC_NAME else text


def _normal(offset: str) -> str:
    if offset in ("z", "utc"):
        return "+00:00"
    digits = offset[1:].replace(":", "").ljust(4, "0")
    return f"{offset[0]}{digits[:2]}:{digits[2:]}" if offset else ""


def _is_city_time(connection: Any, column: str, reading: Reading, offset: str) -> bool:
    """Whether each moment has the offset that the city had then."""
    moment = reading.sql.replace("{c}", column)
    of_city = f"epoch(timezone('{ZONE}', {moment})) - epoch(timezone('UTC', {moment}))"
    written = f"CAST(left({offset}, 3) AS INTEGER) * 3600"
    query = f"SELECT count(*) FROM raw WHERE {column} IS NOT NULL AND {of_city} <> {written}"
    return bool(connection.execute(query).fetchone()[0] == 0)
