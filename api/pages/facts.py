"""The fact box of a record: label, value, where it leads; the most asked fact first."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
from markupsafe import Markup, escape

from api.pages.cards import lead
from api.pages.site import Pages
from api.text import sentences
from api.text.formatting import day, host, link, number, spoken
from api.text.i18n import translator
from api.text.labels import concept
from api.web import addresses
from api.web.addresses import Lang
from registry.model import DCAT_KINDS, Agent, Contact, Metadata, Money, Place, Record
from registry.model.text import tags
from vocab.concepts import Concept, ConceptList, concept_list
from vocab.fields import fields_of
from vocab.match import district, districts_in

MOST: Final = 12  # values of a fact that are listed
MOST_WORDS: Final = 60  # strings of a field under "all details"
MOST_SIGNS: Final = 2_000  # characters of each; who wants all takes the data


class Item(NamedTuple):
    """`small`: set below the others in small print."""

    words: Markup | str
    address: str = ""
    small: bool = False


class Fact(NamedTuple):
    """`inline`: the items stand in one line, with commas."""

    label: str
    items: tuple[Item, ...]
    inline: bool = False


def facts(pages: Pages, record: Record, lang: Lang) -> tuple[Fact, ...]:
    """Those for which the record has something."""
    made = _of_kind(pages, record, lang)
    found = [Fact(label, tuple(items)[: MOST * 2], _inline(items)) for label, items in made]
    return tuple(one for one in found if one.items)


def _inline(items: list[Item]) -> bool:
    """Places and themes: several short names that lead within the site."""
    return len(items) > 1 and all(one.address.startswith("/") for one in items)


def _of_kind(pages: Pages, record: Record, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _ = translator(lang)
    words = record.metadata
    if record.kind in DCAT_KINDS:
        yield from _of_data(pages, words, lang)
    elif record.kind == "project":
        yield from _of_project(pages, words, lang)
    elif record.kind == "organization":
        yield from _of_organization(words, lang)
    elif record.kind == "event":
        yield from _of_event(pages, words, lang)
    else:
        yield _("Stelle"), _agent(pages, words.publisher, lang)
        yield _("Ort"), _places(pages, words, lang)
        yield _("Kontakt"), contact_items(words.contacts, lang)
    yield _("Thema"), _themes(words, lang)
    yield _("Schlagwörter"), _keywords(words, lang)
    yield _("Internetseite"), _web(words.landing_page)
    yield _("Eintrag"), [Item(_("Stand %(day)s") % {"day": day(record.changed, lang)})] if record.changed else []


def _of_data(pages: Pages, words: Metadata, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _ = translator(lang)
    yield _("Nutzung"), _licences(words, lang)
    yield _("Zugang"), [Item(sentences.concept("access-rights", words.access, lang))] if words.access else []
    yield _("Stelle"), [*_agent(pages, words.publisher, lang), *contact_items(words.contacts, lang, small=True)]
    yield _("Zeitraum"), _said(sentences.period(words.period, lang))
    yield _("Raum"), _places(pages, words, lang)
    yield _("Rhythmus"), _said(sentences.concept("frequencies", words.frequency, lang))
    yield _("Besonders"), _high_value(words, lang)
    yield _("Version"), _said(words.version)
    yield _("Sprache"), _said(sentences.listing(sentences.concept("languages", one, lang) for one in words.languages))


def _of_project(pages: Pages, words: Metadata, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _ = translator(lang)
    start = words.starts or (words.period.start if words.period else "")
    end = words.ends or (words.period.end if words.period else "")
    yield _("Phase"), _said(sentences.concept("phases", words.phase, lang))
    yield _("Zeitraum"), _said(sentences.span(start, end, lang))
    yield _("Ort"), _places(pages, words, lang)
    yield _("Federführung"), _agent(pages, lead(words), lang)
    yield _("Kontakt"), contact_items(words.contacts, lang)
    yield _("Kosten"), _money(words.budget, lang)
    yield _("Förderung"), [item for one in words.funding for item in _funding(pages, one, lang)]
    yield _("Beschlüsse"), [Item(host(one), link(one)) for one in words.decisions]


def _of_organization(words: Metadata, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _ = translator(lang)
    yield _("Art"), _said(sentences.concept("organization-kinds", words.classification, lang))
    yield _("Kontakt"), contact_items(words.contacts, lang)
    yield _("Auch bekannt als"), _said(sentences.listing(words.aliases))
    if place := words.address:
        town = " ".join(part for part in (place.postal_code, place.locality) if part)
        yield _("Anschrift"), _said(sentences.listing((place.street, town, place.country)))


def _of_event(pages: Pages, words: Metadata, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _ = translator(lang)
    yield _("Wann"), _said(sentences.hours(words.starts, words.ends, lang))
    yield _("Wo"), _places(pages, words, lang)
    yield _("Veranstalter"), _agent(pages, words.organizer or words.publisher, lang)
    yield _("Kontakt"), contact_items(words.contacts, lang)


# -- single facts


def _said(words: str) -> list[Item]:
    return [Item(words)] if words else []


def _web(address: str) -> list[Item]:
    return [Item(host(address), link(address))] if address else []


def _licences(words: Metadata, lang: Lang) -> list[Item]:
    """The licence in a sentence, then its name; several licences one after another."""
    iris = dict.fromkeys((words.licence, *(one.licence for one in words.distributions)))
    if not any(iris):
        return [Item(sentences.licence("", lang).sentence)] if words.distributions else []
    items = []
    for iri in filter(None, iris):
        one = sentences.licence(iri, lang)
        items += [Item(one.sentence), Item(one.name, link(one.url), small=True)]
    return items


def _agent(pages: Pages, agent: Agent | None, lang: Lang) -> list[Item]:
    if agent is None:
        return []
    known = pages.catalog.store.get(agent.id) if agent.id else None
    if known and known.kind == "organization":
        return [Item(spoken(known.metadata.title, lang), addresses.page("organization", known.id, lang))]
    name = spoken(agent.name, lang) or escape(host(agent.homepage))
    return [Item(name, link(agent.homepage))] if name else []


def contact_items(contacts: Iterable[Contact], lang: Lang, small: bool = False) -> list[Item]:
    """Name, mail, page and telephone of contacts."""
    items: list[Item] = []
    for one in contacts:
        if one.name and not small:
            items.append(Item(spoken(one.name, lang)))
        if one.email:
            items.append(Item(one.email, f"mailto:{one.email}", small))
        if one.url:
            items.append(Item(host(one.url), link(one.url), small))
        if one.telephone:
            items.append(Item(one.telephone, f"tel:{one.telephone.replace(' ', '')}", small))
    return items


def _places(pages: Pages, words: Metadata, lang: Lang) -> list[Item]:
    """Districts lead to their pages; other places are named."""
    districts = pages.districts
    items: dict[Item, None] = {}
    for one in words.places:
        names = (one.iri, *one.name.values())
        found = [district(name, districts) for name in names if name] if districts else []
        known = next((one for one in found if one), None)
        several = (known,) if known else _mentioned(one, districts)
        for each in several:
            address = "" if each.extra.get("kind") == "city" else addresses.page("district", each.notation, lang)
            items[Item(each.label(lang), address)] = None
        if not several and one.name:
            items[Item(spoken(one.name, lang))] = None
    return list(items)[:MOST]


def _mentioned(place: Place, districts: ConceptList | None) -> tuple[Concept, ...]:
    return districts_in(" ; ".join(place.name.values()), districts) if districts and place.name else ()


def _themes(words: Metadata, lang: Lang) -> list[Item]:
    known = [(iri, concept_list("themes").get(iri)) for iri in words.themes[:MOST]]
    return [
        Item(one.label(lang), addresses.page("topic", one.notation, lang))
        if one
        else Item(sentences.short(iri), link(iri))
        for iri, one in known
    ]


def _keywords(words: Metadata, lang: Lang) -> list[Item]:
    several = next((words.keywords[tag] for tag in tags(words.keywords, lang)), ())
    return [Item(sentences.listing(one[:80] for one in several[:20]))] if several else []


def _high_value(words: Metadata, lang: Lang) -> list[Item]:
    _ = translator(lang)
    if not words.hvd_categories:
        return []
    named = sentences.listing(sentences.concept("hvd-categories", one, lang) for one in words.hvd_categories)
    return [Item(_("Hochwertiger Datensatz")), Item(_("nach EU-Verordnung: %(name)s") % {"name": named}, "", True)]


def _money(money: Money | None, lang: Lang) -> list[Item]:
    if money is None or not money.value:
        return []
    state = sentences.concept("budget-states", money.state, lang)
    return [Item(f"{number(money.value, lang)} {money.currency}".strip()), *([Item(state, "", True)] if state else [])]


def _funding(pages: Pages, one: Any, lang: Lang) -> list[Item]:
    funder = _agent(pages, one.funder, lang)
    name = [Item(spoken(one.name, lang))] if one.name else []
    return [*name, *funder, *_money(one.amount, lang)]


# -- everything


def everything(record: Record, lang: Lang) -> list[tuple[str, list[str]]]:
    """Each field that has something, by its label, in the order of the rows: what was said, word for word."""
    found = []
    for row in fields_of(record.kind):
        value = None if row.form == "link" else getattr(record.metadata, row.name)
        if value:
            words = [labelled(one, lang)[:MOST_SIGNS] for one in islice(strings(value, lang), MOST_WORDS)]
            found.append((row.label_de if lang == "de" else row.label_en, words))
    return found


def strings(value: Any, lang: str = "") -> Iterator[str]:
    """The words in a value of any form, one string each; parts of a described thing with dots between them. Words in
    another language than the page's have its tag after them."""
    if isinstance(value, msgspec.Struct):
        parts = [part for name in value.__struct_fields__ for part in strings(getattr(value, name), lang)]
        yield from [" · ".join(parts)] if parts else []
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            tagged = len(key) <= 3 and key not in (lang, "und")
            yield from (f"{words} ({key})" if tagged else words for words in strings(inner, lang))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner, lang)
    elif value not in (None, "") and not str(value).startswith("_:"):
        yield str(value)


def labelled(words: str, lang: Lang) -> str:
    """Concepts by their labels, wherever they stand among the parts."""
    if "://" not in words:
        return words
    found = ((part, concept(part)) for part in words.split(" · "))
    return " · ".join(one.label(lang) if one else part for part, one in found)
