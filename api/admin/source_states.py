"""How a source is: its state in words, when it is read next, how many entries it named in the last runs.

Entry points: `listed_source`, `source_state`, `next_in_words`, `trend`; `outcome` and `schedule` in words.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from api.pages.site import Pages
from api.text.formatting import moment, number
from api.text.i18n import translations, translator
from api.web.addresses import Lang
from harvesters.run.worker import next_run
from registry.model import Run, Source
from registry.sources.crashes import is_suspended
from registry.store.store import Selection

MAX_RUNS_SHOWN: Final = 30
BAR_WIDTH: Final = 8
BAR_STEP: Final = 10
TREND_HEIGHT: Final = 60
ENDED: Final = ("applied", "unchanged", "waiting", "superseded", "discarded")  # outcomes of runs that read the listing


class SourceState(NamedTuple):
    """`look`: the CSS class of the sentence."""

    sentence: str
    look: str = ""


class ListedSource(NamedTuple):
    """A row of the list of sources."""

    source: Source
    run: Run | None
    state: SourceState
    entries: int
    next_run: str
    trend: "Trend | None"


class Trend(NamedTuple):
    """What a source named in its last runs: bars from the oldest, and the same in words. `width`: of the drawing."""

    bars: tuple[tuple[int, int, int, str], ...]  # x, y, height, look
    width: int
    sentence: str


def listed_source(pages: Pages, source: Source, lang: Lang) -> ListedSource:
    """A source with its last run, its state, its entries and its trend."""
    runs = pages.catalog.runs.newest(source.name, MAX_RUNS_SHOWN)
    last = runs[0] if runs else None
    return ListedSource(
        source,
        last,
        source_state(pages, source, last, lang),
        entries_of(pages, source.name),
        next_in_words(pages, source, lang),
        trend(runs, lang),
    )


def entries_of(pages: Pages, name: str) -> int:
    """How many published records a source has."""
    return pages.catalog.store.count(Selection(source=name, state="published"))


def source_state(pages: Pages, source: Source, last: Run | None, lang: Lang) -> SourceState:
    """The state of a source with this last run: what waits for a person first."""
    _ = translator(lang)
    if is_suspended(pages.catalog.runs, source.name):
        return SourceState(_("wartet auf Sie"), "bad")
    if source.hold:
        paused = source.hold == "paused"
        return SourceState(_("angehalten") if paused else _("noch nicht freigegeben"), "warn")
    if last is None:
        return SourceState(_("noch nicht gelesen"), "quiet")
    return SourceState(outcome(last.outcome, lang), {"failed": "bad", "waiting": "warn"}.get(last.outcome, ""))


def next_in_words(pages: Pages, source: Source, lang: Lang) -> str:
    """When the worker reads a source next; "" if not by itself."""
    _ = translator(lang)
    now = datetime.now(UTC).astimezone()
    at = next_run(source, pages.catalog.runs, now)
    if at is None:
        return ""
    return moment(at, lang) if at > now else _("sobald wie möglich")


def usual_seconds(runs: Sequence[Run], but: int) -> tuple[int, int] | None:
    """How long the last runs but that one took, the shortest and the longest; None for fewer than three."""
    seconds = sorted(round(run.seconds) for run in runs if run.outcome in ENDED and run.number != but)
    return (seconds[0], seconds[-1]) if len(seconds) >= 3 else None


def trend(runs: Sequence[Run], lang: Lang) -> Trend | None:
    """The numbers of entries that the last runs named; None for fewer than two. `runs`: the newest first."""
    _ = translator(lang)
    read = [run for run in reversed(runs) if run.outcome in ENDED]
    most = max((run.listed for run in read), default=0)
    if len(read) < 2 or not most:
        return None
    bars = []
    for position, run in enumerate(read):
        height = max(round(TREND_HEIGHT * run.listed / most), 1)
        look = "held" if run.outcome in ("waiting", "superseded") else ""
        bars.append((position * BAR_STEP, TREND_HEIGHT - height, height, look))
    ngettext = translations(lang).ngettext
    first, later_runs = read[0].listed, len(read) - 1
    sentence = _("%(first)s %(runs)s, zuletzt %(last)s") % {
        "first": ngettext("%(number)s Eintrag", "%(number)s Einträge", first) % {"number": number(first, lang)},
        "runs": ngettext("vor einem Lauf", "vor %(number)s Läufen", later_runs) % {"number": later_runs},
        "last": number(read[-1].listed, lang),
    }
    return Trend(tuple(bars), len(read) * BAR_STEP - (BAR_STEP - BAR_WIDTH), sentence)


def schedule(cron: str, lang: Lang) -> str:
    """When a source is due: a daily or hourly cron line in words, any other as it is written."""
    _ = translator(lang)
    minute, hour, *rest = [*cron.split(), "", ""]
    if rest != ["*", "*", "*", "", ""] or not minute.isdecimal():
        return cron
    if hour == "*":
        return _("jede Stunde")
    if not hour.isdecimal():
        return cron
    return _("jeden Tag um %(time)s") % {"time": f"{int(hour)}:{int(minute):02}"}


def outcome(name: str, lang: Lang) -> str:
    """The outcome of a run in words."""
    _ = translator(lang)
    return {
        "applied": _("übernommen"),
        "unchanged": _("nichts Neues"),
        "waiting": _("wartet auf Freigabe"),
        "failed": _("gescheitert"),
        "planned": _("nur geplant"),
        "running": _("läuft"),
        "interrupted": _("abgebrochen, geht beim nächsten Mal weiter"),
        "superseded": _("von einem neueren Lauf abgelöst"),
        "discarded": _("Einträge behalten"),
    }[name]
