"""MQA points of the whole catalogue, of its sources and of its organizations, with one row a day for the trend.

Entry points: `measured` adds up records; `Scores` keeps the sums; `open_scores`, `refresh`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

import sqlalchemy as sa

from registry.links.links import Links
from registry.model import Record
from registry.model.timing import today
from registry.parts import parts
from registry.quality.govdata import preflight
from registry.quality.mqa import DIMENSIONS, METRIC_BY_NAME, METRICS, mqa
from registry.store.database import Tables, connect, make_tables, reading, writing
from registry.store.store import Selection, Store

Scope = Literal["catalogue", "source", "organization"]
MAX_TREND_DAYS: Final = 400
RECORDS_AT_ONCE: Final = 500  # whose addresses are looked up together
GOVDATA: Final = "govdata-"  # before a verdict of `registry.quality.govdata`, counted beside the metrics
MEASURED: Final = Selection(kind="dataset", shown=True)  # MQA knows no other kind

TABLES: Final = Tables(
    "scores_version",
    (
        """CREATE TABLE IF NOT EXISTS scores (
            day TEXT NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL, change INTEGER NOT NULL,
            records INTEGER NOT NULL, met JSON NOT NULL, PRIMARY KEY (day, scope, name))""",
    ),
)
_SCORES: Final = sa.table(
    "scores", *(sa.column(name) for name in ("day", "scope", "name", "change", "records")), sa.column("met", sa.JSON)
)


class Score(NamedTuple):
    """The sums of some records. `name`: of the source or id of the organization; `met`: metric -> records that meet it,
    and what GovData would do -> records."""

    scope: Scope
    name: str
    records: int
    met: Mapping[str, int]

    @property
    def points(self) -> float:
        """The average points of a record."""
        return sum(self.earned(metric.name) for metric in METRICS)

    @property
    def by_dimension(self) -> Mapping[str, float]:
        points = dict.fromkeys(DIMENSIONS, 0.0)
        for metric in METRICS:
            points[metric.dimension] += self.earned(metric.name)
        return points

    def earned(self, metric: str) -> float:
        """The average points that a metric brings."""
        return METRIC_BY_NAME[metric].points * self.share(metric)

    def share(self, metric: str) -> float:
        """The part of the records that meet a metric, 0 to 1."""
        return self.met.get(metric, 0) / self.records if self.records else 0.0


class Measured(NamedTuple):
    """The scores of a day. `change`: number of the last change of the store that they include."""

    day: date
    change: int
    scores: Sequence[Score]

    def of(self, scope: Scope) -> list[Score]:
        return [score for score in self.scores if score.scope == scope]


def measured(records: Iterable[Record], contributor: str = "", links: Links | None = None) -> list[Score]:
    """The scores of these records together, of each source and of each organization that publishes. `contributor`: the
    id of the data provider that the catalogue gives to all of them; `links`: what is known of their addresses."""
    counts: Counter[tuple[Scope, str]] = Counter()
    met: dict[tuple[Scope, str], Counter[str]] = {}
    for part in parts(records, RECORDS_AT_ONCE):
        answers = links.answers(record.metadata for record in part) if links else {}
        for record in part:
            verdict = GOVDATA + preflight(record.metadata, contributor).verdict
            names = (*mqa(record.metadata, answers).met, verdict)
            for key in _groups(record):
                counts[key] += 1
                met.setdefault(key, Counter()).update(names)
    return [Score(*key, number, met[key]) for key, number in counts.items()]


def _groups(record: Record) -> Iterator[tuple[Scope, str]]:
    yield "catalogue", ""
    if record.origin:
        yield "source", record.origin.source
    if record.metadata.publisher and record.metadata.publisher.id:
        yield "organization", record.metadata.publisher.id


class Scores:
    """The scores of an installation, in a table of the store's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def keep(self, measured: Measured) -> None:
        """Stores the scores of a day in place of earlier ones of that day."""
        day = measured.day.isoformat()
        rows = [
            {"day": day, "scope": score.scope, "name": score.name, "change": measured.change,
             "records": score.records, "met": dict(score.met)}
            for score in measured.scores
        ]  # fmt: skip
        with writing(self._engine) as connection:
            connection.execute(_SCORES.delete().where(_SCORES.c.day == day))
            if rows:
                connection.execute(_SCORES.insert(), rows)

    def latest(self) -> Measured | None:
        """The scores of the last day that has any."""
        with reading(self._engine) as connection:
            last = sa.select(sa.func.max(_SCORES.c.day)).scalar_subquery()
            rows = connection.execute(_SCORES.select().where(_SCORES.c.day == last)).fetchall()
        if not rows:
            return None
        scores = [Score(row.scope, row.name, row.records, row.met) for row in rows]
        return Measured(date.fromisoformat(rows[0].day), rows[0].change, scores)

    def trend(self, scope: Scope = "catalogue", name: str = "") -> list[tuple[date, Score]]:
        """The scores of each day, the oldest first, at most MAX_TREND_DAYS."""
        query = (
            _SCORES.select()
            .where(_SCORES.c.scope == scope, _SCORES.c.name == name)
            .order_by(_SCORES.c.day.desc())
            .limit(MAX_TREND_DAYS)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).fetchall()
        return [(date.fromisoformat(row.day), Score(scope, name, row.records, row.met)) for row in reversed(rows)]


def open_scores(database_url: str) -> Scores:
    """Opens the scores of an installation."""
    return Scores(connect(database_url))


def is_current(store: Store, latest: Measured | None) -> bool:
    """Whether these scores are of today and include the last change."""
    return latest is not None and latest.day == today() and latest.change == store.last()


def refresh(store: Store, scores: Scores, contributor: str = "", links: Links | None = None) -> Measured:
    """The scores of all shown datasets, measured anew where something changed, and kept; 0.1 s for 1,000 records."""
    latest = scores.latest()
    if latest is not None and is_current(store, latest):
        return latest
    change = store.last()  # first: what changes meanwhile is measured the next time
    now = Measured(today(), change, measured(store.find(MEASURED), contributor, links))
    if now.scores or latest:
        scores.keep(now)
    return now
