"""Who asks: sign-in, sign-out and the account's own page. Sessions themselves are in session.py."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.text.i18n import translator
from api.web import addresses, session
from api.web.addresses import hang, language, patterns, place
from api.web.session import FormBody
from registry.catalog import Catalog
from registry.settings import Settings


def routes(catalog: Catalog, settings: Settings) -> APIRouter:
    pages = Pages(catalog, settings)
    brake, brake_of_address = session.Brake(), session.Brake(session.TRIES_OF_ADDRESS)
    turns = session.Turns()
    router = APIRouter(include_in_schema=False)

    def account(request: Request) -> Response:
        lang = language(request)
        _ = translator(lang)
        named = pages.names(pages.required(request).organizations, lang)
        return pages.page(request, "account.html", lang, organizations=named, crumbs=[(_("Konto"), "")], indexed=False)

    def sign_in(request: Request) -> Response:
        next = session.local(request.query_params.get("next", ""))
        if pages.account(request):
            return RedirectResponse(next or place("account", language(request)), 303)
        return _form(pages, request, next)

    def signed_in(request: Request, body: FormBody = b"") -> Response:
        fields = session.form(request, body, None, settings)
        name, next = fields.get("name").strip(), session.local(fields.get("next"))
        address = request.client.host if request.client else ""
        key = (name[:80], address)
        brake.check(key)
        brake_of_address.check(("", address))
        with turns:
            found = pages.people.verify(name, fields.get("password")) if name else None
        if found is None:
            brake.wrong(key)
            brake_of_address.wrong(("", address))
            return _form(pages, request, next, name, wrong=True)
        brake.right(key)
        response = RedirectResponse(next or place("mine", language(request), "entries"), 303)
        session.begin(response, settings, found.name, pages.people.seal(found.name))
        return response

    def sign_out(request: Request, body: FormBody = b"") -> Response:
        if pages.account(request):
            pages.form(request, body)
            pages.people.end_session(request.state.session.nonce)
        response = RedirectResponse(addresses.path("start", language(request)), 303)
        session.end(response, settings)
        return response

    hang(router, patterns("account"), account)
    hang(router, patterns("account", "sign-in"), sign_in)
    hang(router, patterns("account", "sign-in"), signed_in, "POST")
    hang(router, patterns("account", "sign-out"), sign_out, "POST")
    return router


def _form(pages: Pages, request: Request, next: str, name: str = "", wrong: bool = False) -> Response:
    lang = language(request)
    _ = translator(lang)
    return pages.page(
        request,
        "sign_in.html",
        lang,
        422 if wrong else 200,
        session_headers(),
        next=next,
        name=name,
        wrong=wrong,
        crumbs=[(_("Anmelden"), "")],
        indexed=False,
        action=place("account", lang, "sign-in") + (f"?next={quote(next)}" if next else ""),
    )


def session_headers() -> dict[str, str]:
    return {"Cache-Control": "no-store"}
