"""The permanent address of a version of a record: `/id/{id}/{number}`, as page or as data, for citations.

Entry point: `version_view`. Invariant: only what was published is shown, and nothing of a record that is withdrawn now.
"""

from collections.abc import Callable
from typing import Final

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.data.linked import rendered
from api.pages.record import PreviewNote, page_of_record
from api.pages.site import Pages
from api.text.formatting import moment
from api.text.i18n import translator
from api.web import addresses
from api.web.addresses import Lang, absolute, thing_path
from api.web.answers import answer, tag
from api.web.negotiate import DATA, HTML, PAGE_FORMATS, by_suffix, not_acceptable, preferred
from registry.catalog.lookup import shown
from registry.errors import NotFoundError
from registry.model import Record, Version

MAX_DIGITS: Final = 15  # of the number of a version


def version_view(pages: Pages) -> Callable[[Request, str, str], Response]:
    """The view of `/id/{id}/{number}`, with or without the suffix of a format. Its page is in German, or with `lang=en`
    in English."""

    def view(request: Request, id: str, number: str) -> Response:
        stem, form = by_suffix(number, DATA)
        record = shown(pages.catalog, id)
        version = _version(pages, record, stem)
        address = absolute(pages.settings.base_url, f"{thing_path(record.id)}/{version.number}")
        form = form or preferred(request.headers.get("accept", ""), PAGE_FORMATS)
        if form is None:
            raise not_acceptable(address, HTML, *DATA)
        if form is HTML and record.number == version.number:
            return RedirectResponse(addresses.page(record.kind, record.id), 303)  # the present one has its page
        if form is HTML:
            lang: Lang = "en" if request.query_params.get("lang") == "en" else "de"
            _ = translator(lang)
            told = _("So stand der Eintrag am %(at)s.") % {"at": moment(version.at, lang)}
            note = PreviewNote(told, addresses.page(record.kind, record.id, lang), _("Zum heutigen Stand"))
            return page_of_record(pages, request, version.record, lang, preview=note)
        name = form.name
        return answer(
            request,
            lambda: rendered(version.record, name, pages.settings.base_url, contributor=pages.settings.contributor),
            form.content_type,
            etag=tag(pages.catalog.store.epoch, version.number, name, "version"),
            headers={
                "Link": f'<{absolute(pages.settings.base_url, thing_path(record.id))}>; rel="latest-version"',
                "Content-Location": address,
            },
        )

    return view


def _version(pages: Pages, record: Record, number: str) -> Version:
    """The version with this number that was published; NotFoundError if the record has none."""
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS else 0
    version = pages.catalog.store.version(record.id, wanted)
    if version is None or version.record.state != "published":
        raise NotFoundError("version-unknown", id=record.id, number=wanted)
    return version
