"""Signing in with the account of the city, by OpenID Connect: the pages that lead to the provider and take it back.

Entry point: `routes`. Invariants: the way back is taken only in the browser that went; an identity that is new gets an
account of its own, or is linked with the account that is signed in, never with one of the same name.
"""

import logging
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from api.editing.openid_client import OpenIdClient, OpenIdError
from api.editing.sign_in_page import sign_in_page
from api.editing.signing_in import STATE_SECONDS, begin_session, read_state, signed_state
from api.pages.site import NO_STORE, Pages
from api.web import session
from api.web.addresses import absolute, language, mount, patterns, place
from registry.errors import ConflictError, NotAllowedError
from registry.model import Account
from registry.people.identities import read_mapping, with_groups

COOKIE: Final = "lotse-openid"  # keeps the secrets of a sign-in while the browser is at the provider
MAX_GROUPS: Final = 1_000
MAX_NAME_TRIES: Final = 100

log = logging.getLogger("lotse.web")


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    if pages.settings.oidc:
        back = absolute(pages.settings.base_url, place("account", "de", "openid", "back"))
        client = OpenIdClient(pages.settings, back)
        mount(router, patterns("account", "openid"), partial(depart, pages, client))
        mount(router, patterns("account", "openid", "back"), partial(arrive, pages, client))
    return router


def depart(pages: Pages, client: OpenIdClient, request: Request) -> Response:
    """Sends the browser to the provider. Who is signed in links the identity with their account."""
    try:
        departure = client.depart()
    except OpenIdError as error:
        return _failed(pages, request, error)
    account = pages.account(request)
    kept = {
        "state": departure.state,
        "nonce": departure.nonce,
        "verifier": departure.verifier,
        "next": session.local(request.query_params.get("next", "")),
        "lang": language(request),
        "link": account.name if account else "",
    }
    response = RedirectResponse(departure.address, 303, NO_STORE)
    response.set_cookie(
        _cookie(pages),
        signed_state(pages, "openid", kept),
        STATE_SECONDS,
        path="/",
        secure=_secure(pages),
        httponly=True,
        samesite="lax",
    )
    return response


def arrive(pages: Pages, client: OpenIdClient, request: Request) -> Response:
    """Signs in whom the provider names; the page to sign in, with what went wrong, for everybody else."""
    kept = read_state(pages, "openid", request.cookies.get(_cookie(pages), ""))
    response = _arrived(pages, client, request, kept if isinstance(kept, dict) else {})
    response.delete_cookie(_cookie(pages), path="/", secure=_secure(pages), httponly=True, samesite="lax")
    return response


def _secure(pages: Pages) -> bool:
    return pages.settings.base_url.startswith("https://")


def _cookie(pages: Pages) -> str:
    """With `__Host-` no other host of the domain can set it, so nobody is led into the account of somebody else."""
    return f"__Host-{COOKIE}" if _secure(pages) else COOKIE


def _arrived(pages: Pages, client: OpenIdClient, request: Request, kept: Mapping[str, Any]) -> Response:
    state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    if not kept or not secrets.compare_digest(state.encode(), str(kept["state"]).encode()) or not code:
        return _failed(pages, request, NotAllowedError("openid-refused"))
    try:
        claims = client.claims(code, kept["nonce"], kept["verifier"])
        signed_in = pages.account(request)
        account = _account(pages, claims, kept["link"] if signed_in and signed_in.name == kept["link"] else "")
    except (OpenIdError, NotAllowedError) as error:
        return _failed(pages, request, error)
    return begin_session(pages, request, account, "openid", kept["next"] or place("mine", kept["lang"], "entries"))


def _account(pages: Pages, claims: Mapping[str, Any], link: str) -> Account:
    """The account of an identity, with the roles of its groups; a new one if it has none. NotAllowedError if groups
    are asked for and none of them brings a role."""
    people, issuer, subject = pages.people, pages.settings.oidc, claims["sub"]
    mapping = read_mapping(pages.settings.oidc_roles)
    name = people.identities.account(issuer, subject) or link
    account = people.get(name) if name else None
    if mapping:
        granted = with_groups(account or Account(name=""), _groups(pages, claims), mapping)
        if granted is None:
            raise NotAllowedError("openid-no-role")
    else:
        granted = account or Account(name="")
    if account is None:
        account = _added(pages, granted, claims)
        people.audit.write(account.name, "add-account", account=account.name, detail=account.role)
    elif granted != account:
        people.change(granted)
        people.audit.write(granted.name, "change-account", account=granted.name, detail=granted.role)
        account = granted
    if people.identities.account(issuer, subject) != account.name:
        people.identities.link(issuer, subject, account.name)
    return account


def _groups(pages: Pages, claims: Mapping[str, Any]) -> list[str]:
    groups = claims.get(pages.settings.oidc_claim, [])
    listed = groups if isinstance(groups, list) else [groups]
    return [group for group in listed[:MAX_GROUPS] if isinstance(group, str)]


def _added(pages: Pages, account: Account, claims: Mapping[str, Any]) -> Account:
    """A new account, named as the provider names the person; with a number if that name is taken. Its password is
    random: nobody knows it."""
    wanted = str(claims.get("preferred_username") or str(claims.get("email", "")).partition("@")[0] or claims["sub"])
    base = "".join(letter for letter in wanted if letter.isalnum() or letter in "._-")[:60] or "konto"
    full_name = " ".join(str(claims.get("name", "")).split())[:200]
    for number in range(1, MAX_NAME_TRIES):
        name = base if number == 1 else f"{base}-{number}"
        try:
            added = replace(account, name=name, full_name=full_name)
            pages.people.add(added, secrets.token_urlsafe(32))
        except ConflictError:
            continue
        return added
    raise NotAllowedError("openid-refused")


def _failed(pages: Pages, request: Request, error: OpenIdError | NotAllowedError) -> Response:
    """The page to sign in, which says that it did not work; the log says why."""
    log.warning("sign-in with OpenID Connect failed: %s", error)
    return sign_in_page(pages, request, status=error.status, failed="openid")
