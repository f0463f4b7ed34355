"""One item of a source: as it was read, as it is mapped, what differs from the catalogue, and what was found about it.

Entry point: `routes`. Nothing is fetched: the item is what the last run has staged.
"""

import codecs
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.all_details import everything
from api.pages.site import Pages
from api.text.formatting import day, link, pick_language
from api.text.i18n import translator
from api.text.labels import finding_words
from api.web.addresses import Lang, language, mount, page, patterns, place
from harvesters.run.map_item import Ids, map_item
from harvesters.source_kinds import harvester
from registry.errors import NotFoundError
from registry.model import LEVELS, Finding, Metadata, Record, Source
from registry.model.harvest import Mapped, Staged
from registry.model.message import sentence
from registry.store.store import Selection
from vocab.fields import fields_of

MAX_SHOWN_CHARACTERS: Final = 20_000  # of an item as it was read
MAX_VALUE_CHARACTERS: Final = 300  # of the value of a finding


class ShownField(NamedTuple):
    """A field of the mapped record. `origin`: who says so, where that is not the source."""

    label: str
    texts: list[str]
    origin: str


class Difference(NamedTuple):
    """A field that differs: in the catalogue, and as the item is mapped now."""

    label: str
    before: list[str]
    now: list[str]


def item_address(source: str, remote_id: str, lang: Lang) -> str:
    """The page of an item."""
    return f"{place('admin', lang, 'sources', source, 'item')}?{urlencode({'id': remote_id})}"


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    mount(router, patterns("admin", "sources", "{name}", "item"), partial(show_item, pages))
    return router


def show_item(pages: Pages, request: Request, name: str) -> Response:
    """The page of the item that `id` names; leads to its record if the source no longer names it. NotFoundError."""
    pages.required(request, "sources")
    lang, remote_id = language(request), request.query_params.get("id", "")
    _ = translator(lang)
    source = pages.catalog.sources.get(name)
    staged = next(iter(pages.catalog.staging.staged(name, [remote_id])), None)
    record = next(iter(pages.catalog.store.find(Selection(source=name, remote_id=remote_id))), None)
    if staged is None and record is not None:  # the source no longer names it
        return RedirectResponse(page(record.kind, record.id, lang), 302)
    if staged is None:
        raise NotFoundError("item-not-staged", id=remote_id[:100])
    mapped = _mapped(pages, source, staged)
    metadata = msgspec.json.decode(mapped.metadata, type=Metadata) if mapped.metadata else None
    title = pick_language(metadata.title, lang).words if metadata else remote_id
    return pages.page(
        request,
        "source_item.html",
        lang,
        title=title or remote_id,
        remote_id=remote_id,
        source_title=source.title or source.name,
        address=link(staged.url),
        read=_readable(staged.payload),
        fields=_fields(metadata, record, lang),
        record_page=page(record.kind, record.id, lang) if record else "",
        withdrawn=record is not None and record.state != "published",
        differences=_differences(metadata, record, lang) if metadata and record else [],
        findings=_findings(mapped.findings, metadata.kind if metadata else "dataset", lang),
        crumbs=[
            (_("Administration"), place("admin", lang)),
            (_("Quellen"), place("admin", lang, "sources")),
            (source.title or source.name, place("admin", lang, "sources", name)),
            (title or remote_id, ""),
        ],
        indexed=False,
    )


def _mapped(pages: Pages, source: Source, staged: Staged) -> Mapped:
    """The item as a run would map it now; links to other items of its source lead nowhere here."""
    return map_item(staged, source, harvester(source.kind), Ids(base_url=pages.settings.base_url))


def _readable(payload: bytes) -> str:
    """The item as it was read: JSON with indentation, any other text as it is."""
    try:
        text = msgspec.json.format(payload, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = payload.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    return text[:MAX_SHOWN_CHARACTERS]


def _texts(metadata: Metadata, lang: Lang) -> dict[str, list[str]]:
    """Label of each field that is filled -> its texts."""
    return {label: texts for group in everything(Record(id="", said=metadata), lang) for label, texts in group.fields}


def _fields(metadata: Metadata | None, record: Record | None, lang: Lang) -> list[ShownField]:
    """The fields of the mapped record; where a person has set another value, who and when."""
    if metadata is None:
        return []
    _ = translator(lang)
    labels = {row.name: row.label(lang) for row in reversed(fields_of(metadata.kind))}
    changed = {
        labels.get(override.field, override.field): _("im Katalog geändert von %(name)s am %(day)s")
        % {"name": override.by, "day": day(override.at, lang)}
        for override in (record.overrides if record else ())
    }
    return [ShownField(label, texts, changed.get(label, "")) for label, texts in _texts(metadata, lang).items()]


def _differences(metadata: Metadata, record: Record, lang: Lang) -> list[Difference]:
    """What the next run would change, by the labels of the fields; what people changed does not count."""
    before, now = _texts(record.said, lang), _texts(metadata, lang)
    labels = dict.fromkeys((*before, *now))
    pairs = ((label, before.get(label, []), now.get(label, [])) for label in labels)
    return [Difference(label, old, new) for label, old, new in pairs if old != new]


def _findings(findings: Iterable[Finding], kind: str, lang: Lang) -> list[Mapping[str, Any]]:
    """The findings in words, the gravest first."""
    rows: list[Mapping[str, Any]] = []
    labels = {row.name: row.label(lang) for row in reversed(fields_of(kind))}
    for finding in sorted(findings, key=lambda finding: LEVELS.index(finding.level)):
        message, remedy = finding_words(finding.rule, lang)
        value = sentence(finding.value, lang)[:MAX_VALUE_CHARACTERS]
        field = labels.get(finding.field, finding.field)
        rows.append({"finding": finding, "field": field, "message": message, "remedy": remedy, "value": value})
    return rows
