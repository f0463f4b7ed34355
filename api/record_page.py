"""What the page of one record shows, for any kind of thing: a block is there if the record has something for it."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape

from api import addresses, sentences
from api.addresses import Lang
from api.cards import Card, card, whose
from api.documents import tombstone
from api.facts import contact_items, facts
from api.pages import Pages, translator
from api.words import as_date, day, link, said, size, spoken
from registry import quality
from registry.model import Distribution, Finding, Link, Metadata, Milestone, Record, Version
from registry.rdf import thing_iri
from registry.rules import RULES
from vocab.concepts import concept_list
from vocab.fields import FIELDS

MOST_LINKED: Final = 60
MOST_VERSIONS: Final = 8
DATA: Final = ("dataset", "series", "service")


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


class Linked(NamedTuple):
    """Another thing that this one is tied to. `gone`: it was withdrawn; `foreign`: it is not in the catalogue."""

    title: Markup
    address: str
    kind: str
    meta: Markup | str
    gone: bool = False
    foreign: bool = False


class Group(NamedTuple):
    label: str
    things: tuple[Linked, ...]


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
    files = tuple(_files(words.distributions, lang))
    links = _links(pages, record, lang)
    return {
        "record": record,
        "words": words,
        "kind_label": sentences.kind(record.kind, lang),
        "title": spoken(words.title, lang) or escape(record.id),
        "text": said(words.description, lang),
        "fallback": _fallback(record, lang),
        "fresh": sentences.freshness(words, today, lang) if record.kind in DATA else None,
        "licence": _licence(words, lang) if files or words.licence else None,
        "track": sentences.track(words, lang),
        "phase": sentences.concept("phases", words.phase, lang),
        "files": files,
        "credit": _credit(pages, record, lang, today),
        "facts": facts(pages, record, lang),
        "participants": tuple(_participants(pages, record, lang)),
        "milestones": _milestones(words.milestones, today),
        "chances": chances,
        "calls": calls,
        "opportunity": lambda one: _opportunity(one.type, lang),
        "contact_items": lambda contacts: contact_items(contacts, lang),
        "data_groups": [one for one in links if one.label in _data_labels(lang)],
        "link_groups": [one for one in links if one.label not in _data_labels(lang)],
        "projects": _projects(pages, record, lang, today),
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
    if record.kind not in DATA or not (words.distributions or words.licence):
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
    known = pages.catalog.store.get_many([one.agent.id for one in record.metadata.participants if one.agent.id])
    for one in record.metadata.participants:
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
    first, last = min(dates).year, max(dates).year + 1
    whole = (date(last, 1, 1) - date(first, 1, 1)).days

    def at(value: date | None) -> int | None:
        return round(8 + 164 * (value - date(first, 1, 1)).days / whole) if value else None

    return {
        "marks": [(one, at(as_date(one.planned)), at(as_date(one.reached))) for one in several],
        "first": first,
        "last": last - 1,
        "today": at(today) if first <= today.year < last else None,
    }


# -- links, both ways


def _data_labels(lang: Lang) -> tuple[str, str]:
    _ = translator(lang)
    return (_("nutzt"), _("erzeugt"))


def _links(pages: Pages, record: Record, lang: Lang) -> list[Group]:
    """What the record points to, and what points to it, each under a word for the relation."""
    forth: dict[str, list[Linked]] = {}
    for one in record.metadata.links[:MOST_LINKED]:
        forth.setdefault(_relation(record.kind, one.relation, lang), []).append(_linked(pages, one, lang))
    for label, thing in _back(pages, record, lang):
        forth.setdefault(label, []).append(thing)
    return [Group(label, tuple(dict.fromkeys(things))) for label, things in forth.items()]


def _relation(kind: str, name: str, lang: Lang) -> str:
    _ = translator(lang)
    if kind == "project" and name in ("uses", "produces"):
        return _data_labels(lang)[name == "produces"]
    row = next((row for row in FIELDS if row.form == "link" and row.name == name and kind in row.levels), None)
    row = row or next(row for row in FIELDS if row.form == "link" and row.name == name)
    return row.label_de if lang == "de" else row.label_en


def _linked(pages: Pages, one: Link, lang: Lang) -> Linked:
    """A thing of the catalogue by its title, a foreign one by its address."""
    found = _find(pages, one.iri)
    if found is None:
        return Linked(escape(one.iri), link(one.iri), "", "", foreign=True)
    return _shown(found, lang)


def _find(pages: Pages, iri: str) -> Record | None:
    id = pages.catalog.resolve(iri)
    return pages.catalog.store.get(id) if id else None


def _shown(record: Record, lang: Lang) -> Linked:
    words = record.metadata
    title = spoken(words.title, lang) or escape(record.id)
    gone = record.state == "withdrawn"
    return Linked(title, addresses.page(record.kind, record.id, lang), record.kind, whose(words, lang), gone)


def _back(pages: Pages, record: Record, lang: Lang) -> Iterator[tuple[str, Linked]]:
    """Projects that use or produce a dataset are shown as cards elsewhere; here everything else."""
    _ = translator(lang)
    found = [one for one in islice(pages.catalog.backlinks(record), MOST_LINKED) if one.id != record.id]
    known = pages.catalog.store.get_many(list(dict.fromkeys(one.id for one in found)))
    label = _("Verweist hierher")
    for one in found:
        other = known.get(one.id)
        if other is None or (record.kind in DATA and other.kind == "project"):
            continue
        if record.kind == "project" and one.relation == "generated_by":
            yield _data_labels(lang)[1], _shown(other, lang)
        elif one.relation == "in_series":
            yield _("Teile dieser Serie"), _shown(other, lang)
        elif one.relation == "serves":
            yield _("Auch über diesen Datendienst"), _shown(other, lang)
        elif other.kind == "event":
            yield _("Termine"), _shown(other, lang)
        elif one.relation in ("part_of", "unit_of"):
            yield _("Dazu gehören"), _shown(other, lang)
        else:
            yield label, _shown(other, lang)


def _projects(pages: Pages, record: Record, lang: Lang, today: date) -> list[Card]:
    """The projects that use or produce these data."""
    if record.kind not in DATA:
        return []
    ids = [one.id for one in islice(pages.catalog.backlinks(record), MOST_LINKED)]
    made = [
        found for one in record.metadata.links if one.relation == "generated_by" if (found := _find(pages, one.iri))
    ]
    known = pages.catalog.store.get_many(list(dict.fromkeys(ids)))
    several = {one.id: one for one in (*known.values(), *made) if one.kind == "project" and one.shown}
    return [card(one, lang, today) for one in several.values()]


# -- what is known of the entry itself


def missing(record: Record, lang: Lang) -> list[tuple[str, str]]:
    """What would make the entry more useful: each rule once, with its remedy."""
    found = {one.rule: one for one in quality.check(record.metadata) if one.level in ("must", "should")}
    return [finding_words(one, lang) for one in found.values()]


def finding_words(one: Finding, lang: Lang) -> tuple[str, str]:
    """Sentence and remedy of a finding."""
    rule = RULES.get(one.rule)
    return (rule.message[lang], rule.remedy[lang]) if rule else (one.rule, "")


def _origins(pages: Pages, record: Record) -> list[tuple[str, str]]:
    """The sources that name this thing: title and address; the record's own first."""
    titles = {source.name: source.title or source.name for source in pages.catalog.sources()}
    several = [record, *islice(pages.catalog.store.find(same_as=record.id), 20)]
    return [(titles.get(one.origin.source, one.origin.source), link(one.origin.url)) for one in several if one.origin]


def _history(pages: Pages, record: Record, lang: Lang) -> list[Event]:
    versions = list(islice(pages.catalog.store.history(record.id), MOST_VERSIONS))
    return [Event(day(one.at, lang), _what(one, lang)) for one in versions]


def _what(version: Version, lang: Lang) -> str:
    """What happened, without naming a person: accounts are nobody else's business."""
    _ = translator(lang)
    by = _("durch Übernahme") if version.by.startswith("source:") else _("durch die Redaktion")
    if version.record.state == "withdrawn":
        return _("zurückgezogen %(by)s") % {"by": by}
    first = version.record.created == version.record.changed
    return (_("aufgenommen %(by)s") if first else _("geändert %(by)s")) % {"by": by}


def _machine_formats(record: Record, lang: Lang) -> list[tuple[str, str]]:
    page = addresses.page(record.kind, record.id, lang)
    named = (("Turtle", "ttl"), ("RDF/XML", "rdf"), ("JSON-LD", "jsonld"), ("N-Triples", "nt"), ("JSON", "json"))
    return [(name, f"{page}.{suffix}") for name, suffix in named]


def gone(record: Record, lang: Lang) -> dict[str, Any]:
    """What the page of a withdrawn record shows: title, reason, date."""
    told = tombstone(record)
    return {"gone_title": told["title"][lang], "reason": told["reason"], "at": told["withdrawn"][:10]}
