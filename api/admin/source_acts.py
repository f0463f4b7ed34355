"""What administrators do with a source: read it now, try a run, pause, go on, approve, let it be started again.

Entry points: `routes`, `source_act_words`. Reading takes place in a thread of its own; its progress is that of the run.
Invariant: each act is in the audit log.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from fastapi import APIRouter, Request
from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import Lang, language, mount, patterns, place
from api.web.session import FormBody, Forms, TooManyError
from harvesters.run.run import harvest, retry
from registry.errors import UsageError
from registry.fetch.session import session
from registry.isolation import isolated
from registry.model import Source
from registry.sources.crashes import release

if TYPE_CHECKING:
    from requests import Session

MAX_READINGS_AT_ONCE: Final = 2  # in a process of the web server
RETRY_SECONDS: Final = 60

log = logging.getLogger("lotse.web")


class SourceActs:
    """The acts on the sources of an installation."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self._places = threading.BoundedSemaphore(MAX_READINGS_AT_ONCE)
        self._acts: Mapping[str, Callable[[Source, Forms], None]] = MappingProxyType(
            {
                "release": self._release,
                "read": partial(self._read, dry_run=False),
                "try": partial(self._read, dry_run=True),
                "retry": self._retry,
                "pause": partial(self._hold, hold="paused"),
                "resume": partial(self._hold, hold=""),
                "approve": partial(self._hold, hold=""),
            }
        )

    def act(self, request: Request, name: str, body: FormBody = b"") -> Response:
        """Carries out the act that a form names; NotFoundError for an unknown source, UsageError for an unknown act."""
        fields = self.pages.form(request, body)
        act = fields.get("act") or "release"
        account = self.pages.required(request, "sources" if act == "release" else "operate")
        source = self.pages.catalog.sources.get(name)
        if act not in self._acts:
            raise UsageError("source-act-unknown")
        if act in ("read", "try", "retry") and self.pages.catalog.runs.held(source.name):
            return self._to_source(request, name, "busy")
        self._acts[act](source, fields)
        self.pages.people.audit.write(account.name, f"{act}-source", f"source {source.name}")
        return self._to_source(request, name, "released" if act == "release" else act)

    def _to_source(self, request: Request, name: str, notice: str) -> Response:
        return RedirectResponse(f"{place('admin', language(request), 'sources', name)}?{notice}", 303)

    def _release(self, source: Source, _fields: Forms) -> None:
        release(self.pages.catalog.runs, source.name)

    def _hold(self, source: Source, _fields: Forms, *, hold: Literal["", "paused"]) -> None:
        self.pages.catalog.sources.revise(replace(source, hold=hold))

    def _read(self, source: Source, _fields: Forms, *, dry_run: bool) -> None:
        catalog = self.pages.catalog
        self._start(source, lambda http: harvest(source, catalog, http, dry_run=dry_run, wait=False))

    def _retry(self, source: Source, fields: Forms) -> None:
        """UsageError if the form names no run of this source."""
        catalog, number = self.pages.catalog, fields.number("run")
        if not number or catalog.runs.get(number).source != source.name:
            raise UsageError("source-act-unknown")
        self._start(source, lambda http: retry(number, catalog, http, wait=False))

    def _start(self, source: Source, job: Callable[["Session"], object]) -> None:
        """Starts a run in a thread; TooManyError while too many were started here."""
        if not self._places.acquire(blocking=False):
            raise TooManyError("too-many-at-once", {"seconds": RETRY_SECONDS})
        thread = threading.Thread(target=self._run, args=(source, job), name=f"read-{source.name}", daemon=True)
        thread.start()

    def _run(self, source: Source, job: Callable[["Session"], object]) -> None:
        def run() -> None:
            with session(self.pages.settings) as http:
                job(http)

        try:
            isolated(run, lambda error: log.error("source %s was not read", source.name, exc_info=error))
        finally:
            self._places.release()


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin", "sources", "{name}"), SourceActs(pages).act, "POST")
    return router


def source_act_words(lang: Lang) -> Mapping[str, str]:
    """The acts in words, for the audit log."""
    _ = translator(lang)
    return {
        "release-source": _("Quelle nach Abstürzen freigegeben"),
        "read-source": _("Quelle gelesen"),
        "try-source": _("Quelle zur Probe gelesen"),
        "retry-source": _("Gescheiterte Einträge noch einmal gelesen"),
        "pause-source": _("Quelle angehalten"),
        "resume-source": _("Quelle fortgesetzt"),
        "approve-source": _("Quelle freigegeben"),
        "add-source": _("Quelle eingerichtet"),
    }
