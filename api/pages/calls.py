"""Open calls for businesses: projects that look for partners, and tenders, the next deadline first.

Entry points: `calls_page`, `open_calls_of` (the calls of a project). It takes the filters of the list of projects.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Request
from markupsafe import Markup, escape
from msgspec.structs import replace
from starlette.responses import Response

from api.pages.cards import whose
from api.pages.list_views import take
from api.pages.search import chips_of
from api.pages.site import Pages, View
from api.text import sentences
from api.text.formatting import day, link, pick_language, short_markup
from api.text.i18n import translator
from api.web import addresses, query
from api.web.addresses import Lang
from registry.model import Opportunity, Record
from registry.model.timing import last_day, today
from registry.search.query import MAX_DEPTH

FOR_BUSINESSES: Final = ("partnergesuch", "ausschreibung")  # notations of opportunities
MAX_CALLS: Final = 300


class Call(NamedTuple):
    """A call. `kind`: what it is, in words; `period`, `until`: from when and till when one may answer; `page`: the
    tender or more about it; `form`: the address of the contact form."""

    title: Markup | str
    text: Markup | str
    kind: str
    tender: bool
    project: Markup | str
    address: str
    lead: Markup | str
    themes: str
    period: str
    until: str
    page: str
    form: str
    last: date


def calls_page(pages: Pages) -> View:
    def calls(request: Request) -> Response:
        address = addresses.parse_path(request.url.path)
        assert address is not None
        lang = address.lang
        _ = translator(lang)
        params, wrong = query.without_wrong(request.query_params.multi_items())
        asked = query.parse(params, lang, "project")
        chosen = {name: values for name, values in asked.where.items() if name not in ("kind", "opportunity")}
        asked = replace(asked, where={**asked.where, "opportunity": FOR_BUSINESSES}, page=1, cursor="")
        hits = pages.catalog.index.search(replace(asked, size=MAX_DEPTH, facets=())).hits
        records = pages.records(hit.id for hit in hits if hit.exact).values()
        listed = sorted(
            (call for record in records if record.shown for call in open_calls_of(record, today(), lang)),
            key=lambda call: (call.last, str(call.title)),
        )
        path = addresses.path("calls", lang)
        return pages.page(
            request,
            "calls.html",
            lang,
            calls=listed[:MAX_CALLS],
            number=len(listed),
            chips=chips_of(pages, replace(asked, where=chosen), lang),
            free=path,
            notes=wrong,
            follow=query.url(query.with_page(asked, 1), addresses.path("alerts", lang)),
            take=take(asked, addresses.path("project", lang), "project"),
            title=_("Partner gesucht"),
            area="project",
            crumbs=[(_("Projekte"), addresses.path("project", lang)), (_("Partner gesucht"), "")],
            indexed=not request.query_params,
            canonical=path,
        )

    return calls


def open_calls_of(record: Record, now: date, lang: Lang) -> Iterator[Call]:
    """The calls of a project for partners, and its tenders, that are not over."""
    metadata = record.metadata
    title = short_markup(metadata.title, lang) or escape(record.id)
    address = addresses.page("project", record.id, lang)
    themes = sentences.listing(sentences.concept("themes", iri, lang) for iri in metadata.themes)
    for call in sentences.open_calls(metadata, now)[1]:
        kind = sentences.concept("opportunities", call.type, lang)
        parameters = {"record": record.id, "call": metadata.opportunities.index(call) + 1}
        yield Call(
            title=_title(call, lang) or kind,
            text=short_markup(call.description, lang),
            kind=kind,
            tender=call.type.endswith("/ausschreibung"),
            project=title,
            address=f"{address}#partner",
            lead=whose(metadata, lang),
            themes=themes,
            period=sentences.span(call.starts, call.ends, lang) if call.starts else "",
            until=day(call.ends, lang),
            page=link(call.page),
            form=f"{addresses.path('interest', lang)}?{urlencode(parameters)}",
            last=last_day(call.ends) or date.max,
        )


def _title(call: Opportunity, lang: Lang) -> Markup | str:
    return short_markup(call.title, lang) if pick_language(call.title, lang).words else ""
