"""What takes a page along: a QR code, and cards to embed in other sites, without script and without cookies.

Entry points: `qr_code`, `embed_record`, `embed_list`. Invariant: only `/einbetten/…` may be framed, by the sites that
the city names (`embed_in`).
"""

import io
from typing import Final

import segno
from fastapi import Request
from msgspec.structs import replace
from starlette.responses import Response

from api.pages.assets import FOR_A_DAY
from api.pages.cards import Card, cards
from api.pages.search import cards as cards_of
from api.pages.site import Pages, View
from api.text.i18n import translations
from api.web import addresses, query
from api.web.addresses import Lang, absolute, language
from api.web.frame import POLICY
from registry.catalog.lookup import shown
from registry.errors import NotFoundError
from registry.model import KINDS
from registry.model.timing import today
from vocab.kinds import KIND_ROWS

MAX_ADDRESS_CHARACTERS: Final = 1_000
MAX_CARDS: Final = 10  # of a list that is embedded


def qr_code(pages: Pages) -> View:
    """The address of a page of ours (`at`, a path) as a QR code in SVG; NotFoundError for any other address."""

    def code(request: Request) -> Response:
        at = request.query_params.get("at", "")
        if not at.startswith("/") or at.startswith("//") or len(at) > MAX_ADDRESS_CHARACTERS or not at.isprintable():
            raise NotFoundError("nothing-here")
        out = io.BytesIO()
        segno.make(absolute(pages.settings.base_url, at), error="m", micro=False).save(
            out, kind="svg", border=4, svgclass=None, lineclass=None, light="#fff", omitsize=True
        )
        return Response(out.getvalue(), headers=FOR_A_DAY, media_type="image/svg+xml")

    return code


def embed_record(pages: Pages) -> View:
    """The card of a record by its id; what a withdrawn one is answered with is that of its page."""

    def card(request: Request) -> Response:
        lang = language(request)
        record = shown(pages.catalog, request.path_params["id"])
        listed = cards([pages.named(record)], lang, today())
        return _page(pages, request, lang, listed, addresses.page(record.kind, record.id, lang), "", 1)

    return card


def embed_list(pages: Pages) -> View:
    """The first hits of a list with its filters: `/einbetten/projekte?theme=TRAN` is `/projekte?theme=TRAN`."""

    def listed(request: Request) -> Response:
        lang = language(request)
        names = {addresses.word(name, lang): name for name in (*KINDS, "search")}
        name = names.get(request.path_params["list"])
        if name is None:
            raise NotFoundError("nothing-here")
        kind = name if name in KINDS else None
        params, _wrong = query.without_wrong(request.query_params.multi_items())
        asked = query.parse([pair for pair in params if pair[0] not in ("size", "page")], lang, kind)
        page = pages.catalog.index.search(replace(asked, size=MAX_CARDS, page=1, cursor="", facets=()))
        hits = cards_of(pages, (hit.id for hit in page.hits if hit.exact), lang, today())
        address = query.url(asked, addresses.path(name, lang))
        title = KIND_ROWS[kind].plural[lang] if kind else asked.words
        return _page(pages, request, lang, hits, address, title, page.total)

    return listed


def _page(
    pages: Pages, request: Request, lang: Lang, shown_cards: list[Card], address: str, title: str, total: int
) -> Response:
    count = translations(lang).ngettext("%(num)s Eintrag ansehen", "Alle %(num)s Einträge ansehen", total)
    sites = " ".join(pages.city.embed_in) or "'none'"
    policy = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {sites}")
    return pages.page(
        request,
        "embed.html",
        lang,
        headers={"Content-Security-Policy": policy, "Cache-Control": "public, max-age=300"},
        cards=shown_cards,
        title=title,
        address=address,
        all=count % {"num": total},
        total=total,
        indexed=False,
    )
