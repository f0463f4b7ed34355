"""Begins a session, whatever the way in which somebody signed in, and counts the tries.

Entry points: `begin_session`, `count_try`, `signed_state` and `read_state` (what a sign-in of two steps keeps between
them). Invariant: each sign-in makes a new session, so nobody can plant one beforehand (session fixation).
"""

import logging
from typing import Any, Final

from itsdangerous import BadData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.web import session
from api.web.addresses import language, place
from api.web.session import TooManyError
from api.web.signing import timed_serializer
from registry.errors import StorageFullError
from registry.model import Account
from registry.people.sessions import SignInMethod
from registry.people.sign_in_tries import Attempt

MAX_NAME_CHARACTERS: Final = 80  # of the name of an account
STATE_SECONDS: Final = 600  # that a sign-in of two steps may take

log = logging.getLogger("lotse.web")


def begin_session(pages: Pages, request: Request, account: Account, method: SignInMethod, next: str = "") -> Response:
    """Signs in and leads on: to `next` if it is a page of ours, else to the queue if something waits there for the
    account, else to its entries."""
    first = place("review", language(request)) if pages.reviews_waiting(account) else ""
    address = session.local(next) or first or place("mine", language(request), "entries")
    response = RedirectResponse(address, 303)
    nonce = session.begin(response, pages.settings, account.name, pages.people.seal(account.name))
    try:
        pages.people.sessions.begin(nonce, account.name, method, request.headers.get("user-agent", ""))
    except StorageFullError as error:
        log.error("the session is in no list: %s", error)
    return response


def count_try(pages: Pages, request: Request, name: str, purpose: str = "") -> Attempt:
    """Counts a try for an account from the client's address; TooManyError if there were too many."""
    attempt = pages.attempt(request, name[:MAX_NAME_CHARACTERS], purpose)
    if seconds := pages.people.tries.count(attempt):
        raise TooManyError("too-many-passwords", {"seconds": seconds})
    return attempt


def signed_state(pages: Pages, purpose: str, value: Any) -> str:
    """A value that comes back in a form or an address, signed for one purpose."""
    return str(timed_serializer(pages.settings, purpose).dumps(value))


def read_state(pages: Pages, purpose: str, text: str) -> Any:
    """The value of `signed_state`; None if it is forged, of another purpose, or older than STATE_SECONDS."""
    try:
        return timed_serializer(pages.settings, purpose).loads(text, max_age=STATE_SECONDS)
    except (BadData, ValueError, TypeError):
        return None
