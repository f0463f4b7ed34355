"""One-time codes: asked for after the password, and turned on and off on a page of the account.

Entry points: `routes`, `ask_for_code`. Invariants: nobody has a session before the second step; codes are guessed no
more often than passwords; the factor is turned on only by who has just read a code from it, and off only with a code.
"""

from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.editing.signing_in import begin_session, count_try, read_state, signed_state
from api.pages.site import NO_STORE, Pages
from api.text.i18n import translator
from api.web import session
from api.web.addresses import language, mount, patterns, place
from api.web.session import FormBody
from registry.people.second_factor import app_address, new_secret

_SIGN_IN, _SET_UP = "second-factor", "second-factor-set-up"  # purposes of signed states
MAX_CODE_CHARACTERS: Final = 20


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("account", "code"), partial(sign_in, pages), "POST")
    mount(router, patterns("account", "codes"), partial(show, pages))
    mount(router, patterns("account", "codes"), partial(change, pages), "POST")
    return router


def ask_for_code(pages: Pages, request: Request, name: str, next: str, status: int = 200) -> Response:
    """The page that asks for a code after the right password; `status` 422: the code before was wrong."""
    lang = language(request)
    _ = translator(lang)
    seal = pages.people.seal(name)  # a password that is changed meanwhile ends this sign-in
    return pages.page(
        request,
        "one_time_code.html",
        lang,
        status,
        NO_STORE,
        state=signed_state(pages, _SIGN_IN, [name, seal, next]),
        wrong=status != 200,
        crumbs=[(_("Anmelden"), place("account", lang, "sign-in")), (_("Code"), "")],
        indexed=False,
    )


def sign_in(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Begins the session for the right code; the page again for a wrong one; the first page if it took too long."""
    fields = session.form(request, body, None, pages.settings)
    kept = read_state(pages, _SIGN_IN, fields.get("state"))
    if kept is None or kept[1] != pages.people.seal(kept[0]):
        return RedirectResponse(place("account", language(request), "sign-in"), 303)
    name, _seal, next = kept
    attempt = count_try(pages, request, name, "code")
    account = pages.people.get(name)
    if account is None or not pages.people.second_factor.take(name, fields.get("code")[:MAX_CODE_CHARACTERS]):
        return ask_for_code(pages, request, name, next, 422)
    pages.people.tries.forget(attempt)
    return begin_session(pages, request, account, "password", next)


def show(pages: Pages, request: Request) -> Response:
    """The page on which codes are turned on or off."""
    return _page(pages, request)


def change(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Turns codes on and shows the recovery codes, or turns them off; 422 for a wrong code."""
    fields = pages.form(request, body)
    account, code = pages.required(request), fields.get("code")[:MAX_CODE_CHARACTERS]
    factor = pages.people.second_factor
    attempt = count_try(pages, request, account.name, "code")
    if fields.get("act") == "off":
        if not factor.take(account.name, code):
            return _page(pages, request, 422, wrong=True)
        factor.turn_off(account.name)
        pages.people.audit.write(account.name, "turn-off-codes")
    else:
        kept = read_state(pages, _SET_UP, fields.get("state"))
        secret = kept[1] if kept and kept[0] == account.name else ""
        recovery = factor.turn_on(account.name, secret, code) if secret else []
        if not recovery:
            return _page(pages, request, 422, wrong=True, secret=secret)
        pages.people.tries.forget(attempt)
        pages.people.audit.write(account.name, "turn-on-codes")
        return _page(pages, request, recovery=recovery)
    pages.people.tries.forget(attempt)
    return RedirectResponse(place("account", language(request), "codes") + "?off", 303)


def _page(pages: Pages, request: Request, status: int = 200, secret: str = "", **view: Any) -> Response:
    lang = language(request)
    _ = translator(lang)
    account = pages.required(request)
    secret = secret or new_secret()
    shown: dict[str, Any] = {
        "is_on": pages.people.second_factor.is_on(account.name),
        "secret": secret,
        "secret_groups": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "app_address": app_address(account.name, secret, f"Lotse {pages.city.name}".strip()),
        "state": signed_state(pages, _SET_UP, [account.name, secret]),
        "wrong": False,
        "recovery": [],
        "off": "off" in request.query_params,
        "crumbs": [(_("Konto"), place("account", lang)), (_("Einmalcodes"), "")],
        "indexed": False,
    }
    return pages.page(request, "one_time_codes.html", lang, status, **shown | view)
