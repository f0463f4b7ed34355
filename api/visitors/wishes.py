"""Wishes for data: the public list, a form for a new one, and the support of others by account or confirmed e-mail.

Entry point: `routes`. Of a supporter only the name of the account or a keyed digest of the address is stored; the
address itself stands in the letter and in the link that confirms it, and nowhere else.
"""

from functools import partial
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from itsdangerous import BadData
from starlette.responses import RedirectResponse, Response

from api.pages.site import NO_STORE, Pages
from api.text.i18n import translator
from api.visitors import guard
from api.visitors.messages import FORMS, form_page, send
from api.web import addresses, session
from api.web.addresses import language, mount, notice, patterns, place
from api.web.session import FormBody, Forms
from api.web.signing import timed_serializer
from registry.errors import NotFoundError, UsageError
from registry.letters.letter import Letter, Paragraph, is_address
from registry.model.message import message
from registry.visitors.messages import VisitorMessage

SIGNED_FOR: Final = "support"
CONFIRM_SECONDS: Final = 3 * 24 * 3600  # for which the link in a letter is good


class Wish(NamedTuple):
    message: VisitorMessage
    supports: int


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("wishes"), partial(wishes, pages))
    mount(router, patterns("wishes"), partial(wish, pages), "POST")
    mount(router, patterns("wishes", "support"), partial(confirm, pages))
    mount(router, patterns("wishes", "support"), partial(confirmed, pages), "POST")
    mount(router, patterns("wishes", "{id}"), partial(show_wish, pages))
    mount(router, patterns("wishes", "{id}"), partial(support, pages), "POST")
    return router


def wishes(pages: Pages, request: Request) -> Response:
    """The published wishes, those with most support first, and the form for a new one."""
    sent = Forms([("subject", request.query_params.get("q", ""))])
    return form_page(pages, FORMS["wish"], request, sent, more={"wishes": _listed(pages), "titled": None})


def wish(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Takes a new wish."""
    return send(pages, FORMS["wish"], request, body)


def _listed(pages: Pages) -> list[Wish]:
    published = pages.catalog.messages.published("wish")
    counts = pages.catalog.messages.supports([message.id for message in published])
    return sorted((Wish(message, counts[message.id]) for message in published), key=lambda wish: -wish.supports)


def _published(pages: Pages, id: str) -> Wish:
    """The wish; NotFoundError if it is not published."""
    stored = pages.catalog.messages.get(id)
    if stored.kind != "wish" or stored.state != "published":
        raise NotFoundError("message-unknown")
    return Wish(stored, pages.catalog.messages.supports([id])[id])


def show_wish(pages: Pages, request: Request, id: str) -> Response:
    """A wish with its answer, and the form to support it."""
    return _show(pages, request, _published(pages, id))


def _show(pages: Pages, request: Request, wish: Wish, fault: str = "", email: str = "") -> Response:
    lang = language(request)
    return pages.page(
        request,
        "wish.html",
        lang,
        422 if fault else 200,
        NO_STORE,
        wish=wish.message,
        supports=wish.supports,
        guard=guard.hidden(pages, lang),
        action=place("wishes", lang, wish.message.id),
        notice=notice(request, ("supported", "asked", "known")),
        fault=fault,
        email=email,
        crumbs=[(translator(lang)("Datenwünsche"), addresses.path("wishes", lang)), (wish.message.subject, "")],
    )


def support(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Counts the support of an account at once; to an address it sends a letter with a link that confirms it."""
    wish, lang = _published(pages, id), language(request)
    sent, fault = guard.fields(pages, request, body, "support")
    page = place("wishes", lang, id)
    account = pages.account(request)
    email = sent.get("email").strip()
    if not fault and not account and not is_address(email):
        fault = translator(lang)("Schreiben Sie die E-Mail-Adresse wie name@example.org.")
    if fault:
        return _show(pages, request, wish, fault, email)
    if account:
        new = pages.catalog.messages.support(id, account.name)
        return RedirectResponse(f"{page}?{'supported' if new else 'known'}", 303)
    guard.count(pages, request, f"mail {guard.digest(pages, email)}")
    token = str(timed_serializer(pages.settings, SIGNED_FOR).dumps([id, guard.digest(pages, email)]))
    paragraphs = (
        Paragraph(message("letter-support", title=wish.message.subject)),
        Paragraph(message("letter-support-confirm"), page="wishes", steps=("support",), query=f"?token={token}"),
        Paragraph(message("letter-not-you")),
    )
    pages.catalog.outbox.put(
        Letter(
            to=email, lang=lang, subject=message("letter-support-subject"), paragraphs=paragraphs, about=f"wish:{id}"
        )
    )
    return RedirectResponse(f"{page}?asked", 303)


def confirm(pages: Pages, request: Request) -> Response:
    """The page that the letter leads to; only its button counts, because mail programs open links by themselves."""
    token = request.query_params.get("token", "")
    id, _supporter = _read(pages, token)
    lang = language(request)
    wish = _published(pages, id)
    return pages.page(
        request,
        "wish_confirm.html",
        lang,
        200,
        NO_STORE,
        wish=wish.message,
        token=token,
        action=place("wishes", lang, "support"),
        indexed=False,
        crumbs=[(translator(lang)("Datenwünsche"), addresses.path("wishes", lang))],
    )


def confirmed(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Counts the support of a confirmed address."""
    account = pages.account(request)
    sent = session.form(request, body, request.state.session if account else None, pages.settings)
    id, supporter = _read(pages, sent.get("token"))
    new = pages.catalog.messages.support(id, supporter)
    return RedirectResponse(f"{place('wishes', language(request), id)}?{'supported' if new else 'known'}", 303)


def _read(pages: Pages, token: str) -> tuple[str, str]:
    try:
        id, supporter = timed_serializer(pages.settings, SIGNED_FOR).loads(token, max_age=CONFIRM_SECONDS)
    except (BadData, ValueError, TypeError):
        raise UsageError("link-expired") from None
    return str(id), str(supporter)
