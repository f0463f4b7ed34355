"""The page to sign in, with all ways that this installation offers.

Entry point: `sign_in_page`.
"""

from typing import Any
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response

from api.editing import passkey_protocol
from api.pages.site import NO_STORE, Pages
from api.text.i18n import translator
from api.web.addresses import language, place


def sign_in_page(pages: Pages, request: Request, next: str = "", status: int = 200, **view: Any) -> Response:
    """The page. `wrong`: name and password do not fit; `failed`: another way that did not work: openid, passkey."""
    lang = language(request)
    _ = translator(lang)
    onward = f"?next={quote(next)}" if next else ""
    shown: dict[str, Any] = {
        "name": "",
        "wrong": False,
        "failed": "",
        "next": next,
        "notice": "reset" in request.query_params,
        "openid": place("account", lang, "openid") + onward if pages.settings.oidc else "",
        "passkey": passkey_protocol.asked(pages, request),
        "action": place("account", lang, "sign-in") + onward,
        "crumbs": [(_("Anmelden"), "")],
        "indexed": False,
    }
    return pages.page(request, "sign_in.html", lang, status, NO_STORE, **shown | view)
