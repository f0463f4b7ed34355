"""A source that has not changed since the last run is not read at all: one document by its ETag or its date (HTTP
status 304), one of many pages because all its answers are the same.

Entry points, in the order of a run: `last_reading`, then `as_before` where nothing has changed, else `remember`.
Invariant: what the run before left, in the staging and in the store, is as it was; otherwise the source is read.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from harvesters.run.context import RunContext
from harvesters.run.report import WHOLE_OUTCOMES
from harvesters.run.stage import Reading
from registry.model import Run
from registry.model.harvest import LastReading, SeenAnswer, Validators
from registry.store.store import Selection

MAX_UNREAD_AGE: Final = timedelta(days=7)  # after which a source is read in any case: a server may be wrong


def last_reading(run_context: RunContext) -> LastReading | None:
    """The last reading of the source; None if the source has to be read."""
    last, before = run_context.staging.last_reading(run_context.name), run_context.run_before()
    if not last or not before or before.number != last.run or before.outcome not in WHOLE_OUTCOMES:
        return None
    store, own = run_context.catalog.store, Selection(source=run_context.name)
    is_valid = (
        last.edition == run_context.edition
        and timedelta(0) <= datetime.now(UTC) - last.at < MAX_UNREAD_AGE
        and last.records == store.count(own)
        and not store.count(own, since=last.number)
    )
    return last if is_valid else None


def remember(
    run_context: RunContext, reading: Reading, received: Validators, answers: tuple[SeenAnswer, ...], run: Run
) -> None:
    """Keeps by what the source can be recognised, if it was read and applied as a whole."""
    recognisable = received != Validators() or answers
    if not recognisable or run.outcome not in WHOLE_OUTCOMES or not reading.complete or reading.problems:
        run_context.staging.keep_last_reading(run_context.name, None)
        return
    store, now = run_context.catalog.store, datetime.now(UTC)
    records = store.count(Selection(source=run_context.name))
    last = LastReading(run.number, run_context.edition, received, store.last(), records, now, answers)
    run_context.staging.keep_last_reading(run_context.name, last)


def as_before(run_context: RunContext) -> dict[str, Any]:
    """The fields of a run whose source has not changed: what the run before has listed is the same. The next run may
    ask again."""
    before, last = run_context.run_before(), run_context.staging.last_reading(run_context.name)
    assert before  # or `validators` would have given none
    assert last
    run_context.staging.keep_last_reading(run_context.name, replace(last, run=run_context.run.number))
    failed = before.counts.get("failed", 0)
    return {
        "complete": True,
        "listed": before.listed,
        "counts": {"same": before.listed - failed, "failed": failed},
        "rules": before.rules,
        "levels": before.levels,
        "reported": before.reported or before.number,
    }
