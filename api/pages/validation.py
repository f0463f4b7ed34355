"""The page on which anybody has a file of metadata checked: pasted or sent, read as `POST /api/v1/validate` reads it.

People who signed in may give an address instead, which is read in the background.
Entry point: `Validation`, with the views `form`, `check` and `of_address`.
"""

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from api.data.validation import MAX_ANONYMOUS_BYTES, MAX_BYTES, FindingOut, Group, groups_in_child
from api.pages.site import NO_STORE, Pages
from api.text.formatting import pick_language
from api.text.i18n import translator
from api.web.addresses import Lang, language, place
from api.web.own_threads import RETRY_SECONDS, OwnThreads
from api.web.session import Forms, TooManyError, check_origin, check_token
from registry.errors import LotseError, TooLargeError, UsageError
from registry.fetch.session import body, session
from registry.isolation import isolated
from registry.masking import shown as masked
from registry.model import LEVELS
from registry.model.message import Message, message, sentence
from registry.quality.drafts import ROWS
from registry.quality.file_checks import FileCheck
from vocab.fields import FIELDS
from vocab.kinds import KIND_ROWS
from vocab.values import address

MAX_CHECKS_AT_ONCE: Final = 2  # in a process
MAX_WAITING_CHECKS: Final = 4
MAX_SHOWN_FINDINGS: Final = 500  # on the page; programs get all of them
MAX_FORM_FIELDS: Final = 5
DRAFT_RULES: Final = frozenset(row.rule for row in ROWS)


log = logging.getLogger("lotse.check")


def _log(error: Exception) -> None:
    log.error("the end of a check could not be noted", exc_info=error)


class CheckPage(NamedTuple):
    """What the page shows: nothing yet, what was found (`groups`, in the file `name`), why nothing could be checked
    (`error`), or the address that is being fetched (`waiting`); `pasted`, `url`: what was entered."""

    groups: Sequence[Group] | None = None
    error: LotseError | None = None
    pasted: str = ""
    name: str = ""
    url: str = ""
    waiting: str = ""


class Validation:
    """The form, and what was found in what it was sent."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.checks = OwnThreads(MAX_CHECKS_AT_ONCE, MAX_WAITING_CHECKS)
        self._addresses = ThreadPoolExecutor(MAX_CHECKS_AT_ONCE, "check-address")
        self._places = threading.BoundedSemaphore(MAX_CHECKS_AT_ONCE + MAX_WAITING_CHECKS)

    def form(self, request: Request) -> Response:
        return self.shown(request, CheckPage())

    async def check(self, request: Request) -> Response:
        """What was found in the file that was sent, else in the text that was pasted."""
        check_origin(request, self.pages.settings)
        async with request.form(max_files=1, max_fields=MAX_FORM_FIELDS, max_part_size=MAX_BYTES) as fields:
            texts = Forms([(name, value) for name, value in fields.multi_items() if isinstance(value, str)])
            file = fields.get("file")
            data, name = texts.get("text").encode(), ""
            if isinstance(file, UploadFile) and file.filename:
                data, name = await file.read(), file.filename
        if texts.get("url").strip():
            return await self.checks.run(partial(self.begin, request, texts))
        return await self.checks.run(partial(self.checked, request, data, name))

    # -- addresses

    def begin(self, request: Request, texts: Forms) -> Response:
        """Starts to check an address, for people who signed in, and leads to the page of the result."""
        account = self.pages.required(request)
        check_token(texts, request.state.session, self.pages.settings)
        url = texts.get("url").strip()
        if not address(url) or not url.lower().startswith(("http://", "https://")):
            return self.shown(request, CheckPage(error=UsageError("address-to-check")))
        if not self._places.acquire(blocking=False):
            raise TooManyError("too-many-at-once", {"seconds": RETRY_SECONDS})
        check = self.pages.catalog.file_checks.begin(account.name, url)
        self._addresses.submit(self._run, check)
        return RedirectResponse(place("check", language(request), check.id), 303)

    def _run(self, check: FileCheck) -> None:
        checks = self.pages.catalog.file_checks

        def failed(error: Exception) -> None:
            what = error.summary if isinstance(error, LotseError) else message("check-broke-off")
            isolated(lambda: checks.end(check.id, "failed", msgspec.json.encode(what).decode()), _log)

        try:
            isolated(lambda: checks.end(check.id, "done", self._found(check.url)), failed)
        finally:
            self._places.release()

    def _found(self, url: str) -> str:
        """What was found at an address, as JSON."""
        with session(self.pages.settings, max_bytes=MAX_BYTES) as http, http.get(url, stream=True) as response:
            data, media_type = body(response, MAX_BYTES), response.headers.get("content-type", "")
        return msgspec.json.encode(groups_in_child(data, media_type, masked(url))).decode()

    def of_address(self, request: Request, id: str) -> Response:
        """The result of a check of an address, or how far it is. NotFoundError for those of others."""
        check = self.pages.catalog.file_checks.of(self.pages.required(request).name, id)
        url = masked(check.url)
        if check.state == "done":
            groups = msgspec.json.decode(check.result, type=tuple[Group, ...])
            return self.shown(request, CheckPage(groups=groups, name=url, url=check.url))
        if check.state == "failed":
            what = msgspec.json.decode(check.result, type=Message)
            return self.shown(request, CheckPage(error=UsageError(what), url=check.url))
        if check.was_lost:
            return self.shown(request, CheckPage(error=UsageError("check-broke-off"), url=check.url))
        return self.shown(request, CheckPage(waiting=url))

    # -- what is shown

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
            return self.shown(request, CheckPage(error=error, pasted=pasted))
        return self.shown(request, CheckPage(groups=groups, pasted=pasted, name=name))

    def shown(self, request: Request, page: CheckPage) -> Response:
        lang = language(request)
        _ = translator(lang)
        signed_in = self.pages.account(request) is not None
        return self.pages.page(
            request,
            "validation.html",
            lang,
            page.error.status if page.error else 200,
            NO_STORE,
            result=None if page.groups is None else _result(page.groups, page.name, lang),
            fault=sentence(page.error.summary, lang) if page.error else "",
            pasted=page.pasted,
            url=page.url,
            waiting=page.waiting,
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
