# ruff: noqa: E501  the sentences are a table
"""Errors as pages: what happened, then what to do; never the inside, never blame."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.text.i18n import translator
from api.text.labels import both
from api.web import addresses
from api.web.addresses import Lang, language, place
from api.web.problems import headers
from api.web.session import StaleFormError
from registry.catalog.deciding import subject
from registry.errors import LotseError, NotSignedInError, ValidationError, WithdrawnError
from registry.model.message import sentence
from registry.people import permissions


def error_page(pages: Pages) -> Callable[[Request, LotseError], Response]:
    def show(request: Request, error: LotseError) -> Response:
        lang = language(request)
        if isinstance(error, NotSignedInError) and request.method == "GET":
            path = str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"{place('account', lang, 'sign-in')}?next={quote(path)}", 303)
        title, sentence = _said(error, lang)
        return pages.page(
            request,
            "error.html",
            lang,
            error.status,
            headers(error),
            code=error.status,
            title=title,
            sentence=sentence,
            details=_details(error, lang),
            gone=_gone(pages, request, error, lang),
            words=_words(request),
            unsent=isinstance(error, NotSignedInError),
        )

    return show


def _said(error: LotseError, lang: Lang) -> tuple[str, str]:
    """Heading and sentence by the status; a withdrawn record is called by its title."""
    _ = translator(lang)
    if error.status == 410 and error.detail.get("record_title"):
        return both(error.detail["record_title"])[lang], _("Dieser Eintrag wurde zurückgezogen.")
    if isinstance(error, StaleFormError):
        return _("Ihre Anmeldung war abgelaufen"), _(
            "Es ist nichts geändert. Gehen Sie einen Schritt zurück, laden Sie die Seite neu, und senden Sie noch einmal."
        )
    by_status = {
        401: (_("Bitte melden Sie sich an"), _("Diese Seite ist nur für Menschen mit einem Konto.")),
        403: (_("Das dürfen Sie hier nicht"), _("Ihr Konto hat dieses Recht nicht. Fragen Sie die Redaktion, wenn Sie es brauchen.")),
        404: (_("Diese Seite gibt es nicht"), _("Vielleicht wurde sie umbenannt. Suchen Sie nach dem Titel.")),
        405: (_("So geht es nicht"), _("Diese Adresse nimmt diese Art von Anfrage nicht an.")),
        406: (_("Dieses Format gibt es nicht"), _("Wählen Sie eines der angebotenen Formate.")),
        409: (_("Jemand war schneller"), _("Der Eintrag wurde inzwischen geändert. Öffnen Sie ihn neu, und prüfen Sie Ihre Änderung.")),
        410: (_("Dieser Eintrag wurde zurückgezogen"), _("Er ist nicht mehr im Verzeichnis.")),
        413: (_("Das ist zu groß"), _("Die Anfrage ist größer als erlaubt. Teilen Sie sie.")),
        422: (_("Bitte ändern Sie Ihre Angaben"), _("Einige Angaben haben nicht die richtige Form.")),
        429: (_("Bitte warten Sie etwas"), _("Gerade sind es zu viele Anfragen oder Versuche. In %(minutes)s Min. geht es weiter.") % {"minutes": -(-int(error.detail.get("seconds", 60)) // 60)}),
        500: (_("Hier ist etwas schiefgegangen"), _("Das liegt an uns. Bitte nennen Sie uns die Nummer %(number)s.") % {"number": error.detail.get("number", "–")}),
        502: (_("Eine Quelle antwortet nicht"), _("Es wurde nichts geändert. Versuchen Sie es später noch einmal.")),
        503: (_("Gerade geht es nicht"), _("Das Verzeichnis wird gerade gewartet. Versuchen Sie es in einigen Minuten noch einmal.")),
        507: (_("Auf dem Server ist kein Platz mehr"), _("Es wurde nichts gespeichert. Geben Sie den Betreibern Bescheid, und versuchen Sie es später noch einmal.")),
    }  # fmt: skip
    return by_status.get(error.status) or (_("Das hat nicht geklappt"), _("Bitte gehen Sie zurück, und versuchen Sie es noch einmal."))  # fmt: skip


def _details(error: LotseError, lang: Lang) -> list[str]:
    """Which fields are wrong and how to correct them, a sentence each; [] for any other error."""
    if not isinstance(error, ValidationError):
        return []
    details = []
    for entry in error.errors:
        message = entry.get("message", {})
        details.append(
            ": ".join(part for part in (str(entry.get("field", "")), both(message)[lang] if message else "") if part)
        )
    return details


def _gone(pages: Pages, request: Request, error: LotseError, lang: Lang) -> dict[str, Any] | None:
    """Reason and date of a withdrawal; `page` is the record's, for those who may publish it again, else ""."""
    if error.status != 410:
        return None
    account, record = pages.account(request), pages.catalog.store.get(str(error.detail.get("id") or ""))
    may_restore = account and record and permissions.is_allowed(account, "restore", subject(record))
    return {
        "page": addresses.page(record.kind, record.id, lang) if record and may_restore else "",
        "reason": sentence(error.reason, lang) if isinstance(error, WithdrawnError) else "",
        "at": str(error.detail.get("withdrawn") or "")[:10],
    }


def _words(request: Request) -> str:
    """What the address seems to have looked for: the words of its last step."""
    last = request.url.path.rstrip("/").rpartition("/")[2]
    return " ".join(last.replace("-", " ").replace("_", " ").split())[:100]
