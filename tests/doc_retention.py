# ruff: noqa: E501  a row a line
"""The tables of docs/run/datenschutz*.md: how long each thing about a person is kept, read from the code, and by what it goes."""

from datetime import timedelta
from typing import Final, NamedTuple

from api.editing import guests
from api.web import session
from registry.catalog import reminding
from registry.people import accounts, drafts, passkeys, repeated_requests, sessions, sign_in_tries, tokens
from registry.quality import file_checks
from registry.visitors import messages

FOREVER: Final = {"de": "bis zum Löschen", "en": "until it is erased"}
LOG: Final = {"de": "dauerhaft, nur mit Nummer", "en": "for good, by number only"}
SENT: Final = {"de": "bis sie verschickt ist", "en": "until it is sent"}
BY_ITSELF: Final = {"de": "von selbst", "en": "by itself"}


class Kept(NamedTuple):
    """A row: what is kept about a person, how long, and what enforces it: a command, or "" for Lotse itself."""

    de: str
    en: str
    time: timedelta | dict[str, str]
    by: str = ""


ROWS: Final = (
    Kept("Konto: Name, voller Name, Rollen, Kennwort (als Hash), Adresse", "account: name, full name, roles, password (as a hash), address", FOREVER, "lotse erase NAME --yes"),
    Kept("Sitzung nach der Anmeldung", "session after sign-in", timedelta(hours=session.SESSION_HOURS)),
    Kept("beendete Sitzungen", "ended sessions", accounts.ENDED_SESSION_KEPT),
    Kept("Liste der eigenen Sitzungen (Browser in zwei Wörtern)", "list of one's sessions (browser in two words)", sessions.SESSION_KEPT),
    Kept("Versuche, sich anzumelden (Prüfsummen von Name und Netz)", "tries to sign in (digests of name and network)", timedelta(seconds=sign_in_tries.PAUSE_SECONDS)),
    Kept("Fragen an Passkeys", "challenges of passkeys", passkeys.CHALLENGE_KEPT),
    Kept("Zugangszeichen, die abgelaufen sind", "tokens that have expired", tokens.EXPIRED_TOKEN_KEPT, "lotse token revoke ID"),
    Kept("Antworten auf wiederholte Anfragen von Programmen", "answers to repeated requests of programs", repeated_requests.ANSWERS_KEPT),
    Kept("abgeschlossene Entwürfe", "closed drafts", drafts.CLOSED_DRAFTS_KEPT),
    Kept("Links für Gäste", "links for guests", timedelta(days=guests.GUEST_LINK_DAYS)),
    Kept("Link zum Bestätigen eines Eintrags", "link to confirm an entry", reminding.LINK_KEPT),
    Kept("Name in der Geschichte von Einträgen", "name in the history of records", FOREVER, "lotse erase NAME --yes"),
    Kept("Protokoll: wer was entschied", "log: who decided what", LOG, "lotse erase NAME --yes"),
    Kept("Nachricht, die zu verschicken ist", "letter that is to be sent", SENT),
    Kept("Nachricht von Besuchern, die niemand liest", "message of visitors that nobody reads", timedelta(days=messages.DAYS_WAITING)),
    Kept("Nachricht von Besuchern, weitergegeben oder abgelehnt", "message of visitors, passed on or rejected", timedelta(days=messages.DAYS_KEPT)),
    Kept("Abo: Adresse und Suche", "subscription: address and query", FOREVER, "lotse follow remove ADRESSE"),
    Kept("Prüfung einer Adresse", "check of an address", file_checks.KEPT),
    Kept("was zuletzt aus einer Quelle gelesen wurde", "what was last read from a source", FOREVER, "lotse source remove NAME --yes"),
)  # fmt: skip


def rows(lang: str) -> list[tuple[str, str, str]]:
    """What is kept, how long, and what enforces it."""
    return [
        (
            kept.en if lang == "en" else kept.de,
            _written(kept.time, lang) if isinstance(kept.time, timedelta) else kept.time[lang],
            f"`{kept.by.replace('ADRESSE', 'ADDRESS') if lang == 'en' else kept.by}`" if kept.by else BY_ITSELF[lang],
        )
        for kept in ROWS
    ]


def _written(time: timedelta, lang: str) -> str:
    if time >= timedelta(days=1):
        single, many = ("day", "days") if lang == "en" else ("Tag", "Tage")
        return f"{time.days} {single if time.days == 1 else many}"
    minutes = int(time.total_seconds()) // 60
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h"
