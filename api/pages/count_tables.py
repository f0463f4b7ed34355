"""The tables of districts and topics as CSV; the map and the timeline of projects lead to the file of their list.

Entry points: `district_table`, `topic_table`, `project_table`.
"""

from collections.abc import Iterable

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.data.spreadsheets import csv_bytes
from api.pages import districts
from api.pages.site import Pages, View
from api.pages.start import counts_by
from api.web import addresses
from api.web.addresses import language
from api.web.answers import answer, tag
from api.web.negotiate import CSV
from registry.model import DCAT_KINDS
from vocab.concepts import Concept, concept_list


def district_table(pages: Pages) -> View:
    """Each district with its numbers of data and projects, in the order of the city's list."""

    def table(request: Request) -> Response:
        return _table(pages, request, "district", districts.known(pages))

    return table


def topic_table(pages: Pages) -> View:
    """Each topic with its numbers of data and projects."""

    def table(request: Request) -> Response:
        return _table(pages, request, "theme", concept_list("themes"))

    return table


def _table(pages: Pages, request: Request, facet: str, concepts: Iterable[Concept]) -> Response:
    lang = language(request)
    data, projects = counts_by(pages, DCAT_KINDS)[facet], counts_by(pages, ("project",))[facet]
    rows = [
        (concept.notation, concept.label(lang), *(str(counts.get(concept.notation, 0)) for counts in (data, projects)))
        for concept in concepts
    ]
    body = csv_bytes(["id", "name", "data", "projects"], rows)
    name = request.url.path.rpartition("/")[2]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return answer(request, lambda: body, CSV.content_type, etag=tag(body), headers=headers)


def project_table(request: Request) -> Response:
    """The file of the list with the same filters: 303, because the map and the timeline show the same projects."""
    lang = language(request)
    path = f"{addresses.path('project', lang)}.{CSV.name}"
    return RedirectResponse(f"{path}?{request.url.query}" if request.url.query else path, 303)
