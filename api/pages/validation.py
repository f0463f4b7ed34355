"""The page on which anybody has a file of metadata checked: pasted or sent, read as `POST /api/v1/validate` reads it.

Entry point: `Validation`, with the views `form` and `check`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.data.validation import MAX_ANONYMOUS_BYTES, MAX_BYTES, FindingOut, Group, groups_in_child
from api.pages.site import NO_STORE, Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web.addresses import Lang, language
from api.web.own_threads import OwnThreads
from api.web.session import check_origin
from registry.errors import LotseError, TooLargeError, UsageError
from registry.model import LEVELS
from registry.model.message import sentence
from registry.quality.drafts import ROWS
from vocab.fields import FIELDS
from vocab.kinds import KIND_ROWS

MAX_CHECKS_AT_ONCE: Final = 2  # in a process
MAX_WAITING_CHECKS: Final = 4
MAX_SHOWN_FINDINGS: Final = 500  # on the page; programs get all of them
MAX_FORM_FIELDS: Final = 5
DRAFT_RULES: Final = frozenset(row.rule for row in ROWS)


class Validation:
    """The form, and what was found in what it was sent."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.checks = OwnThreads(MAX_CHECKS_AT_ONCE, MAX_WAITING_CHECKS)

    def form(self, request: Request) -> Response:
        return self.shown(request)

    async def check(self, request: Request) -> Response:
        """What was found in the file that was sent, else in the text that was pasted."""
        check_origin(request, self.pages.settings)
        async with request.form(max_files=1, max_fields=MAX_FORM_FIELDS, max_part_size=MAX_BYTES) as fields:
            pasted = fields.get("text")
            file = fields.get("file")
            data, name = str(pasted or "").encode(), ""
            if isinstance(file, UploadFile) and file.filename:
                data, name = await file.read(), file.filename
        return await self.checks.run(partial(self.checked, request, data, name))

    def checked(self, request: Request, data: bytes, name: str) -> Response:
        pasted = "" if name else data.decode(errors="replace")
        try:
            if not data.removeprefix(b"\xef\xbb\xbf").strip():
                raise UsageError("nothing-to-check")
            limit = MAX_BYTES if self.pages.account(request) else MAX_ANONYMOUS_BYTES
            if len(data) > limit:
                raise TooLargeError("file-too-large", {"limit": limit}, file=name or "The file", limit=limit)
            groups = groups_in_child(data, name=name)
        except LotseError as error:
            return self.shown(request, error=error, pasted=pasted)
        return self.shown(request, groups=groups, pasted=pasted, name=name)

    def shown(
        self,
        request: Request,
        groups: Sequence[Group] | None = None,
        error: LotseError | None = None,
        pasted: str = "",
        name: str = "",
    ) -> Response:
        lang = language(request)
        _ = translator(lang)
        signed_in = self.pages.account(request) is not None
        return self.pages.page(
            request,
            "validation.html",
            lang,
            error.status if error else 200,
            NO_STORE,
            result=None if groups is None else _result(groups, name, lang),
            fault=sentence(error.summary, lang) if error else "",
            pasted=pasted,
            max_megabytes=(MAX_BYTES if signed_in else MAX_ANONYMOUS_BYTES) // 1_000_000,
            crumbs=[(_("Metadaten prüfen"), "")],
        )


def _result(groups: Sequence[Group], name: str, lang: Lang) -> Mapping[str, Any]:
    """What the page shows of a checked file: the records with findings first, as far as MAX_SHOWN_FINDINGS reach."""
    levels = Counter(finding.level for group in groups for finding in group.findings)
    shown, left = [], MAX_SHOWN_FINDINGS
    for group in groups:
        findings = sorted(group.findings, key=_gravity)[:left]
        left -= len(findings)
        if findings:
            shown.append(_group(group, findings, lang))
    records = [group for group in groups if group.kind in KIND_ROWS]
    return {
        "name": name,
        "records": len(records),
        "clean": sum(_is_clean(group) for group in records),
        "levels": [(level, levels[level]) for level in LEVELS if levels[level]],
        "groups": shown,
        "left_out": sum(levels.values()) - (MAX_SHOWN_FINDINGS - left),
    }


def _is_clean(group: Group) -> bool:
    """Whether nothing is wrong today; what drafts will ask does not count."""
    return {finding.rule for finding in group.findings} <= DRAFT_RULES


def _gravity(finding: FindingOut) -> int:
    return LEVELS.index(finding.level) if finding.level in LEVELS else len(LEVELS)


def _group(group: Group, findings: Sequence[FindingOut], lang: Lang) -> Mapping[str, Any]:
    return {
        "kind": KIND_ROWS[group.kind].singular[lang] if group.kind in KIND_ROWS else _class_label(group.kind, lang),
        "title": pick_language(group.title, lang).words or group.node,
        "node": group.node,
        "findings": [_finding(finding, group.node, lang) for finding in findings],
    }


def _class_label(cls: str, lang: Lang) -> str:
    """What a node that is no record is called."""
    _ = translator(lang)
    labels = {
        "": _("Die Datei"), "catalog": _("Der Katalog selbst"), "record": _("Katalogeintrag"),
        "Agent": _("Stelle oder Person"), "Contact": _("Kontakt"), "Period": _("Zeitraum"), "Place": _("Ort"),
    }  # fmt: skip
    return labels.get(cls, _("Teilangabe"))


def _finding(finding: FindingOut, record: str, lang: Lang) -> Mapping[str, str]:
    return {
        "level": finding.level,
        "rule": finding.rule,
        "field": _labels(lang).get(finding.field, finding.field),
        "value": finding.value,
        "node": "" if finding.node == record else finding.node,
        "message": pick_language(finding.message, lang).words,
        "remedy": pick_language(finding.remedy, lang).words,
    }


@cache
def _labels(lang: Lang) -> Mapping[str, str]:
    """The name of each field for people; the first row of a name counts."""
    return {row.name: row.label(lang) for row in reversed(FIELDS)}
