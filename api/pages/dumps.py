"""The page of the dumps: the whole catalogue as files, with sizes and checksums.

Entry point: `dumps_page`.
"""

from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from api.data.dumps import CHECKSUMS, current_dump
from api.pages.site import Pages
from api.text.i18n import translator
from api.web.addresses import language


def dumps_page(pages: Pages) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        dump = current_dump(pages.settings)
        return pages.page(
            request,
            "dumps.html",
            lang,
            dump=dump,
            created=dump.created.date().isoformat() if dump else "",
            checksums=CHECKSUMS,
            crumbs=[(_("Ganzer Katalog"), "")],
        )

    return show
