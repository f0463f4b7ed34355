"""Protects forms that anybody may send, without a puzzle and without a service of others.

Entry points: `hidden` (the fields of a form), `fields` (what was sent, after all checks). What is refused: forms of
other sites; too many from one network (`registry.people.sign_in_tries`, which keeps digests for five minutes); a field
that people do not see and programs fill in; a form that is sent sooner than people can type, or older than a day.
"""

import hmac
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

from itsdangerous import BadData, SignatureExpired
from markupsafe import Markup
from starlette.requests import Request

from api.pages.site import Pages
from api.text.i18n import translator
from api.web import session
from api.web.addresses import Lang, language
from api.web.session import Forms, TooManyError
from api.web.signing import timed_serializer

SIGNED_FOR: Final = "visitors"
MIN_SECONDS: Final = 1.0  # between getting a form and sending it
MAX_SECONDS: Final = 24 * 3600
TRAP: Final = "website"  # the field that people do not see
STAMP: Final = "stamp"


def hidden(pages: Pages, lang: Lang) -> Markup:
    """The hidden fields: when the form was made, and the trap, which is named for those whose program shows it."""
    _ = translator(lang)
    return Markup(
        '<input type="hidden" name="{}" value="{}"><p class="trap" aria-hidden="true"><label>{} '
        '<input name="{}" value="" tabindex="-1" autocomplete="off"></label></p>'
    ).format(STAMP, timed_serializer(pages.settings, SIGNED_FOR).dumps("form"), _("Bitte leer lassen"), TRAP)


def fields(pages: Pages, request: Request, body: bytes, name: str) -> tuple[Forms, str]:
    """The fields of the form `name`, and a sentence if it must be sent again; TooManyError after too many."""
    account = pages.account(request)
    sent = session.form(request, body, request.state.session if account else None, pages.settings)
    if fault := _fault(pages, sent, language(request)):
        return sent, fault
    count(pages, request, f"form {name}")
    return sent, ""


def _fault(pages: Pages, sent: Forms, lang: Lang) -> str:
    _ = translator(lang)
    if sent.get(TRAP):
        return _("Ein Feld, das leer bleiben muss, war ausgefüllt. Bitte senden Sie das Formular noch einmal.")
    try:
        _value, stamp = timed_serializer(pages.settings, SIGNED_FOR).loads(
            sent.get(STAMP), max_age=MAX_SECONDS, return_timestamp=True
        )
    except SignatureExpired:
        return _("Das Formular war zu lange offen. Ihr Text steht noch darin. Bitte senden Sie es noch einmal.")
    except BadData:
        return _("Das Formular war nicht vollständig. Ihr Text steht noch darin. Bitte senden Sie es noch einmal.")
    if _age(stamp) < MIN_SECONDS:
        return _("Das ging sehr schnell. Bitte senden Sie das Formular noch einmal.")
    return ""


def _age(stamp: object) -> float:
    assert isinstance(stamp, datetime)
    return (datetime.now(UTC) - stamp.astimezone(UTC)).total_seconds()


def count(pages: Pages, request: Request, what: str) -> None:
    """Counts a use of `what` from the client's network; TooManyError after too many."""
    if seconds := pages.people.tries.count(pages.attempt(request, f"\0{what}")):
        raise TooManyError("too-many-forms", {"seconds": seconds})


def digest(pages: Pages, text: str) -> str:
    """A keyed digest of an address: the same for the same address, and nobody finds the address behind it."""
    key = blake2b("".join(pages.settings.secret[:1]).encode()).digest()
    return hmac.new(key, text.strip().lower().encode(), "sha256").hexdigest()
