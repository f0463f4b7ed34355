"""The public pages and their addresses."""

import itertools
from collections.abc import Iterator
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.pages import assets, city_texts, districts
from api.pages.api_reference import api_reference_page
from api.pages.calls import calls_page
from api.pages.council_report import report_file, report_page
from api.pages.count_tables import district_table, project_table, topic_table
from api.pages.developers import developers_page, status_page
from api.pages.dumps import dumps_page
from api.pages.high_value import HighValue
from api.pages.organizations import organizations_page
from api.pages.pictures import picture
from api.pages.preview import KINDS_WITH_FILES, preview_page
from api.pages.preview_files import file_views
from api.pages.problems import problem_page
from api.pages.profile_sheet import press_text, profile_page
from api.pages.project_map import map_page
from api.pages.quality import Quality
from api.pages.record import record_page
from api.pages.search import search_page
from api.pages.share_image import share_image, share_image_of_record
from api.pages.sharing import embed_list, embed_record, qr_code
from api.pages.site import Pages, View
from api.pages.sparql import sparql_views
from api.pages.start import start_page
from api.pages.suggestions import suggestions_page
from api.pages.tiles import TILE_ADDRESS, tile
from api.pages.timeline import timeline_page
from api.pages.topics import topic_page, topics_page
from api.pages.validation import Validation
from api.pages.versions import version_view
from api.pages.vocabulary import vocabulary_page
from api.web import addresses
from api.web.addresses import mount, patterns
from api.web.kept_answers import KeptAnswers
from api.web.negotiate import CSV, RDF, XLSX
from registry.model import KINDS
from registry.pictures.pictures import PATH


def routes(pages: Pages) -> APIRouter:
    router = APIRouter()
    lists, records = kept(pages, search_page(pages)), kept(pages, record_page(pages))
    for view_, listed in (
        (start_page(pages), [addresses.path("start", lang) for lang in addresses.LANGS]),
        (lists, [addresses.path("search", lang) for lang in addresses.LANGS]),
        (suggestions_page(pages), patterns("search", "suggestions")),
        (topics_page(pages), patterns("topic")),
        (topic_table(pages), [f"{path}.csv" for path in patterns("topic")]),
        (district_table(pages), [f"{path}.csv" for path in patterns("district")]),
        (topic_page(pages), patterns("topic", "{id}")),
        (districts.districts_page(pages), patterns("district")),
        (districts.district_page(pages), patterns("district", "{id}")),
        *_for_developers(pages),
        *_of_projects(pages),
        (organizations_page(pages), patterns("organization")),
        *((lists, [addresses.path(kind, lang) for lang in addresses.LANGS]) for kind in KINDS),
        *((records, patterns(kind, "{id}")) for kind in KINDS),
        *_of_files(pages),
        *((city_texts.text(pages, name), patterns(name)) for name in city_texts.NAMES),
    ):
        mount(router, listed, view_)
    _add_checks(router, pages)
    show, post = sparql_views(pages)
    mount(router, patterns("sparql"), show)
    mount(router, patterns("sparql"), post, method="POST")
    mount(router, ["/static/theme.css"], assets.theme(pages.city.accent, pages.city.accent_dark))
    mount(router, ["/qr.svg"], qr_code(pages))
    mount(router, ["/og.png"], share_image(pages))
    mount(router, ["/og/{id}.png"], share_image_of_record(pages))
    for kind, lang in itertools.product(KINDS, addresses.LANGS):
        mount(router, [f"{addresses.path('embed', lang, addresses.word(kind, lang))}/{{id}}"], embed_record(pages))
    mount(router, patterns("embed", "{list}"), embed_list(pages))
    mount(router, ["/static/logo.svg"], assets.logo(pages.city))
    mount(router, ["/static/{path:path}"], assets.file)
    mount(router, [f"{PATH}{{name}}"], picture(pages))
    mount(router, [TILE_ADDRESS], tile(pages))
    mount(router, ["/id/{id}/{number}"], version_view(pages))
    return router


def kept(pages: Pages, view: View) -> View:
    """The view, whose answers to people who are not signed in are kept until something changes."""
    answers = KeptAnswers(pages.catalog, pages.settings)

    def answered(request: Request) -> Response:
        return answers(request, partial(view, request))

    return answered


def _add_checks(router: APIRouter, pages: Pages) -> None:
    """Adds the pages about the quality of the catalogue, and the one that checks files of others."""
    quality = Quality(pages)
    mount(router, patterns("quality"), quality.overview)
    mount(router, [f"/qualitaet.{format.name}" for format in RDF], quality.overview_data)
    high_value = HighValue(pages)
    mount(router, patterns("quality", "high-value"), high_value.page)
    mount(router, [f"{path}.csv" for path in patterns("quality", "high-value")], high_value.table)
    mount(router, patterns("quality", "{id}"), quality.of_record)
    validation = Validation(pages)
    mount(router, patterns("check"), validation.form)
    mount(router, patterns("check"), validation.check, "POST")
    mount(router, patterns("check", "{id}"), validation.of_address)


def _for_developers(pages: Pages) -> Iterator[tuple[View, list[str]]]:
    """The pages for people who write programs."""
    yield developers_page(pages), patterns("developers")
    yield api_reference_page(pages), patterns("developers", "api")
    yield problem_page(pages), patterns("problem", "{name}")
    yield status_page(pages), patterns("status")
    yield dumps_page(pages), patterns("dumps")
    yield vocabulary_page(pages), patterns("vocabulary")


def _of_files(pages: Pages) -> Iterator[tuple[View, list[str]]]:
    """The preview of a file, and the files of a selection, whose addresses it would take for ids."""
    for kind in KINDS_WITH_FILES:
        for suffix, view in file_views(pages):
            yield view, patterns(kind, "{id}", "preview", "{distribution:path}" + suffix)
        yield preview_page(pages), patterns(kind, "{id}", "preview", "{distribution:path}")


def _of_projects(pages: Pages) -> Iterator[tuple[View, list[str]]]:
    """The pages that only projects have, before those of records, whose addresses would take them for ids."""
    yield profile_page(pages), patterns("project", "{id}", "profile")
    yield press_text(pages), patterns("project", "{id}", "press")
    yield calls_page(pages), patterns("calls")
    yield project_table, [f"{path}.csv" for view in ("map", "timeline") for path in patterns("project", view)]
    yield report_page(pages), patterns("report")
    yield report_file(pages), [f"{path}.{form.name}" for path in patterns("report") for form in (CSV, XLSX)]
    yield map_page(pages), patterns("project", "map")
    yield timeline_page(pages), patterns("project", "timeline")
