"""Signing in by API token: `Authorization: Bearer …` (RFC 6750).

Entry point: `authenticated`. Invariants: a session's cookie is never accepted here, so no other site can send a request
in somebody's name; wrong tokens are counted by address, and right ones are never refused for wrong ones.
"""

from typing import Final

from starlette.requests import Request

from api.pages.site import Pages
from api.web.session import TooManyError
from registry.errors import NotAllowedError, NotSignedInError
from registry.model import Account
from registry.people.tokens import Scope

SCHEME: Final = "bearer"
MAX_ID_CHARACTERS: Final = 18  # of a token: its prefix and its id, without the secret


def authenticated(pages: Pages, request: Request, scope: Scope) -> Account:
    """The account whose token the request has.

    NotSignedInError without a token or with a wrong one, TooManyError after too many wrong ones from this address,
    NotAllowedError if the token lacks the scope.
    """
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not text.strip():
        raise NotSignedInError("token-missing")
    token = pages.people.tokens.verify(text.strip())
    account = pages.people.get(token.account) if token else None
    if token is None or account is None:
        _count(pages, request, text.strip())
        raise NotSignedInError("token-wrong")
    if scope not in token.scopes:
        raise NotAllowedError("token-scope", {"scope": scope}, scope=scope)
    return pages.people.with_leave(account)


def _count(pages: Pages, request: Request, text: str) -> None:
    if seconds := pages.people.tries.count(pages.attempt(request, text[:MAX_ID_CHARACTERS], "token")):
        raise TooManyError("too-many-tokens", {"seconds": seconds}, seconds=seconds)
