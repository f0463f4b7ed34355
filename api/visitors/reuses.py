"""The gallery of what others made of the data, and the form to show something; a person looks at it before it appears.

Entry point: `routes`.
"""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.pages.site import Pages
from api.text.formatting import record_title
from api.visitors.messages import FORMS, form_page, send
from api.web import addresses
from api.web.addresses import Lang, language, mount, patterns
from api.web.session import FormBody, Forms
from registry.visitors.messages import VisitorMessage


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("reuses"), partial(show, pages))
    mount(router, patterns("reuses"), partial(add, pages), "POST")
    return router


def show(pages: Pages, request: Request) -> Response:
    """What is published, the newest first, and the form."""
    sent = Forms(request.query_params.multi_items())
    return form_page(pages, FORMS["reuse"], request, sent, more={"reuses": _listed(pages, language(request))})


def add(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Takes a new one."""
    return send(pages, FORMS["reuse"], request, body)


def _listed(pages: Pages, lang: Lang) -> list[tuple[VisitorMessage, tuple[str, str] | None]]:
    """Each reuse with title and address of the record that it was made of, if it names one that is shown."""
    published = pages.catalog.messages.published("reuse")
    records = pages.catalog.store.get_many([reuse.record for reuse in published if reuse.record])
    links = {
        id: (record_title(record, lang), addresses.page(record.kind, record.id, lang))
        for id, record in records.items()
        if record.shown
    }
    return [(reuse, links.get(reuse.record)) for reuse in published]
