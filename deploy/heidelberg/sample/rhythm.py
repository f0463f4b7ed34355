"""When sample data were last changed: at their promised rhythm, so that the demo looks the same on any day."""

from datetime import UTC, datetime, timedelta

CHANGED_ONCE = "2026-11-20T06:00:00Z"
day = datetime.now(UTC)  # the demo sets it to the day of its first start, so that a later one changes nothing


def modified(frequency: str) -> str:
    """The last change of data of that EU frequency, as xsd:dateTime."""
    today = day.replace(hour=0, minute=0, second=0, microsecond=0)
    since = {
        "UPDATE_CONT": today,
        "HOURLY": today,
        "DAILY": today,
        "WEEKLY": today - timedelta(days=today.weekday()),
        "MONTHLY": today.replace(day=1),
    }.get(frequency)
    return since.strftime("%Y-%m-%dT%H:%M:%SZ") if since else CHANGED_ONCE
