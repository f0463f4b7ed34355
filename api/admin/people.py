"""The pages of accounts, for administrators: who may do what, substitutes, hand-over, four eyes, and the audit log.

Entry point: `routes`. Invariants: only administrators see these pages; every change is an entry of the audit log; the
last administrator cannot be taken away here.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.admin import account_roles
from api.admin.account_roles import organization_id
from api.admin.source_acts import source_act_words
from api.pages.site import Pages
from api.text.formatting import day, pick_language
from api.text.i18n import translator
from api.web.addresses import Lang, language, mount, patterns, place
from api.web.session import FormBody, Forms
from registry.errors import ConflictError, LotseError, NotFoundError, UsageError
from registry.model import Account
from registry.model.message import sentence
from registry.model.text import shortened
from registry.people.accounts import ORGANIZATION_ROLES, ROLES
from registry.people.audit import Entry

ENTRIES_SHOWN: Final = 200  # of the audit log
MAX_PEOPLE_OFFERED: Final = 300  # in a list to choose from


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin", "accounts"), partial(show_accounts, pages))
    mount(router, patterns("admin", "accounts"), partial(change_accounts, pages), "POST")
    mount(router, patterns("admin", "accounts", "{name:path}"), partial(show_account, pages))
    mount(router, patterns("admin", "accounts", "{name:path}"), partial(change_account, pages), "POST")
    mount(router, patterns("admin", "audit"), partial(show_audit, pages))
    return router


# -- all accounts


def show_accounts(pages: Pages, request: Request) -> Response:
    """All accounts with their roles, and the organizations without four eyes."""
    return _accounts(pages, request)


def change_accounts(pages: Pages, request: Request, body: FormBody = b"") -> Response:
    """Adds an account and shows the code for its first password, or lifts four eyes for an organization, or asks for
    them again."""
    fields = pages.form(request, body)
    by = pages.required(request, "accounts")
    act = fields.get("act")
    if act == "add":
        return _add(pages, request, fields, by)
    if act not in ("lift", "ask"):
        return _accounts(pages, request)
    if act == "lift":
        return _lift(pages, request, fields, by)
    pages.inbox.four_eyes.ask_again(fields.get("organization").strip(), by.name)
    return RedirectResponse(place("admin", language(request), "accounts") + "?changed", 303)


def _lift(pages: Pages, request: Request, fields: Forms, by: Account) -> Response:
    """Lifts four eyes for the organization of that name; 422 if there is none, or no reason is given."""
    organization, why = fields.get("organization").strip(), " ".join(fields.get("why").split())
    _ = translator(language(request))
    try:
        id = organization_id(pages, organization)
    except UsageError as error:
        fault = ("organization", _sentence(error, request))
        return _accounts(pages, request, 422, fault=fault, organization=organization, why=why)
    if not why:
        return _accounts(pages, request, 422, fault=("why", _("Nennen Sie einen Grund.")), organization=organization)
    pages.inbox.four_eyes.lift(id, by.name, why)
    return RedirectResponse(place("admin", language(request), "accounts") + "?changed", 303)


def _add(pages: Pages, request: Request, fields: Forms, by: Account) -> Response:
    """A new account has a random password, which nobody knows; the person sets one with the code."""
    name = fields.get("name").strip()
    try:
        account = account_roles.read(pages, Account(name=name), fields)
        pages.people.add(account, secrets.token_urlsafe(32))
    except (UsageError, ConflictError) as error:
        entered = {field: fields.get(field) for field in ("name", "full_name", "role")}
        grants = account_roles.rows(pages, Account(name=""), language(request), fields)
        fault = ("name", _sentence(error, request))
        return _accounts(pages, request, error.status, fault=fault, entered=entered, grants=grants)
    pages.people.audit.write(by.name, "add-account", account=name, detail=account.role)
    return _accounts(pages, request, code=pages.people.reset_codes.issue(name), code_name=name)


def _accounts(pages: Pages, request: Request, status: int = 200, **view: Any) -> Response:
    pages.required(request, "accounts")
    lang = language(request)
    _ = translator(lang)
    lifted = list(pages.inbox.four_eyes.all())
    accounts = list(pages.people.accounts())
    ids = {id for account in accounts for id in account.organizations}
    shown: dict[str, Any] = {
        "accounts": accounts,
        "substitutes": {substitute.account: substitute for substitute in pages.people.substitutes.all()},
        "lifted": lifted,
        "names": dict(pages.names({*ids, *(entry.organization for entry in lifted)}, lang)),
        "role_words": role_words(request),
        "fault": ("", ""),
        "entered": {"name": "", "full_name": "", "role": "member"},
        "grants": account_roles.rows(pages, Account(name=""), lang),
        "organization_names": pages.organization_names(lang),
        "organization": "",
        "why": "",
        "code": "",
        "code_name": "",
        "changed": "changed" in request.query_params,
        "crumbs": [(_("Administration"), place("admin", lang)), (_("Konten"), "")],
        "indexed": False,
    }
    return pages.page(request, "accounts.html", lang, status, **shown | view)


# -- one account


def show_account(pages: Pages, request: Request, name: str) -> Response:
    """An account with its roles, substitute and ways to sign in; NotFoundError for an unknown name."""
    return _account(pages, request, name)


def change_account(pages: Pages, request: Request, name: str, body: FormBody = b"") -> Response:
    """Carries out the act of the form (`ACTS`); the page with 422 and the reason if it cannot be done."""
    fields = pages.form(request, body)
    by = pages.required(request, "accounts")
    account = _existing(pages, name)
    act = ACTS.get(fields.get("act"))
    if act is None:
        return _account(pages, request, name)
    try:
        code = act(pages, account, fields, by)
    except LotseError as error:
        return _account(pages, request, name, 422, fault=_sentence(error, request))
    if pages.people.get(name) is None:
        return RedirectResponse(place("admin", language(request), "accounts") + "?changed", 303)
    if code:
        return _account(pages, request, name, code=code)
    return RedirectResponse(place("admin", language(request), "accounts", name) + "?changed", 303)


def _change_roles(pages: Pages, account: Account, fields: Forms, by: Account) -> str:
    changed = account_roles.read(pages, account, fields)
    if changed.role != "administrator":
        _keep_an_administrator(pages, account)
    pages.people.change(changed)
    pages.people.audit.write(by.name, "change-account", account=account.name, detail=changed.role)
    return ""


def _set_substitute(pages: Pages, account: Account, fields: Forms, by: Account) -> str:
    substitute = fields.get("substitute").strip()
    if substitute:
        _existing(pages, substitute)
    pages.people.substitutes.set(account.name, substitute, fields.get("until").strip())
    pages.people.audit.write(by.name, "set-substitute", account=account.name, detail=fields.get("until").strip())
    return ""


def _hand_over(pages: Pages, account: Account, fields: Forms, by: Account) -> str:
    to = _existing(pages, fields.get("to").strip())
    number = pages.inbox.hand_over(account.name, to.name)
    pages.people.audit.write(by.name, "hand-over", account=account.name, detail=str(number))
    return ""


def _issue_code(pages: Pages, account: Account, fields: Forms, by: Account) -> str:
    pages.people.second_factor.turn_off(account.name)  # the phone may be lost too
    pages.people.audit.write(by.name, "issue-code", account=account.name)
    return pages.people.reset_codes.issue(account.name)


def _remove(pages: Pages, account: Account, fields: Forms, by: Account) -> str:
    _keep_an_administrator(pages, account)
    if not fields.get("sure"):
        raise UsageError("account-remove-unsure")
    pages.people.audit.write(by.name, "remove-account", account=account.name)
    pages.people.remove(account.name)
    return ""


ACTS: Final[Mapping[str, Callable[[Pages, Account, Forms, Account], str]]] = MappingProxyType(
    {
        "roles": _change_roles,
        "substitute": _set_substitute,
        "hand-over": _hand_over,
        "code": _issue_code,
        "remove": _remove,
    }
)


def _account(pages: Pages, request: Request, name: str, status: int = 200, **view: Any) -> Response:
    pages.required(request, "accounts")
    lang = language(request)
    _ = translator(lang)
    person = _existing(pages, name)
    shown: dict[str, Any] = {
        "person": person,
        "grants": account_roles.rows(pages, person, lang),
        "organization_names": pages.organization_names(lang),
        "people": _others(pages, name),
        "substitute": pages.people.substitutes.of(name),
        "drafts": len(list(pages.inbox.of_account(Account(name=name)))),
        "passkeys": len(list(pages.people.passkeys.of(name))),
        "tokens": len(list(pages.people.tokens.of(name))),
        "sessions": len(list(pages.people.sessions.of(name))),
        "is_linked": pages.people.identities.is_linked(name),
        "role_words": role_words(request),
        "fault": "",
        "code": "",
        "changed": "changed" in request.query_params,
        "crumbs": [
            (_("Administration"), place("admin", lang)),
            (_("Konten"), place("admin", lang, "accounts")),
            (name, ""),
        ],
        "indexed": False,
    }
    return pages.page(request, "account_admin.html", lang, status, **shown | view)


def _others(pages: Pages, name: str) -> list[Account]:
    """The accounts to choose from, but for this one."""
    return [account for account in pages.people.accounts() if account.name != name][:MAX_PEOPLE_OFFERED]


def show_audit(pages: Pages, request: Request) -> Response:
    """The newest entries of the audit log, and whether it is whole."""
    pages.required(request, "accounts")
    lang = language(request)
    _ = translator(lang)
    crumbs = [
        (_("Administration"), place("admin", lang)),
        (_("Konten"), place("admin", lang, "accounts")),
        (_("Protokoll"), ""),
    ]
    return pages.page(
        request,
        "audit.html",
        lang,
        entries=list(_lines(pages, request, pages.people.audit.newest(ENTRIES_SHOWN))),
        broken=pages.people.audit.first_broken(),
        act_words=act_words(request),
        crumbs=crumbs,
        indexed=False,
    )


def _lines(pages: Pages, request: Request, entries: Iterable[Entry]) -> Iterator[tuple[Entry, str, str]]:
    """Each entry with what the act was done to and its detail, both in words."""
    lang, roles = language(request), role_words(request)
    for entry in entries:
        detail = day(entry.detail, lang) if entry.act == "set-substitute" else roles.get(entry.detail, entry.detail)
        yield entry, _subject(pages, entry.subject, lang), detail


def _subject(pages: Pages, subject: str, lang: Lang) -> str:
    """The title of a draft, the name of an organization or an account."""
    _ = translator(lang)
    kind, _space, id = subject.partition(" ")
    if kind == "draft":
        try:
            title = pages.inbox.get_any(id).metadata.title
        except NotFoundError:
            return _("gelöschter Entwurf")
        return shortened(pick_language(title, lang).words) or _("Ohne Titel")
    if kind == "organization":
        return pages.names([id], lang)[0][1]
    return _("Zugangsschlüssel %(id)s") % {"id": id} if kind == "token" else subject


def _existing(pages: Pages, name: str) -> Account:
    account = pages.people.get(name)
    if account is None:
        raise NotFoundError("account-unknown", name=name[:80])
    return account


def _keep_an_administrator(pages: Pages, account: Account) -> None:
    """ConflictError if this is the last administrator."""
    administrators = {other.name for other in pages.people.accounts() if other.role == "administrator"}
    if administrators == {account.name}:
        raise ConflictError("last-administrator")


def _sentence(error: LotseError, request: Request) -> str:
    return sentence(error.summary, language(request))


def role_words(request: Request) -> Mapping[str, str]:
    """The roles in words; those for the whole catalogue and those in an organization."""
    _ = translator(language(request))
    labels = {
        "member": _("meldet an"),
        "reviewer": _("Digitallotsin oder Digitallotse: prüft und gibt frei"),
        "reader": _("liest Berichte"),
        "administrator": _("Verwaltung"),
        "author": _("schreibt und reicht ein"),
        "steward": _("prüft, gibt frei und führt zusammen"),
        "publisher": _("gibt frei"),
    }
    return {name: labels[name] for name in (*ROLES, *ORGANIZATION_ROLES)}


def act_words(request: Request) -> Mapping[str, str]:
    """The acts of the audit log in words."""
    _ = translator(language(request))
    return {
        "submit": _("eingereicht"),
        "withdraw": _("zurückgezogen"),
        "discard": _("gelöscht"),
        "return": _("zurückgegeben"),
        "publish": _("freigegeben"),
        "decline": _("abgelehnt"),
        "undo": _("Entscheidung zurückgenommen"),
        "add-account": _("Konto angelegt"),
        "change-account": _("Konto geändert"),
        "remove-account": _("Konto gelöscht"),
        "set-substitute": _("Vertretung geändert"),
        "hand-over": _("Entwürfe übergeben"),
        "issue-code": _("Code für ein neues Passwort ausgegeben"),
        "lift-four-eyes": _("Vier-Augen-Prinzip aufgehoben"),
        "ask-four-eyes": _("Vier-Augen-Prinzip wieder eingesetzt"),
        "add-token": _("Zugangsschlüssel erstellt"),
        "revoke-token": _("Zugangsschlüssel widerrufen"),
        "change-password": _("Passwort geändert"),
        "change-address": _("E-Mail-Adresse geändert"),
        "add-passkey": _("Passkey angelegt"),
        "remove-passkey": _("Passkey entfernt"),
        "turn-on-codes": _("Einmalcodes eingeschaltet"),
        "turn-off-codes": _("Einmalcodes ausgeschaltet"),
        "erase": _("Person gelöscht"),
        "add-webhook": _("Webhook angelegt"),
        "retry-webhook": _("Webhook noch einmal versucht"),
        "remove-webhook": _("Webhook beendet"),
        **source_act_words(language(request)),
    }
