"""Pages for those who write programs: the first steps, and the state of this installation.

Entry points: `developers_page`, `status_page`.
"""

from importlib.metadata import version
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from api.data import records
from api.pages.api_reference import limits
from api.pages.site import Pages, View
from api.text.i18n import translator
from api.web.addresses import language
from api.web.negotiate import DATA
from harvesters.source_kinds import SOURCE_KINDS
from registry.model import Run
from registry.store.store import SHOWN, Selection

ENDED: Final = ("applied", "unchanged", "waiting")  # outcomes of runs that have read their source whole


def developers_page(pages: Pages) -> View:
    """The first steps, with addresses of this catalogue."""

    def show(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        return pages.page(
            request,
            "developers.html",
            lang,
            area="developers",
            crumbs=[(_("Für Entwickler"), "")],
            example=next(pages.catalog.store.find(Selection(kind="dataset", shown=True)), None),
            formats=[format.name for format in DATA],
            harvesters=SOURCE_KINDS,
            limits=limits(lang),
            api_version=records.VERSION,
        )

    return show


def status_page(pages: Pages) -> View:
    """The state of this installation as everybody may see it: no host, no path, no name of an account."""

    def show(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        return pages.page(
            request,
            "status.html",
            lang,
            headers={"Cache-Control": "no-cache"},
            version=version("lotse"),
            records=pages.catalog.store.count(SHOWN),
            run=_last_run(pages),
            **_state(pages),
            crumbs=[(_("Status"), "")],
        )

    return show


def _state(pages: Pages) -> dict[str, Any]:
    """Whether the catalogue answers, and how many changes its search is behind (None: not known)."""
    state = pages.catalog.projector.state()
    behind = state["projections"].get("search", {}).get("behind")
    return {"ready": state["ready"], "behind": behind}


def _last_run(pages: Pages) -> Run | None:
    """The newest run that has read its source whole."""
    return next((run for run in pages.catalog.runs.newest(most=100) if run.outcome in ENDED and run.ended), None)
