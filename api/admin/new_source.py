"""Setting up a source by page: an address is looked at, its first records are shown, and the source is saved.

Entry point: `routes`. The address is fetched by a thread of its own; what it found stands for a day for the account
that asked. A source that was saved here is read only once an administrator has approved it.
"""

import logging
import threading
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.admin.harvests import causes
from api.pages.site import Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.text.labels import finding_words
from api.web.addresses import Lang, language, mount, patterns, place
from api.web.own_threads import RETRY_SECONDS
from api.web.session import FormBody, TooManyError
from harvesters.probe import probe
from harvesters.run.trial import Trial, TriedItem, trial
from harvesters.source_kinds import SOURCE_KINDS, check_name, check_schedule, check_source, label
from registry.errors import ConflictError, LotseError, NotFoundError, UsageError
from registry.fetch.session import session
from registry.isolation import isolated
from registry.masking import shown
from registry.model import LEVELS, Problem, Source
from registry.model.message import Message, message, sentence
from registry.model.text import slug
from registry.quality.file_checks import FileCheck
from registry.store.store import Selection
from vocab.pages import STEP_WORDS

MAX_FETCHES_AT_ONCE: Final = 2
MAX_FETCH_SECONDS: Final = 120.0
MAX_FETCH_BYTES: Final = 50_000_000
MAX_ORGANIZATIONS: Final = 300  # that are proposed as owners
SCHEDULES: Final = ("0 3 * * *", "0 * * * *", "0 3 * * 1", "")  # each night, each hour, each week, by hand
_FIELDS: Final = ("name", "title", "owner", "schedule")

log = logging.getLogger("lotse.web")


class Tried(msgspec.Struct, frozen=True):
    """What was found at an address, as it is kept: the source as it would be, and its first items."""

    source: Source
    trial: Trial


class NewSource:
    """The form, what was found, and saving it."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self._places = threading.BoundedSemaphore(MAX_FETCHES_AT_ONCE)

    def form(self, request: Request) -> Response:
        """The empty form."""
        self.pages.required(request, "operate")
        return self._page(request, url="")

    def begin(self, request: Request, body: FormBody = b"") -> Response:
        """Starts to look at the address, and leads to the page of the result."""
        fields = self.pages.form(request, body)
        account = self.pages.required(request, "operate")
        url, kind = fields.get("url").strip(), fields.get("kind")
        try:
            asked = Source(name="trial", kind=kind, url=url, settings=_settings(fields.get("settings")))
            if not url.lower().startswith(("http://", "https://")) or not urlsplit(url).hostname:
                raise UsageError("address-to-check")
            if kind:
                check_source(asked)
        except (LotseError, ValueError) as error:
            fault = error if isinstance(error, LotseError) else UsageError("address-to-check")
            return self._page(request, fault, url=url, kind=kind, settings=fields.get("settings"))
        if not self._places.acquire(blocking=False):
            raise TooManyError("too-many-at-once", {"seconds": RETRY_SECONDS})
        check = self.pages.catalog.file_checks.begin(account.name, url)
        threading.Thread(target=self._run, args=(check, asked), name="try-source", daemon=True).start()
        return RedirectResponse(place("admin", language(request), "sources", "new", check.id), 303)

    def result(self, request: Request, id: str) -> Response:
        """How far the look is, or what was found; NotFoundError for those of others."""
        check = self._check(request, id)
        if check.state == "running" and not check.was_lost:
            return self._page(request, url=check.url, waiting=shown(check.url))
        if check.state != "done":
            broken = message("check-broke-off")
            what = msgspec.json.decode(check.result, type=Message) if check.state == "failed" else broken
            return self._page(request, UsageError(what), url=check.url)
        tried = _tried(check)
        title = urlsplit(tried.source.url).hostname or ""
        entered = {"name": slug(title.removeprefix("www.")), "title": title, "owner": "", "schedule": SCHEDULES[0]}
        return self._found(request, tried, entered)

    def save(self, request: Request, id: str, body: FormBody = b"") -> Response:
        """Saves the source, which waits for approval then."""
        fields = self.pages.form(request, body)
        account = self.pages.required(request, "operate")
        tried = _tried(self._check(request, id))
        entered = {name: fields.get(name).strip() for name in _FIELDS}
        try:
            check_name("" if entered["name"] in STEP_WORDS["new"].values() else entered["name"])
            check_schedule(entered["schedule"])
            if entered["owner"] and not self._is_organization(entered["owner"]):
                raise UsageError("owner-unknown", id=entered["owner"][:80])
            self.pages.catalog.sources.add(msgspec.structs.replace(tried.source, **entered, hold="new"))
        except (UsageError, ConflictError) as error:
            return self._found(request, tried, entered, error)
        self.pages.people.audit.write(account.name, "add-source", f"source {entered['name']}")
        return RedirectResponse(f"{place('admin', language(request), 'sources', entered['name'])}?added", 303)

    # -- looking at an address

    def _run(self, check: FileCheck, asked: Source) -> None:
        checks = self.pages.catalog.file_checks

        def failed(error: Exception) -> None:
            what = error.summary if isinstance(error, LotseError) else message("check-broke-off")
            log.info("no source at %s: %r", shown(check.url), error)
            isolated(lambda: checks.end(check.id, "failed", msgspec.json.encode(what).decode()), _log)

        try:
            isolated(lambda: checks.end(check.id, "done", self._look(asked)), failed)
        finally:
            self._places.release()

    def _look(self, asked: Source) -> str:
        """What is at the address, as JSON."""
        settings = self.pages.settings
        kind = asked.kind or probe(asked.url, settings)["kind"]
        if not kind:
            raise UsageError("source-not-recognised", kinds=", ".join(SOURCE_KINDS))
        source = msgspec.structs.replace(asked, kind=kind)
        with session(settings, seconds=MAX_FETCH_SECONDS, max_bytes=MAX_FETCH_BYTES) as http:
            return msgspec.json.encode(Tried(source, trial(source, http, settings.base_url))).decode()

    def _check(self, request: Request, id: str) -> FileCheck:
        return self.pages.catalog.file_checks.of(self.pages.required(request, "operate").name, id)

    def _is_organization(self, id: str) -> bool:
        record = self.pages.catalog.store.get(id)
        return record is not None and record.kind == "organization"

    # -- what is shown

    def _page(self, request: Request, fault: LotseError | None = None, **view: Any) -> Response:
        lang = language(request)
        _ = translator(lang)
        return self.pages.page(
            request,
            "new_source.html",
            lang,
            422 if fault else 200,
            fault=sentence(fault.summary, lang) if fault else "",
            kinds=[(kind, pick_language(label(kind), lang).words) for kind in SOURCE_KINDS],
            **{"waiting": "", "kind": "", "settings": "", "found": None} | view,
            crumbs=[
                (_("Administration"), place("admin", lang)),
                (_("Quellen"), place("admin", lang, "sources")),
                (_("Neue Quelle"), ""),
            ],
            indexed=False,
        )

    def _found(
        self, request: Request, tried: Tried, entered: Mapping[str, str], fault: LotseError | None = None
    ) -> Response:
        lang = language(request)
        organizations = self.pages.catalog.store.find(Selection(kind="organization", shown=True))
        proposed = [record.id for record, _ in zip(organizations, range(MAX_ORGANIZATIONS), strict=False)]
        items = tried.trial.items
        problems = [Problem(item.remote_id, finding) for item in items for finding in item.findings]
        return self._page(
            request,
            fault,
            url=tried.source.url,
            kind=tried.source.kind,
            found={
                "items": [_row(item, lang) for item in items],
                "of": tried.trial.of,
                "failed": sum(item.metadata is None for item in items),
                "causes": causes(problems, lang),
                "listing": [finding_words(finding.rule, lang)[0] for finding in tried.trial.findings],
            },
            entered=entered,
            schedules=SCHEDULES,
            organizations=self.pages.names(proposed, lang),
        )


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    views = NewSource(pages)
    mount(router, patterns("admin", "sources", "new"), views.form)
    mount(router, patterns("admin", "sources", "new"), views.begin, "POST")
    mount(router, patterns("admin", "sources", "new", "{id}"), views.result)
    mount(router, patterns("admin", "sources", "new", "{id}"), views.save, "POST")
    return router


def _settings(text: str) -> dict[str, str]:
    """The settings of a kind, one on each line as NAME=VALUE; UsageError for another line."""
    settings = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, sign, value = line.partition("=")
        if not sign or not name.strip():
            raise UsageError("set-form", pair=line[:80])
        settings[name.strip()] = value.strip()
    return settings


def _tried(check: FileCheck) -> Tried:
    """What was found; NotFoundError for a check of another page, or one that found nothing."""
    try:
        return msgspec.json.decode(check.result, type=Tried)
    except msgspec.DecodeError:
        raise NotFoundError("nothing-here") from None


def _row(item: TriedItem, lang: Lang) -> dict[str, Any]:
    """An item as a row: its title, files and publisher, and how many findings of each level."""
    metadata = item.metadata
    levels = [(level, sum(finding.level == level for finding in item.findings)) for level in LEVELS]
    publisher = metadata.publisher if metadata else None
    return {
        "title": pick_language(metadata.title, lang).words if metadata else item.remote_id,
        "kind": metadata.kind if metadata else "",
        "publisher": pick_language(publisher.name, lang).words if publisher else "",
        "files": len(metadata.distributions) if metadata else 0,
        "levels": [(level, number) for level, number in levels if number],
    }


def _log(error: Exception) -> None:
    log.error("the result of a trial cannot be stored", exc_info=error)
