"""What a link check found, in words: for the page of a dataset and the report of administrators.

Entry points: `answer_words`, `reached`.
"""

from typing import NamedTuple

from api.text.formatting import day
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.links.links import Link


class Reached(NamedTuple):
    """Whether an address can be reached. `sentence`: when it was checked; `is_broken`: it fails since days."""

    sentence: str
    is_broken: bool


def reached(link: Link | None, lang: Lang) -> Reached | None:
    """When the address was checked, or since when it does not answer; None where that is not known."""
    if link is None or link.checked is None:
        return None
    _ = translator(lang)
    if link.state == "broken" and link.first_failed:
        since = _("Nicht erreichbar seit %(day)s.") % {"day": day(link.first_failed.date(), lang)}
        last = f" {_last_ok(link, lang)}" if link.last_ok else ""
        return Reached(since + last, True)
    if link.last_ok is None:
        return None
    if link.state == "failing":
        return Reached(_last_ok(link, lang), False)
    return Reached(_("Geprüft am %(day)s") % {"day": day(link.checked.date(), lang)}, False)


def _last_ok(link: Link, lang: Lang) -> str:
    _ = translator(lang)
    assert link.last_ok is not None
    return _("Zuletzt erreichbar am %(day)s.") % {"day": day(link.last_ok.date(), lang)}


def answer_words(answer: str, lang: Lang) -> str:
    """What an address answered: a status of HTTP, or why there was no answer."""
    _ = translator(lang)
    if answer in ("404", "410"):
        return _("Die Datei gibt es dort nicht (%(status)s)") % {"status": answer}
    if answer.isdigit():
        text = _("Fehler beim Server (%(status)s)") if answer >= "500" else _("Antwort %(status)s")
        return text % {"status": answer}
    reasons = {
        "source-unreachable": _("Der Server antwortet nicht"),
        "answer-late": _("Die Antwort kommt zu spät"),
        "certificate-untrusted": _("Das Zertifikat des Servers gilt nicht"),
        "redirects-too-many": _("Die Adresse führt im Kreis"),
    }
    return reasons.get(answer, _("Keine Antwort"))
