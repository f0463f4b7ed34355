"""The first page of the administration: what needs doing, what happened in the last day, and whether all is in order.

Entry point: `routes`. Invariant: each number leads to the page where something can be done about it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.admin import checkup
from api.admin.checkup import Check
from api.admin.links import overdue_data
from api.admin.source_states import outcome
from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import Lang, language, mount, path, patterns, place
from registry.model import Account, Run
from registry.people.permissions import CATALOGUE, may
from registry.sources.crashes import is_suspended

DAY: Final = timedelta(days=1)
MAX_RUNS_SHOWN: Final = 12


class Task(NamedTuple):
    """Something that waits for a person. `urgent`: the longer it waits, the more is wrong."""

    number: int
    label: str
    hint: str
    address: str
    urgent: bool


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin"), partial(show_overview, pages))
    mount(router, patterns("admin", "checkup"), partial(show_checkup, pages))
    return router


def show_overview(pages: Pages, request: Request) -> Response:
    """The overview."""
    account = pages.required(request, "sources")
    lang = language(request)
    _ = translator(lang)
    since = datetime.now(UTC) - DAY
    runs = [run for run in pages.catalog.runs.newest(most=MAX_RUNS_SHOWN) if run.started and run.started > since]
    titles = {source.name: source.title or source.name for source in pages.catalog.sources.all()}
    tasks = [task for task in tasks_of(pages, account, lang) if task.number]
    return pages.page(
        request,
        "admin_overview.html",
        lang,
        tasks=sorted(tasks, key=lambda task: not task.urgent),
        runs=[(run, titles.get(run.source, run.source), outcome(run.outcome, lang)) for run in runs],
        state=_worst(list(_checks(pages))),
        areas=_areas(account, lang),
        crumbs=[(_("Administration"), "")],
        indexed=False,
    )


def show_checkup(pages: Pages, request: Request) -> Response:
    """What `lotse doctor` says, but for what only shows from outside of the server."""
    pages.required(request, "operate")
    lang = language(request)
    _ = translator(lang)
    order = ("broken", "look", "ok")
    checks = sorted(_checks(pages), key=lambda check: order.index(check.state))
    return pages.page(
        request,
        "checkup.html",
        lang,
        checks=[(check.spoken(lang), _check_name(check.name, lang)) for check in checks],
        state=_worst(checks),
        crumbs=[(_("Administration"), place("admin", lang)), (_("Zustand"), "")],
        indexed=False,
    )


def _check_name(name: str, lang: Lang) -> str:
    """What a check is about, in the language of the page."""
    _ = translator(lang)
    if name.startswith("source "):
        return _("Quelle %(name)s") % {"name": name.removeprefix("source ")}
    names = {
        "address": _("Adresse des Portals"), "styles": _("Gestaltung"), "catalogue": _("Beschreibung des Katalogs"),
        "contributor": _("Kennung bei GovData"), "disk": _("Festplatte"), "secret": _("Geheimnis der Sitzungen"),
        "search": _("Suche"), "search server": _("Suchserver"), "meaning": _("Suche nach der Bedeutung"),
        "sparql": "SPARQL", "letters": _("Nachrichten"), "drafts": _("Entwürfe"), "webhooks": "Webhooks",
    }  # fmt: skip
    return names.get(name, name)


def _checks(pages: Pages) -> Iterator[Check]:
    yield from checkup.of_settings(pages.settings)
    yield from checkup.of_data(pages.settings)
    yield from checkup.of_catalog(pages.catalog, pages.settings)


def _worst(checks: Sequence[Check]) -> tuple[str, int]:
    """The gravest state, and how many checks have it."""
    for state in ("broken", "look"):
        if number := sum(check.state == state for check in checks):
            return state, number
    return "ok", len(checks)


def tasks_of(pages: Pages, account: Account, lang: Lang) -> Iterator[Task]:
    """What waits, with its numbers; those that are 0, too."""
    yield from _of_sources(pages, lang)
    _ = translator(lang)
    catalog, admin = pages.catalog, partial(place, "admin", lang)
    reviews = sum(1 for _draft in catalog.inbox.queue())
    yield Task(reviews, _("Offene Freigaben"), _("prüfen und freigeben"), path("review", lang), False)
    messages = len(catalog.messages.waiting())
    yield Task(messages, _("Fragen, Wünsche und Meldungen"), _("lesen und beantworten"), admin("messages"), False)
    broken = catalog.links.counts()["broken"]
    yield Task(broken, _("Nicht erreichbare Adressen"), _("seit mindestens zwei Tagen"), admin("links"), True)
    overdue = overdue_data(pages, lang, 1)[0]
    yield Task(overdue, _("Überfällige Datensätze"), _("gemessen am zugesagten Rhythmus"), admin("links"), False)
    if may(account, "accounts", CATALOGUE):
        refused, waiting = catalog.outbox.count("refused"), catalog.outbox.count("waiting")
        yield Task(refused, _("Abgelehnte Nachrichten"), _("vom Mailserver"), admin("letters"), True)
        yield Task(waiting, _("Wartende Nachrichten"), _("auf den Mailserver"), admin("letters"), False)


def _of_sources(pages: Pages, lang: Lang) -> Iterator[Task]:
    _ = translator(lang)
    runs, sources = pages.catalog.runs, pages.catalog.sources.all()
    last = [run for source in sources if (run := runs.last(source.name))]
    listed = place("admin", lang, "sources")

    def leads(chosen: Sequence[Run]) -> str:
        return place("admin", lang, "runs", str(chosen[0].number)) if len(chosen) == 1 else listed

    failed = [run for run in last if run.outcome == "failed"]
    yield Task(len(failed), _("Nicht gelesene Quellen"), _("beim letzten Lauf"), leads(failed), True)
    waiting = [run for run in last if run.outcome == "waiting"]
    yield Task(len(waiting), _("Läufe vor der Entscheidung"), _("Einträge würden verschwinden"), leads(waiting),
               True)  # fmt: skip
    stopped = sum(is_suspended(runs, source.name) for source in sources)
    yield Task(stopped, _("Abgestürzte Quellen"), _("zwei Läufe endeten ohne Meldung"), listed, True)
    new = sum(source.hold == "new" for source in sources)
    yield Task(new, _("Quellen ohne Freigabe"), _("ansehen und freigeben"), listed, False)
    conflicts = [run for run in last if run.counts.get("conflict")]
    number = sum(run.counts["conflict"] for run in conflicts)
    yield Task(number, _("Einträge aus zwei Quellen"), _("beim letzten Lauf aufgefallen"), leads(conflicts), False)


def _areas(account: Account, lang: Lang) -> list[tuple[str, str]]:
    """The pages of the administration that the account may see: label and address."""
    _ = translator(lang)
    admin = partial(place, "admin", lang)
    areas = [
        ("sources", _("Quellen"), admin("sources")),
        ("sources", _("Links und Aktualität"), admin("links")),
        ("messages", _("Meldungen, Fragen und Wünsche"), admin("messages")),
        ("review", _("Freigabe"), path("review", lang)),
        ("sources", _("Qualität der Metadaten"), path("quality", lang)),
        ("accounts", _("Konten"), admin("accounts")),
        ("accounts", _("Nachrichten"), admin("letters")),
        ("accounts", _("Protokoll"), admin("audit")),
        ("accounts", "Webhooks", admin("webhooks")),
        ("operate", _("Zustand"), admin("checkup")),
    ]
    return [(label, address) for act, label, address in areas if may(account, act, CATALOGUE)]
