"""`lotse harvest` and `lotse run`: reading sources, and what came of it."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click
from click import argument, option

from api.commands.terminal import (
    PARTLY,
    SOURCE_FAILED,
    WAITING,
    as_json,
    document,
    line,
    one_line,
    opened,
    opened_bare,
    opened_runs,
    opened_sources,
    progress,
    say,
    settings,
    table,
    text_in,
)

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from registry.model import Run, Source
    from registry.sources.runs import Runs

PRINTED_PROBLEMS: Final = 5  # of a run, as text
_no_wait = option("--no-wait", is_flag=True, help="Do not wait for the search index.")


@click.command()
@argument("names", nargs=-1, metavar="[NAME]…")
@option("--all", "every", is_flag=True, help="Every source there is, but for paused ones.")
@option("--dry-run", is_flag=True, help="Read and compare, but change nothing.")
@_no_wait
@option("--json", "json", is_flag=True, help="One JSON document a run; with several sources one on each line.")
def harvest(names: tuple[str, ...], every: bool, dry_run: bool, no_wait: bool, json: bool) -> None:
    """Read sources and bring their records up to date."""
    from registry.catalog.organizations import take_in_city
    from registry.errors import UsageError

    if bool(names) == every:
        raise UsageError("sources-not-named")
    catalog = opened_bare()
    if not dry_run:
        take_in_city(catalog)  # agents are recognized by it
    sources = (
        [source for source in catalog.sources.all() if not source.hold]
        if every
        else [catalog.sources.get(name) for name in dict.fromkeys(names)]
    )
    show = (line if every or len(sources) > 1 else document) if json else _print_run
    answers = []
    for source in sources:
        run = _harvested(source, catalog, dry_run, not no_wait)
        answer = _answer(catalog.runs, run, json) if run else {"source": source.name, "outcome": "running"}
        show(answer)
        answers.append(answer)
    raise click.exceptions.Exit(exit_code(answers))


def _harvested(source: "Source", catalog: "Catalog", dry_run: bool, wait: bool) -> "Run | None":
    """Harvests with a progress bar and returns the run; that of another process if the source is busy, None if that has
    not begun yet."""
    from harvesters.run.run import harvest as run_harvest
    from registry.errors import BusyError
    from registry.fetch.session import session

    try:
        with progress() as report_progress, session(settings()) as http:
            named = partial(report_progress, source.name) if report_progress else None
            run: Run = run_harvest(source, catalog, http, dry_run=dry_run, wait=wait, progress=named)
    except BusyError as error:
        say(f"Error: {error.message}")
        busy = error.detail.get("run")
        return catalog.runs.get(busy) if busy else None
    return run


def _answer(runs: "Runs", run: "Run", json: bool) -> dict[str, Any]:
    """The document of a run; as text it needs only the problems that are printed."""
    from api.data.run_documents import MAX_PROBLEMS, run_answer

    return run_answer(runs, run, MAX_PROBLEMS if json else PRINTED_PROBLEMS)


def _show_run(runs: "Runs", run: "Run", json: bool) -> dict[str, Any]:
    """Prints a run and returns its document."""
    answer = _answer(runs, run, json)
    (document if json else _print_run)(answer)
    return answer


def _print_run(answer: dict[str, Any]) -> None:
    """Prints a run on stdout, as sentences."""
    counts = ", ".join(f"{name} {count}" for name, count in answer["counts"].items() if count) or "nothing"
    click.echo(f"{answer['source']}: run {answer['run']} {answer['outcome']}: {counts} ({answer['seconds']:.1f} s)")
    if answer["reason"]:
        click.echo(f"  {one_line(text_in(answer['reason'], 'en'))}")
    for problem in answer["problems"][:PRINTED_PROBLEMS]:
        text = f"{problem['record']}: {text_in(problem['message'], 'en')} {problem['value'][:80]}"
        click.echo(f"  {one_line(text)}")
    rest = len(answer["problems"][PRINTED_PROBLEMS:]) + answer["left_out"]
    if rest:
        click.echo(f"  and {rest} more: lotse run show {answer['run']} --problems")
    if answer["outcome"] == "waiting":
        click.echo(f"  Decide: lotse run apply {answer['run']}   or   lotse run discard {answer['run']}")


@click.group()
def run() -> None:
    """What came of harvesting: runs, their problems, and withdrawals that wait."""


@run.command("list")
@option("--source", help="Only runs of this source.")
@option("--size", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many, newest first.")
@as_json
def list_(source: str | None, size: int, json: bool) -> None:
    """The latest runs."""
    from api.data.run_documents import run_answer

    runs = opened_runs()
    if source is not None:
        opened_sources().get(source)
    newest = runs.newest(source, size)
    if json:
        document([_without_problems(run_answer(runs, latest, 0)) for latest in newest])
        return
    rows = (
        (
            latest.number,
            latest.source,
            f"{latest.started:%Y-%m-%d %H:%M}" if latest.started else "",
            latest.outcome,
            latest.listed,
            ", ".join(f"{name} {count}" for name, count in latest.counts.items() if count),
        )
        for latest in newest
    )
    table(("RUN", "SOURCE", "STARTED", "OUTCOME", "LISTED", "COUNTS"), rows)


def _without_problems(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "problems"}


@run.command()
@argument("number", type=int)
@option("--problems", is_flag=True, help="Every problem it met, one JSON line each.")
@as_json
def show(number: int, problems: bool, json: bool) -> None:
    """One run, as `lotse harvest` reported it."""
    from api.data.run_documents import problem_lines

    runs = opened_runs()
    if problems:
        _lines(problem_lines(runs, number))
        if runs.get(number).rules and not any(runs.problems(number)):
            say(f"Of run {number} only the counts are kept: lotse run show {number}")
        return
    _show_run(runs, runs.get(number), json)


def _lines(values: Iterable[Any]) -> None:
    for value in values:
        line(value)


@run.command()
@argument("number", type=int)
@_no_wait
@as_json
def apply(number: int, no_wait: bool, json: bool) -> None:
    """Carry out the withdrawals that wait."""
    from harvesters.run.run import apply as apply_run

    catalog, _ = opened()
    _show_run(catalog.runs, apply_run(number, catalog, wait=not no_wait), json)


@run.command()
@argument("number", type=int)
@_no_wait
@as_json
def retry(number: int, no_wait: bool, json: bool) -> None:
    """Read the source again and take over only what failed in that run."""
    from harvesters.run.run import retry as retry_run
    from registry.fetch.session import session

    catalog, _ = opened()
    source = catalog.runs.get(number).source
    with progress() as report_progress, session(settings()) as http:
        named = partial(report_progress, source) if report_progress else None
        again = retry_run(number, catalog, http, wait=not no_wait, progress=named)
    raise click.exceptions.Exit(exit_code([_show_run(catalog.runs, again, json)]))


@run.command()
@argument("number", type=int)
@as_json
def discard(number: int, json: bool) -> None:
    """Give the withdrawals up that wait."""
    from harvesters.run.run import discard as discard_run

    runs = opened_runs()
    _show_run(runs, discard_run(number, runs), json)


def exit_code(runs: Iterable[Mapping[str, Any]]) -> int:
    """The exit code of some runs: 7 (source failed), else 8 (withdrawals wait), 5 (busy), 6 (records failed), 0."""
    codes = {_code(run) for run in runs}
    return next((code for code in (SOURCE_FAILED, WAITING, 5, PARTLY) if code in codes), 0)


def _code(run: Mapping[str, Any]) -> int:
    by_outcome = {"failed": SOURCE_FAILED, "interrupted": SOURCE_FAILED, "waiting": WAITING, "running": 5}
    return by_outcome.get(run["outcome"], PARTLY if run["counts"]["failed"] else 0)
