"""Following without an account: the choice of feed, calendar or e-mail, the confirmation, and the end of it.

Entry point: `routes`. Invariants: nothing is stored before the address is confirmed, because all that is asked for
stands in the signed link; one click or one request (RFC 8058) ends a subscription, without signing in.
"""

from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from itsdangerous import BadData
from starlette.responses import RedirectResponse, Response

from api.pages.site import NO_STORE, Pages
from api.text.i18n import translator
from api.visitors import guard
from api.visitors.digests import id_of, token_of
from api.visitors.followed import Followed
from api.web import addresses, session
from api.web.addresses import Lang, language, mount, notice, patterns, place
from api.web.session import FormBody, Forms
from api.web.signing import timed_serializer
from registry.errors import NotFoundError, UsageError
from registry.following.subscriptions import RHYTHMS, Subscription
from registry.letters.letter import Letter, Paragraph, is_address
from registry.model.message import message
from registry.model.text import shortened

SIGNED_FOR: Final = "follow"
CONFIRM_SECONDS: Final = 7 * 24 * 3600  # for which the link in a letter is good


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("alerts"), partial(choose, pages))
    mount(router, patterns("alerts"), partial(ask, pages), "POST")
    mount(router, patterns("alerts", "confirm"), partial(confirm, pages))
    mount(router, patterns("alerts", "confirm"), partial(confirmed, pages), "POST")
    mount(router, patterns("alerts", "manage"), partial(manage, pages))
    mount(router, patterns("alerts", "manage"), partial(change, pages), "POST")
    mount(router, patterns("alerts", "end"), partial(end, pages))
    mount(router, patterns("alerts", "end"), partial(ended, pages), "POST")
    return router


# -- begin


def choose(pages: Pages, request: Request) -> Response:
    """Feed, calendar or e-mail for what the parameters name: a search, `record=…` or `organization=…`."""
    lang = language(request)
    return _page(pages, request, Followed.of(pages, request.query_params.multi_items(), lang), Forms([]))


def ask(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Sends a letter with a link that confirms the address."""
    sent, fault = guard.fields(pages, request, body, "alert")
    lang = language(request)
    followed = Followed.of(pages, parse_qsl(sent.get("query")), lang)
    email, rhythm = sent.get("email").strip(), sent.get("rhythm")
    if not fault and not is_address(email):
        fault = translator(lang)("Schreiben Sie die E-Mail-Adresse wie name@example.org.")
    if fault:
        return _page(pages, request, followed, sent, fault)
    guard.count(pages, request, f"mail {guard.digest(pages, email)}")
    rhythm = rhythm if rhythm in RHYTHMS else RHYTHMS[0]
    token = str(timed_serializer(pages.settings, SIGNED_FOR).dumps([email, followed.query, rhythm, lang]))
    label = shortened(followed.label(pages, lang))
    paragraphs = (
        Paragraph(message(f"letter-follow-{rhythm}", label=label)),
        Paragraph(message("letter-follow-confirm"), page="alerts", steps=("confirm",), query=f"?token={token}"),
        Paragraph(message("letter-not-you")),
    )
    subject = message("letter-follow-subject", label=label)
    pages.catalog.outbox.put(Letter(to=email, lang=lang, subject=subject, paragraphs=paragraphs, about="follow"))
    followed_too = f"&{followed.query}" if followed.query else ""
    return RedirectResponse(f"{addresses.path('alerts', lang)}?asked{followed_too}", 303)


def _page(pages: Pages, request: Request, followed: Followed, sent: Forms, fault: str = "") -> Response:
    lang = language(request)
    title = translator(lang)("Folgen")
    return pages.page(
        request,
        "alerts.html",
        lang,
        422 if fault else 200,
        NO_STORE,
        title=title,
        label=followed.label(pages, lang),
        page=followed.page(lang),
        feed=followed.feed(lang),
        calendar=followed.calendar(lang),
        followed=followed.query,
        email=sent.get("email"),
        rhythm=sent.get("rhythm") or RHYTHMS[0],
        guard=guard.hidden(pages, lang),
        action=addresses.path("alerts", lang),
        asked="asked" in request.query_params and not fault,
        fault=fault,
        crumbs=[(title, "")],
        indexed=not request.query_params,
    )


# -- confirm


def _asked(pages: Pages, token: str) -> tuple[str, str, str, Lang]:
    """Address, query, rhythm and language of a link; UsageError if it is too old or not ours."""
    try:
        email, query, rhythm, lang = timed_serializer(pages.settings, SIGNED_FOR).loads(token, max_age=CONFIRM_SECONDS)
    except (BadData, ValueError, TypeError):
        raise UsageError("link-expired") from None
    return str(email), str(query), str(rhythm), addresses.language_of(lang)


def confirm(pages: Pages, request: Request) -> Response:
    """The page that the letter leads to; only its button counts, because mail programs open links by themselves."""
    token = request.query_params.get("token", "")
    _email, query, _rhythm, _lang = _asked(pages, token)
    return _question(pages, request, "confirm", token, Followed.read(pages, query))


def confirmed(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Begins the subscription."""
    token = _form(pages, request, body).get("token")
    email, query, rhythm, lang = _asked(pages, token)
    stored = pages.catalog.following.subscriptions.add(email, query, rhythm, lang, pages.catalog.store.last())
    return RedirectResponse(
        f"{place('alerts', language(request), 'manage')}?token={token_of(pages, stored.id)}&begun", 303
    )


def _question(pages: Pages, request: Request, step: str, token: str, followed: Followed | None) -> Response:
    """A page with one button, that confirms or ends."""
    lang = language(request)
    return pages.page(
        request,
        "alert_question.html",
        lang,
        200,
        NO_STORE,
        step=step,
        token=token,
        label=followed.label(pages, lang) if followed else "",
        action=place("alerts", lang, step) + (f"?token={token}" if step == "end" else ""),
        crumbs=[(translator(lang)("Folgen"), addresses.path("alerts", lang))],
        indexed=False,
    )


def _form(pages: Pages, request: Request, body: bytes) -> Forms:
    account = pages.account(request)
    return session.form(request, body, request.state.session if account else None, pages.settings)


# -- change and end


def _subscription(pages: Pages, token: str) -> Subscription:
    """The subscription of a link; NotFoundError if it has ended, UsageError if the link is not ours."""
    try:
        return pages.catalog.following.subscriptions.get(id_of(pages, token))
    except BadData:
        raise UsageError("link-expired") from None


def manage(pages: Pages, request: Request) -> Response:
    """All that the address of a letter follows, with the rhythm of each."""
    token = request.query_params.get("token", "")
    address = _subscription(pages, token).address
    lang = language(request)
    listed = pages.catalog.following.subscriptions.of_address(address)
    return pages.page(
        request,
        "alerts_manage.html",
        lang,
        200,
        NO_STORE,
        entries=[(entry, Followed.read(pages, entry.query)) for entry in listed],
        label=lambda followed: followed.label(pages, lang),
        page_of_followed=lambda followed: followed.page(lang),
        token=token,
        action=place("alerts", lang, "manage"),
        notice=notice(request, ("begun", "changed")),
        crumbs=[(translator(lang)("Folgen"), addresses.path("alerts", lang))],
        indexed=False,
    )


def change(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Changes the rhythm of one subscription of the address, ends it, or ends all."""
    sent = _form(pages, request, body)
    lang, token = language(request), sent.get("token")
    own = _subscription(pages, token)
    if sent.get("act") == "all":
        pages.catalog.following.subscriptions.forget(own.address)
        return RedirectResponse(f"{place('alerts', lang, 'end')}?done", 303)
    chosen = pages.catalog.following.subscriptions.get(sent.get("id"))
    if chosen.address != own.address:
        raise NotFoundError("subscription-unknown")
    if sent.get("act") == "end":
        pages.catalog.following.subscriptions.end(chosen.id)
        left = pages.catalog.following.subscriptions.of_address(own.address)
        if not left:
            return RedirectResponse(f"{place('alerts', lang, 'end')}?done", 303)
        token = token_of(pages, left[0].id) if chosen.id == own.id else token
    elif sent.get("rhythm") in RHYTHMS:
        pages.catalog.following.subscriptions.set_rhythm(chosen.id, sent.get("rhythm"))
    return RedirectResponse(f"{place('alerts', lang, 'manage')}?token={token}&changed", 303)


def end(pages: Pages, request: Request) -> Response:
    """The page of the unsubscribe link for people: a button ends the subscription, and afterwards it says so."""
    token = request.query_params.get("token", "")
    if "done" in request.query_params:
        return _question(pages, request, "ended", "", None)
    try:
        subscription = _subscription(pages, token)
    except NotFoundError:
        return _question(pages, request, "ended", "", None)
    return _question(pages, request, "end", token, Followed.read(pages, subscription.query))


def ended(pages: Pages, request: Request) -> Response:
    """Ends the subscription of the address's token, at once: mail programs send this (RFC 8058), without a cookie and
    from wherever they are, so the token alone counts. They follow no redirect, so it answers itself."""
    try:
        pages.catalog.following.subscriptions.end(id_of(pages, request.query_params.get("token", "")))
    except BadData:
        raise UsageError("link-expired") from None
    return _question(pages, request, "ended", "", None)
