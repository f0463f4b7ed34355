"""How far a draft is, for its author: its number, the steps to the public page, and the day by which it is decided on.

Entry points: `track_of`, `decided_by`, `confirmation`.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from api.text.formatting import day
from api.text.i18n import translator
from api.text.sentences import PhaseMark
from api.web.addresses import Lang
from registry.catalog.reminding import DECIDE_WITHIN
from registry.model import Account, Draft
from registry.model.timing import ZONE
from registry.model.working_days import working_day_after

WORKING_DAYS: Final = DECIDE_WITHIN.days  # in which a draft is decided on
_LAST: Final = 4  # number of the step "published", from 0


def decided_by(draft: Draft) -> date | None:
    """The working day by which a draft that was handed in is decided on; None for any other draft."""
    if draft.state != "submitted" or draft.release or draft.changed is None:
        return None
    return working_day_after(draft.changed.astimezone(ZONE).date(), WORKING_DAYS)


def confirmation(drafts: Iterable[Draft], account: Account, lang: Lang) -> dict[str, Any]:
    """Variables of `entries.html` about the draft that the account handed in last; `handed` is None if none of its
    drafts waits for a decision."""
    waiting = [draft for draft in drafts if account.name in draft.editors and decided_by(draft)]
    handed = max(waiting, key=lambda draft: str(draft.changed), default=None)
    return {
        "handed": handed,
        "decided_by": str(decided_by(handed)) if handed else "",
        "working_days": WORKING_DAYS,
        "track": track_of(handed, lang) if handed else (),
    }


def track_of(draft: Draft, lang: Lang) -> tuple[PhaseMark, ...]:
    """The steps of a draft, each done, current or planned; empty for one that is not published."""
    if draft.state == "declined":
        return ()
    _ = translator(lang)
    returned = draft.state == "returned"
    names = (
        _("Entwurf"),
        _("Eingereicht"),
        _("Rückfrage") if returned else _("In Prüfung"),
        _("Freigegeben"),
        _("Veröffentlicht"),
    )
    now = {"draft": 0, "submitted": 3 if draft.release else 2, "returned": 2, "published": _LAST}[draft.state]
    return tuple(
        PhaseMark(name, _state(number, now), _note(draft, lang) if number == now else "")
        for number, name in enumerate(names)
    )


def _state(number: int, now: int) -> str:
    return "done" if number < now or now == _LAST else "now" if number == now else "plan"


def _note(draft: Draft, lang: Lang) -> str:
    """What the current step waits for."""
    _ = translator(lang)
    if draft.release:
        return _("erscheint am %(day)s") % {"day": day(draft.release.on, lang)}
    if by := decided_by(draft):
        return _("Antwort bis %(day)s") % {"day": day(str(by), lang)}
    return _("Sie sind dran.") if draft.state in ("draft", "returned") else ""
