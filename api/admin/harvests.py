"""The pages of sources and their runs: what a run changed, what waits for a decision, and the problems by cause.

Entry point: `routes`. Invariant: only reviewers and administrators see these pages.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response, StreamingResponse

from api.admin import withdrawals
from api.admin.items import item_address
from api.admin.source_states import (
    MAX_RUNS_SHOWN,
    entries_of,
    listed_source,
    next_in_words,
    outcome,
    schedule,
    source_state,
    trend,
    usual_seconds,
)
from api.data.run_documents import problem_lines
from api.pages.site import NO_STORE, Pages
from api.text.formatting import number, record_title
from api.text.i18n import translations, translator
from api.text.labels import finding_words
from api.web import addresses
from api.web.addresses import Lang, language, mount, notice, patterns, place
from api.web.answers import json_bytes
from api.web.session import FormBody
from harvesters.run.run import FAILED, apply, discard
from harvesters.source_kinds import label
from registry.errors import ConflictError, UsageError
from registry.masking import shown
from registry.model import LEVELS, Level, Problem, Record, Run, Source
from registry.rules import RULES
from registry.sources.crashes import is_suspended

MAX_EXAMPLES_PER_CAUSE: Final = 20
MAX_PROBLEMS: Final = 200_000  # problems of a run that its page counts
MAX_GONE_SHOWN: Final = 50  # withdrawals that wait for a decision
MAX_CAUSES_REPORTED: Final = 15  # in an e-mail to the source
NDJSON: Final = "application/x-ndjson"
NOTICES: Final = (
    "released",
    "read",
    "try",
    "retry",
    "pause",
    "resume",
    "approve",
    "busy",
    "added",
)  # of a source's page
FIGURES: Final = ("added", "changed", "same", "moved", "failed", "gone")


class Figure(NamedTuple):
    """One of the six numbers of a run; `start` and `width` are its part of a bar that is 1000 wide."""

    name: str
    label: str
    note: str
    number: int
    start: int
    width: int


class Cause(NamedTuple):
    """All problems of a run that break the same rule, with some examples."""

    rule: str
    level: Level
    number: int
    message: str
    remedy: str
    examples: tuple[Problem, ...]


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin", "sources"), partial(show_sources, pages))
    mount(router, patterns("admin", "sources", "{name}"), partial(show_source, pages))
    mount(router, patterns("admin", "runs", "{number:int}"), partial(show_run, pages))
    problems = [f"{path}.ndjson" for path in patterns("admin", "runs", "{number:int}")]
    mount(router, problems, partial(download_problems, pages))
    mount(router, patterns("admin", "runs", "{number:int}"), partial(decide, pages), "POST")
    return router


# -- views


def show_sources(pages: Pages, request: Request) -> Response:
    """All sources, each with its last run and how many records it has."""
    pages.required(request, "sources")
    lang = language(request)
    _ = translator(lang)
    return pages.page(
        request,
        "sources.html",
        lang,
        kind_label=label,
        sources=[listed_source(pages, source, lang) for source in pages.catalog.sources.all()],
        crumbs=[(_("Administration"), place("admin", lang)), (_("Quellen"), "")],
        indexed=False,
    )


def show_source(pages: Pages, request: Request, name: str) -> Response:
    """A source with its last runs; NotFoundError for an unknown name."""
    pages.required(request, "sources")
    lang = language(request)
    _ = translator(lang)
    source = pages.catalog.sources.get(name)
    runs = pages.catalog.runs.newest(name, MAX_RUNS_SHOWN)
    return pages.page(
        request,
        "source.html",
        lang,
        source=replace(source, url=shown(source.url)),
        kind_label=label,
        owner_name=dict(pages.names([source.owner], lang))[source.owner] if source.owner else "",
        schedule=schedule(source.schedule, lang) if source.schedule else "",
        title=source.title or source.name,
        state=source_state(pages, source, runs[0] if runs else None, lang),
        suspended=is_suspended(pages.catalog.runs, name),
        notice=notice(request, NOTICES),
        runs=runs,
        trend=trend(runs, lang),
        next_run=next_in_words(pages, source, lang),
        entries=entries_of(pages, name),
        outcome=outcome,
        crumbs=[
            (_("Administration"), place("admin", lang)),
            (_("Quellen"), place("admin", lang, "sources")),
            (source.title or source.name, ""),
        ],
        indexed=False,
    )


def show_run(pages: Pages, request: Request, number: int) -> Response:
    """A run with its steps, figures and problems; NotFoundError for an unknown number."""
    pages.required(request, "sources")
    return _show(pages, request, pages.catalog.runs.get(number))


def download_problems(pages: Pages, request: Request, number: int) -> Response:
    """All problems of a run, one JSON document on each line; NotFoundError for an unknown number."""
    pages.required(request, "sources")
    lines = problem_lines(pages.catalog.runs, number)
    return StreamingResponse((json_bytes(line) + b"\n" for line in lines), media_type=NDJSON, headers=NO_STORE)


def decide(pages: Pages, request: Request, number: int, body: FormBody = b"") -> Response:
    """Keeps what a run no longer names (`keep`), withdraws it (`withdraw`) once somebody has said to be sure, or takes
    that back (`undo`)."""
    fields = pages.form(request, body)
    account = pages.required(request, "sources")
    act = fields.get("act")
    run = pages.catalog.runs.get(number)
    if act == "withdraw" and not fields.get("sure") and run.outcome == "waiting":
        return withdrawals.ask(pages, request, run, _title(pages, run))
    try:
        if act == "keep":
            discard(number, pages.catalog.runs)
        elif act == "undo":
            withdrawals.undone(pages, run, account)
        elif act == "withdraw":
            apply(number, pages.catalog, wait=False)
        else:
            raise UsageError("choose-keep-or-withdraw")
    except ConflictError:
        return _show(pages, request, pages.catalog.runs.get(number), 409)
    return RedirectResponse(place("admin", language(request), "runs", str(number)) + "?decided", 303)


def _show(pages: Pages, request: Request, run: Run, status: int = 200) -> Response:
    lang = language(request)
    _ = translator(lang)
    source = next((listed for listed in pages.catalog.sources.all() if listed.name == run.source), None)
    title = _title(pages, run)
    waits = pages.catalog.runs.waits(run.number) if run.outcome == "waiting" else {}
    problems = causes(pages.catalog.runs.problems(run.number), lang) or counted(run, lang)
    return pages.page(
        request,
        "run.html",
        lang,
        status,
        run=run,
        source=replace(source, url=shown(source.url)) if source else None,
        schedule=schedule(source.schedule, lang) if source and source.schedule else "",
        kind_label=label,
        source_title=title,
        outcome=outcome(run.outcome, lang),
        steps=_steps(run, lang),
        figures=_figures(run, lang),
        waits=len(waits),
        may_retry=source is not None and _has_failed(pages, run),
        undoable=withdrawals.may_undo(pages, run),
        gone=_gone(pages, run.source, waits, lang),
        causes=problems,
        report_to=_report_address(pages, source, run, problems, lang) if source else "",
        next_run=next_in_words(pages, source, lang) if source else "",
        **_among_others(pages, run, lang),
        decided="decided" in request.query_params,
        crumbs=[
            (_("Administration"), place("admin", lang)),
            (_("Quellen"), place("admin", lang, "sources")),
            (title, place("admin", lang, "sources", run.source)),
            (_("Lauf %(number)s") % {"number": run.number}, ""),
        ],
        indexed=False,
    )


def _has_failed(pages: Pages, run: Run) -> bool:
    """Whether entries failed in a run that is over, and it is still known which."""
    return run.outcome != "running" and pages.catalog.runs.count_problems(run.number, FAILED) > 0


def _among_others(pages: Pages, run: Run, lang: Lang) -> dict[str, Any]:
    """What a run is among the others of its source, and what a dry run would do."""
    planned = list(pages.catalog.runs.waits(run.number).items()) if run.outcome == "planned" else []
    runs = pages.catalog.runs.newest(run.source, MAX_RUNS_SHOWN)
    return {
        "planned": [(action, remote_id) for remote_id, action in planned[:MAX_GONE_SHOWN]],
        "planned_total": len(planned),
        "item_address": item_address,
        "usual": usual_seconds(runs, run.number),
        "trend": trend(runs, lang),
    }


def _report_address(pages: Pages, source: Source, run: Run, problems: Sequence[Cause], lang: Lang) -> str:
    """The address of an e-mail to whoever answers for the source, with the problems by cause; "" if nobody is named."""
    _ = translator(lang)
    owner = pages.catalog.store.get(source.owner) if source.owner else None
    contacts = owner.metadata.contacts if owner else ()
    to = next((contact.email for contact in contacts if contact.email), "")
    if not to:
        return ""
    heading = _("Lauf %(number)s über %(source)s") % {"number": run.number, "source": source.title or source.name}
    lines = [f"{cause.number} × {cause.message} {cause.remedy}".strip() for cause in problems[:MAX_CAUSES_REPORTED]]
    return f"mailto:{quote(to)}?{urlencode({'subject': heading, 'body': chr(10).join(lines)}, quote_via=quote)}"


def _title(pages: Pages, run: Run) -> str:
    """The title of the source of a run, else its name."""
    titles = {source.name: source.title for source in pages.catalog.sources.all()}
    return titles.get(run.source) or run.source


def _steps(run: Run, lang: Lang) -> list[tuple[str, str, str]]:
    """Name, state and note of the steps of a run."""
    _ = translator(lang)
    names = [_("Auflisten"), _("Vergleichen"), _("Übernehmen"), _("Freigabe"), _("Fertig")]
    at = {"running": 0, "interrupted": 0, "failed": 0, "planned": 2, "waiting": 3}.get(run.outcome, 5)
    notes = [_listed(run, lang), *_done(run, lang), ""]
    states = ["done" if i < at else "now" if i == at else "plan" for i in range(5)]
    return list(zip(names, states, notes, strict=True))


def _done(run: Run, lang: Lang) -> tuple[str, str, str]:
    """What a run that has read the listing compared, how long it took, and how many withdrawals there are."""
    if run.outcome in ("running", "interrupted", "failed"):
        return "", "", ""
    _ = translator(lang)
    acting = sum(run.counts.get(name, 0) for name in ("added", "changed", "moved", "back", "conflict"))
    compared = _("%(number)s neu oder geändert") % {"number": number(acting, lang)}
    seconds = number(round(run.seconds, 1), lang)
    took = "" if run.outcome == "planned" else _("fertig nach %(number)s Sekunden") % {"number": seconds}
    if run.outcome == "waiting":
        gone = run.counts.get("gone", 0) - run.counts.get("withdrawn", 0)
        waits = translations(lang).ngettext("%(number)s Rücknahme wartet", "%(number)s Rücknahmen warten", gone)
        return compared, took, waits % {"number": number(gone, lang)} if gone else ""
    withdrawn = run.counts.get("withdrawn", 0)
    return compared, took, _("%(number)s zurückgezogen") % {"number": number(withdrawn, lang)} if withdrawn else ""


def _listed(run: Run, lang: Lang) -> str:
    """How far the listing has come, or how many it named."""
    _, ngettext = translator(lang), translations(lang).ngettext
    if run.outcome == "running":
        of = {"done": number(run.done, lang), "of": number(run.of, lang) if run.of else ""}
        so_far = ngettext("%(done)s Eintrag bisher", "%(done)s Einträge bisher", run.done)
        return (_("%(done)s von %(of)s Einträgen") if run.of else so_far) % of
    how = _("vollständig") if run.complete else _("nicht vollständig")
    listed = ngettext("%(number)s Eintrag, %(how)s", "%(number)s Einträge, %(how)s", run.listed)
    return listed % {"number": number(run.listed, lang), "how": how}


def _figures(run: Run, lang: Lang) -> list[Figure]:
    _ = translator(lang)
    waiting = _("warten auf Freigabe")
    taken = _("würde übernommen") if run.outcome == "planned" else _("übernommen")
    gone = _("zurückgezogen: %(number)s") % {"number": run.counts.get("withdrawn", 0)}
    labels = {
        "added": (_("neu"), taken),
        "changed": (_("geändert"), taken),
        "same": (_("gleich"), _("nichts zu tun")),
        "moved": (_("umgezogen"), _("neue Kennung")),
        "failed": (_("gescheitert"), _("alter Stand bleibt")),
        "gone": (_("nicht mehr da"), waiting if run.outcome == "waiting" else gone),
    }
    counts = {name: run.counts.get(name, 0) for name in FIGURES}
    counts["changed"] += run.counts.get("back", 0)
    counts["added"] += run.counts.get("conflict", 0)
    total, at, figures = max(sum(counts.values()), 1), 0, []
    for name in FIGURES:
        width = round(1000 * counts[name] / total)
        figures.append(Figure(name, *labels[name], counts[name], at, max(width - 2, 1) if counts[name] else 0))
        at += width
    return figures


def _gone(pages: Pages, source: str, waits: Iterable[str], lang: Lang) -> list[tuple[str, str]]:
    """Title and page of what waits to be withdrawn."""
    items = pages.catalog.store.stored_states(source) if waits else {}
    ids = [items[remote].id for remote in islice(waits, MAX_GONE_SHOWN) if remote in items]
    records: Iterable[Record] = pages.catalog.store.get_many(ids).values()
    return [
        (
            record_title(record, lang),
            addresses.page(record.kind, record.id, lang),
        )
        for record in records
    ]


def counted(run: Run, lang: Lang) -> list[Cause]:
    """Problems by rule of a run of which only the counts were kept."""
    by_rule = [
        Cause(name, RULES[name].level if name in RULES else "hint", count, *finding_words(name, lang), ())
        for name, count in run.rules.items()
    ]
    return sorted(by_rule, key=lambda cause: (LEVELS.index(cause.level), -cause.number))


def causes(problems: Iterable[Problem], lang: Lang) -> list[Cause]:
    """Problems by rule, the gravest and most frequent first."""
    counts: dict[tuple[str, Level], int] = {}
    examples: dict[tuple[str, Level], list[Problem]] = {}
    for problem in islice(problems, MAX_PROBLEMS):
        key = (problem.finding.rule, problem.finding.level)
        counts[key] = counts.get(key, 0) + 1
        if len(shown_problems := examples.setdefault(key, [])) < MAX_EXAMPLES_PER_CAUSE:
            shown_problems.append(problem)
    by_rule = [
        Cause(*key, number, *finding_words(key[0], lang), tuple(examples[key])) for key, number in counts.items()
    ]
    return sorted(by_rule, key=lambda cause: (LEVELS.index(cause.level), -cause.number))
