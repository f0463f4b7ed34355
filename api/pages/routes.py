"""The public pages and their addresses."""

from fastapi import APIRouter

from api.pages import assets, city_texts, districts
from api.pages.record import _record
from api.pages.search import _search
from api.pages.site import Pages
from api.pages.start import _start, _topic, _topics
from api.web import addresses
from api.web.addresses import hang, patterns
from registry.catalog import Catalog
from registry.model import KINDS
from registry.settings import Settings


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    pages = Pages(catalog, settings)
    router = APIRouter()
    for view_, listed in (
        (_start(pages), [addresses.path("start", lang) for lang in addresses.LANGS]),
        (_search(pages), [addresses.path("search", lang) for lang in addresses.LANGS]),
        (_topics(pages), patterns("topic")),
        (_topic(pages), patterns("topic", "{id}")),
        (districts.listing(pages), patterns("district")),
        (districts.one(pages), patterns("district", "{id}")),
        (city_texts.developers(pages), patterns("developers")),
        *((_search(pages), [addresses.path(kind, lang) for lang in addresses.LANGS]) for kind in KINDS),
        *((_record(pages), patterns(kind, "{id}")) for kind in KINDS),
        *((city_texts.text(pages, name), patterns(name)) for name in city_texts.NAMES),
    ):
        hang(router, listed, view_)
    hang(router, ["/static/theme.css"], assets.theme(pages.city.accent))
    hang(router, ["/static/{path:path}"], assets.file)
    return router
