"""What the page of one record shows, for any kind of thing: a block is there if the record has something for it."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any, Final, NamedTuple

from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from api.data import linked
from api.data.schema_org import script
from api.pages.cards import whose
from api.pages.facts import contact_items, everything, facts
from api.pages.organization import more
from api.pages.relations import relations
from api.pages.site import Pages, View, today
from api.text import sentences
from api.text.formatting import as_date, day, link, said, sentence, size, spoken
from api.text.i18n import translator
from api.text.labels import area, finding_words
from api.web import addresses, query
from api.web.addresses import Lang
from api.web.answers import http_date
from api.web.negotiate import DATA as DATA_FORMATS
from registry.catalog.lookup import shown
from registry.masking import public
from registry.model import DCAT_KINDS, Distribution, Metadata, Milestone, Record, Version
from registry.model.record import is_source
from registry.quality import check
from registry.rdf import thing_iri
from registry.search.query import Query
from registry.store.store import Selection
from vocab.concepts import concept_list
from vocab.kinds import KIND_ROWS

# -- one record


def _record(pages: Pages) -> View:
    def record(request: Request) -> Response:
        address = addresses.parse(request.url.path)
        assert address is not None
        found = shown(pages.catalog, address.rest)
        path = addresses.page(found.kind, found.id, address.lang)
        if path != address.path:
            return RedirectResponse(path, 301)
        words = found.metadata
        summary = said(words.abstract, address.lang).words
        made = view(pages, found, address.lang, today())
        account = pages.account(request)
        return pages.page(
            request,
            "record.html",
            address.lang,
            headers=_headers(pages, found),
            **made,
            summary=summary,
            description=sentence(summary or said(words.description, address.lang).words, 160),
            owner=whose(words, address.lang),
            area=area(found.kind),
            crumbs=_crumbs(found, made["title"], address.lang),
            everything=everything(found, address.lang),
            more=more(pages, found, address.lang, today()) if found.kind == "organization" else (),
            schema=script(found, pages.settings.base_url, address.lang),
            may_edit=account is not None and found.kind == "project",
            edit=addresses.path("register", address.lang, f"{'projekt' if address.lang == 'de' else 'project'}")
            + f"?of={found.id}",
            canonical=path,
        )

    return record


def _headers(pages: Pages, record: Record) -> dict[str, str]:
    """When the record changed is told, not asked: its page also changes with the day and with what points to it, so
    only the tag decides whether somebody has it."""
    known = {"Last-Modified": http_date(record.changed)} if record.changed else {}
    return {"Link": linked.links(record, pages.settings.base_url), **known}


def _crumbs(record: Record, title: Markup, lang: Lang) -> list[tuple[str | Markup, str]]:
    found: list[tuple[str | Markup, str]] = [
        (KIND_ROWS[record.kind].short[lang], addresses.path(record.kind, lang)),
    ]
    theme = next((one for iri in record.metadata.themes if (one := concept_list("themes").get(iri))), None)
    if theme and record.kind in (*DCAT_KINDS, "project"):
        address = query.url(Query(where={"theme": (theme.notation,)}, lang=lang), addresses.path(record.kind, lang))
        found.append((theme.label(lang), address))
    return [*found, (title, "")]


MOST_VERSIONS: Final = 8
MOST_FILES: Final = 100
MOST_NAMED: Final = 200  # participants, milestones
MOST_MISSING: Final = 5


class File(NamedTuple):
    """One form in which a dataset can be had. `meta`: one line below the name."""

    format: str
    size: str
    name: Markup
    meta: str
    download: str
    access: str
    licence: str  # where it differs from the first one's
    text: Markup


class Participant(NamedTuple):
    name: Markup
    address: str
    role: str
    text: Markup


class Event(NamedTuple):
    at: str
    words: str


def view(pages: Pages, record: Record, lang: Lang, today: date) -> dict[str, Any]:
    """All that `record.html` shows."""
    words = record.metadata
    chances, calls = sentences.open_calls(words, today)
    files = tuple(_files(words.distributions[:MOST_FILES], lang))
    tied = relations(pages, record, lang, today)
    return {
        "record": record,
        "words": words,
        "kind_label": KIND_ROWS[record.kind].singular[lang],
        "title": spoken(words.title, lang) or escape(record.id),
        "text": said(words.description, lang),
        "fallback": _fallback(record, lang),
        "fresh": sentences.freshness(words, today, lang) if record.kind in DCAT_KINDS else None,
        "licence": _licence(words, lang) if files or words.licence else None,
        "track": sentences.track(words, today, lang),
        "phase": sentences.concept("phases", words.phase, lang),
        "files": files,
        "more_files": len(words.distributions) - len(files),
        "credit": _credit(pages, record, lang, today),
        "facts": facts(pages, record, lang),
        "participants": tuple(_participants(pages, record, lang)),
        "milestones": _milestones(words.milestones[:MOST_NAMED], today),
        "chances": chances,
        "calls": calls,
        "opportunity": lambda one: _opportunity(one.type, lang),
        "contact_items": lambda contacts: contact_items(contacts, lang),
        "data_groups": tied.data,
        "link_groups": tied.others,
        "projects": tied.projects,
        "missing": missing(record, lang),
        "origins": _origins(pages, record),
        "events": _history(pages, record, lang),
        "thing": thing_iri(record, pages.settings.base_url),
        "formats": _machine_formats(record, lang),
    }


def _fallback(record: Record, lang: Lang) -> str:
    """The language in which the record is described, where the page's is missing."""
    words = record.metadata
    found = {said(text, lang).lang for text in (words.title, words.description, words.abstract) if text}
    return next(iter(found - {""}), "")


def _licence(words: Metadata, lang: Lang) -> sentences.Licence:
    iri = words.licence or next((one.licence for one in words.distributions if one.licence), "")
    return sentences.licence(iri, lang)


# -- files


def _files(several: Iterable[Distribution], lang: Lang) -> Iterator[File]:
    _ = translator(lang)
    first = None
    for one in several:
        first = one.licence if first is None else first
        type = concept_list("file-types").get(one.format) if one.format else None
        name = spoken(one.title, lang) or escape(_file_name(one) or _("Ohne Namen"))
        meta = []
        if date := day(one.modified[:10], lang):
            meta.append(_("Stand %(day)s") % {"day": date})
        if one.availability:
            meta.append(sentences.concept("availability", one.availability, lang))
        yield File(
            format=_format(type.notation, type.label(lang)) if type else (one.format.rpartition("/")[2] or "–"),
            size=size(one.size, lang) if one.size else "",
            name=name,
            meta=" · ".join(meta),
            download=link(one.download_url),
            access=link(one.access_url),
            licence=sentences.licence(one.licence, lang).sentence if one.licence != first else "",
            text=spoken(one.description, lang),
        )


def _format(notation: str, label: str) -> str:
    """The short name of a format: "GeoJSON", or "WMS" for "Web Map Service (WMS)"."""
    return label if len(label) <= 9 else notation.removesuffix("_SRVC").replace("_", "-")


def _file_name(one: Distribution) -> str:
    address = (one.download_url or one.access_url).partition("?")[0].rstrip("/")
    return address.rpartition("/")[2][:120]


def _credit(pages: Pages, record: Record, lang: Lang, today: date) -> str:
    """The line by which one names the source: publisher, title, licence, address, date."""
    words = record.metadata
    if record.kind not in DCAT_KINDS or not (words.distributions or words.licence):
        return ""
    said_so = next((said(one.attribution, lang).words for one in words.distributions if one.attribution), "")
    iri = words.licence or next((one.licence for one in words.distributions if one.licence), "")
    publisher = said(words.publisher.name, lang).words if words.publisher else ""
    name = sentences.licence(iri, lang).name if iri else ""
    parts = (said_so or publisher, said(words.title, lang).words, name, _local(pages, record), day(today, lang))
    return ", ".join(part for part in parts if part)


def _local(pages: Pages, record: Record) -> str:
    return addresses.absolute(pages.settings.base_url, addresses.thing(record.id))


# -- people and steps


def _participants(pages: Pages, record: Record, lang: Lang) -> Iterator[Participant]:
    named = record.metadata.participants[:MOST_NAMED]
    known = pages.catalog.store.get_many([one.agent.id for one in named if one.agent.id])
    for one in named:
        organization = known.get(one.agent.id)
        address = addresses.page("organization", one.agent.id, lang) if organization else link(one.agent.homepage)
        names = one.agent.name or (organization.metadata.title if organization else {})
        role = sentences.concept("roles", one.role, lang)
        yield Participant(spoken(names, lang), address, role, spoken(one.description, lang))


def _opportunity(type: str, lang: Lang) -> str:
    return sentences.concept("opportunities", type, lang)


def _milestones(several: Iterable[Milestone], today: date) -> dict[str, Any]:
    """The milestones with their places on a line from the first year to the end of the last."""
    several = tuple(several)
    dates = [found for one in several for value in (one.planned, one.reached) if (found := as_date(value))]
    if not several or not dates:
        return {"marks": [(one, None, None) for one in several], "first": 0, "last": 0, "today": None}
    first, last = min(dates).year, max(dates).year
    whole = (date(last, 12, 31) - date(first, 1, 1)).days

    def at(value: date | None) -> int | None:
        return round(8 + 164 * (value - date(first, 1, 1)).days / whole) if value else None

    return {
        "marks": [(one, at(as_date(one.planned)), at(as_date(one.reached))) for one in several],
        "first": first,
        "last": last,
        "today": at(today) if first <= today.year <= last else None,
    }


# -- what is known of the entry itself


def missing(record: Record, lang: Lang) -> list[tuple[str, str]]:
    """What would make the entry more useful: each rule once, with its remedy."""
    found = {one.rule: one for one in check.check(record.metadata) if one.level in ("must", "should")}
    return [finding_words(one.rule, lang) for one in islice(found.values(), MOST_MISSING)]


def _origins(pages: Pages, record: Record) -> list[tuple[str, str]]:
    """The sources that name this thing: title and address; the record's own first."""
    titles = {source.name: source.title or source.name for source in pages.catalog.sources.all()}
    several = [record, *islice(pages.catalog.store.find(Selection(same_as=record.id)), 20)]
    return [
        (titles.get(one.origin.source, one.origin.source), link(public(one.origin.url)))
        for one in several
        if one.origin
    ]


def _history(pages: Pages, record: Record, lang: Lang) -> list[Event]:
    versions = list(islice(pages.catalog.store.history(record.id), MOST_VERSIONS))
    return [Event(day(one.at, lang), _what(one, lang)) for one in versions]


def _what(version: Version, lang: Lang) -> str:
    """What happened, without naming a person: accounts are nobody else's business."""
    _ = translator(lang)
    by = _("durch die Quelle") if is_source(version.by) else _("durch die Redaktion")
    if version.record.state == "withdrawn":
        return _("zurückgezogen %(by)s") % {"by": by}
    first = version.record.created == version.record.changed
    return (_("aufgenommen %(by)s") if first else _("geändert %(by)s")) % {"by": by}


def _machine_formats(record: Record, lang: Lang) -> list[tuple[str, str, str]]:
    """Label, address and media type of each format that programs read."""
    page = addresses.page(record.kind, record.id, lang)
    return [(format.label, f"{page}.{format.name}", format.type) for format in DATA_FORMATS]
