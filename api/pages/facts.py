"""The fact box of a record: label, value and link of each fact; what people look for most comes first.

Entry points: `facts` (the box), `contact_items`.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from api.data.delays import delay
from api.pages.site import Pages
from api.text import sentences
from api.text.formatting import day, host, link, number, pick_language, short_markup
from api.text.i18n import translator
from api.text.labels import district_of
from api.web import addresses, query
from api.web.addresses import Lang
from registry.model import DCAT_KINDS, Agent, Contact, Funding, Metadata, Money, Place, Record
from registry.model.text import tags
from registry.model.timing import today
from registry.search.limits import Limits, Near
from registry.search.query import Query
from vocab.concepts import Concept, ConceptList, concept_list
from vocab.geometry import bounds
from vocab.match import districts_in

STOPPED: Final = ("pausiert", "abgebrochen")  # notations of phases
MAX_VERSIONS_READ: Final = 50  # of the history of a stopped project
MAX_ITEMS_PER_FACT: Final = 12  # values of a fact that are listed
KM_AROUND: Final = 2  # of the circle in which a record's page offers to search
MAX_DEGREES_OF_PLACE: Final = 0.05  # height and width of a place that has something around it; a city is larger


class Item(NamedTuple):
    """A value of a fact, with a link if there is one. `small`: shown below the others in small print."""

    text: Markup | str
    address: str = ""
    small: bool = False


class Fact(NamedTuple):
    """A label with its values. `inline`: the values are shown in one line, with commas."""

    label: str
    items: tuple[Item, ...]
    inline: bool = False


def facts(pages: Pages, record: Record, lang: Lang) -> tuple[Fact, ...]:
    """The facts that the record says something about."""
    of_kind = _of_kind(pages, record, lang)
    facts_of_kind = [Fact(label, tuple(items)[: MAX_ITEMS_PER_FACT * 2], _inline(items)) for label, items in of_kind]
    return tuple(fact for fact in facts_of_kind if fact.items)


def _inline(items: list[Item]) -> bool:
    """Whether all items are links within the site, such as places and themes: several short names."""
    return len(items) > 1 and all(item.address.startswith("/") for item in items)


def _of_kind(pages: Pages, record: Record, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _ = translator(lang)
    metadata = record.metadata
    if record.kind in DCAT_KINDS:
        yield from _of_data(pages, metadata, lang)
    elif record.kind == "project":
        yield from _of_project(pages, record, lang)
    elif record.kind == "organization":
        yield from _of_organization(metadata, lang)
    elif record.kind == "event":
        yield from _of_event(pages, metadata, lang)
    else:
        yield _("Stelle"), _agent(pages, metadata.publisher, lang)
        yield _("Ort"), _places(pages, metadata, lang)
        yield _("Kontakt"), contact_items(metadata.contacts, lang)
    yield _("Thema"), _themes(metadata, lang)
    yield _("Schlagwörter"), _keywords(metadata, lang)
    yield _("Internetseite"), _web(metadata.landing_page)
    yield _("Eintrag"), _state_of_entry(pages, record, lang)


def _of_data(pages: Pages, metadata: Metadata, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _ = translator(lang)
    yield _("Nutzung"), _licences(metadata, lang)
    yield _("Zugang"), [Item(sentences.concept("access-rights", metadata.access, lang))] if metadata.access else []
    yield _("Grund für den Zugang"), _text(pick_language(metadata.access_reason, lang).words)
    yield _("Zugang wird geprüft"), _text(day(metadata.access_review, lang) if metadata.access_review else "")
    yield _("Stelle"), [*_agent(pages, metadata.publisher, lang), *contact_items(metadata.contacts, lang, small=True)]
    yield _("Zeitraum"), _text(sentences.periods(metadata.periods, lang))
    yield _("Raum"), _places(pages, metadata, lang)
    yield _("Rhythmus"), _text(sentences.concept("frequencies", metadata.frequency, lang))
    yield _("Besonders"), _high_value(metadata, lang)
    yield _("Version"), _text(metadata.version)
    yield (
        _("Sprache"),
        _text(sentences.listing(sentences.concept("languages", iri, lang) for iri in metadata.languages)),
    )


def _of_project(pages: Pages, record: Record, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _, metadata = translator(lang), record.metadata
    start = metadata.starts or (metadata.period.start if metadata.period else "")
    end = metadata.ends or (metadata.period.end if metadata.period else "")
    late = delay(metadata, today())
    behind = [Item(sentences.behind(late.days, lang), small=True)] if late else []
    stopped = _stopped(pages, record, lang)
    yield _("Phase"), [*_text(sentences.concept("phases", metadata.phase, lang)), *(stopped or behind)]
    yield _("Zeitraum"), _text(sentences.span(*sentences.whole_months(start, end), lang))
    yield _("Ort"), _places(pages, metadata, lang)
    yield _("Federführung"), _agent(pages, sentences.lead(metadata), lang)
    yield _("Kontakt"), contact_items(metadata.contacts, lang)
    yield _("Kosten"), _money(metadata.budget, lang)
    yield _("Förderung"), [item for funding in metadata.funding for item in _funding(pages, funding, lang)]
    yield _("Beschlüsse"), [Item(host(address), link(address)) for address in metadata.decisions]


def _of_organization(metadata: Metadata, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _ = translator(lang)
    yield _("Art"), _text(sentences.concept("organization-kinds", metadata.classification, lang))
    yield _("Kontakt"), contact_items(metadata.contacts, lang)
    yield _("Auch bekannt als"), _text(sentences.listing(metadata.aliases))
    if place := metadata.address:
        town = " ".join(part for part in (place.postal_code, place.locality) if part)
        yield _("Anschrift"), _text(sentences.listing((place.street, town, place.country)))


def _of_event(pages: Pages, metadata: Metadata, lang: Lang) -> Iterator[tuple[str, list[Item]]]:
    _ = translator(lang)
    yield _("Wann"), _text(sentences.hours(metadata.starts, metadata.ends, lang))
    yield _("Wo"), _places(pages, metadata, lang)
    yield _("Veranstalter"), _agent(pages, metadata.organizer or metadata.publisher, lang)
    yield _("Kontakt"), contact_items(metadata.contacts, lang)


# -- single facts


def _stopped(pages: Pages, record: Record, lang: Lang) -> list[Item]:
    """Since when and why a project is paused or cancelled, by the version that said so first; nothing if it was
    entered like that."""
    _ = translator(lang)
    phase, phases = record.metadata.phase, concept_list("phases").by_notation
    if phase not in {phases[notation].iri for notation in STOPPED}:
        return []
    since = None
    for version in islice(pages.catalog.store.history(record.id), MAX_VERSIONS_READ):
        if version.record.metadata.phase != phase:
            break
        since = version
    else:
        return []
    if since is None:
        return []
    why = since.note if isinstance(since.note, str) else ""
    items = [Item(_("seit %(day)s") % {"day": day(since.at, lang)}, small=True)]
    return [*items, Item(why, small=True)] if why else items


def _state_of_entry(pages: Pages, record: Record, lang: Lang) -> list[Item]:
    """When the entry was changed, and when somebody confirmed that it is still current."""
    _ = translator(lang)
    items = [Item(_("Stand %(day)s") % {"day": day(record.changed, lang)})] if record.changed else []
    confirmation = pages.catalog.confirmations.of([record.id]).get(record.id)
    if confirmation:
        items.append(Item(_("bestätigt am %(day)s") % {"day": day(confirmation.at, lang)}, small=True))
    return items


def _text(text: str) -> list[Item]:
    return [Item(text)] if text else []


def _web(address: str) -> list[Item]:
    return [Item(host(address), link(address))] if address else []


def _licences(metadata: Metadata, lang: Lang) -> list[Item]:
    """Each licence as a sentence, followed by its name with a link."""
    iris = dict.fromkeys((metadata.licence, *(distribution.licence for distribution in metadata.distributions)))
    if not any(iris):
        return [Item(sentences.licence("", lang).sentence)] if metadata.distributions else []
    items = []
    for iri in filter(None, iris):
        licence = sentences.licence(iri, lang)
        items += [Item(licence.sentence), Item(licence.name, link(licence.url), small=True)]
    return items


def _agent(pages: Pages, agent: Agent | None, lang: Lang) -> list[Item]:
    if agent is None:
        return []
    organization = pages.catalog.store.get(agent.id) if agent.id else None
    if organization and organization.kind == "organization":
        return [
            Item(short_markup(organization.metadata.title, lang), addresses.page("organization", organization.id, lang))
        ]
    name = short_markup(agent.name, lang) or escape(host(agent.homepage))
    return [Item(name, link(agent.homepage))] if name else []


def contact_items(contacts: Iterable[Contact], lang: Lang, small: bool = False) -> list[Item]:
    """Name, e-mail, web page and telephone of contacts; without the names if `small`."""
    items: list[Item] = []
    for contact in contacts:
        if contact.name and not small:
            items.append(Item(short_markup(contact.name, lang)))
        if contact.email:
            items.append(Item(contact.email, f"mailto:{contact.email}", small))
        if contact.url:
            items.append(Item(host(contact.url), link(contact.url), small))
        if contact.telephone:
            items.append(Item(contact.telephone, f"tel:{contact.telephone.replace(' ', '')}", small))
    return items


def _places(pages: Pages, metadata: Metadata, lang: Lang) -> list[Item]:
    """Districts with a link to their page; other places by name."""
    districts = pages.districts
    items: dict[Item, None] = {}
    for place in metadata.places:
        concept_named = district_of(place, districts)
        shown_districts = (concept_named,) if concept_named else _mentioned(place, districts)
        for named_district in shown_districts:
            address = (
                ""
                if named_district.extra.get("kind") == "city"
                else addresses.page("district", named_district.notation, lang)
            )
            items[Item(named_district.label(lang), address)] = None
        if not shown_districts and place.name:
            items[Item(short_markup(place.name, lang))] = None
    return [*list(items)[:MAX_ITEMS_PER_FACT], *_around(metadata.places, lang)]


def _around(places: Iterable[Place], lang: Lang) -> list[Item]:
    """A link to what lies around the first place that is small enough."""
    _ = translator(lang)
    shapes = (bounds(place.centroid or place.bbox or place.geometry) for place in places)
    for west, south, east, north in filter(None, shapes):
        if max(east - west, north - south) <= MAX_DEGREES_OF_PLACE:
            near = Near(round((west + east) / 2, 5), round((south + north) / 2, 5), KM_AROUND)
            address = query.url(Query(limits=Limits(near=near), lang=lang), addresses.path("search", lang))
            return [Item(_("Alles im Umkreis von %(km)s km") % {"km": KM_AROUND}, address, small=True)]
    return []


def _mentioned(place: Place, districts: ConceptList | None) -> tuple[Concept, ...]:
    return districts_in(" ; ".join(place.name.values()), districts) if districts and place.name else ()


def _themes(metadata: Metadata, lang: Lang) -> list[Item]:
    concepts = [(iri, concept_list("themes").get(iri)) for iri in metadata.themes[:MAX_ITEMS_PER_FACT]]
    return [
        Item(concept.label(lang), addresses.page("topic", concept.notation, lang))
        if concept
        else Item(sentences.short(iri), link(iri))
        for iri, concept in concepts
    ]


def _keywords(metadata: Metadata, lang: Lang) -> list[Item]:
    keywords = next((metadata.keywords[tag] for tag in tags(metadata.keywords, lang)), ())
    return [Item(sentences.listing(keyword[:80] for keyword in keywords[:20]))] if keywords else []


def _high_value(metadata: Metadata, lang: Lang) -> list[Item]:
    _ = translator(lang)
    if not metadata.hvd_categories:
        return []
    named = sentences.listing(sentences.concept("hvd-categories", iri, lang) for iri in metadata.hvd_categories)
    return [Item(_("Hochwertiger Datensatz")), Item(_("nach EU-Verordnung: %(name)s") % {"name": named}, "", True)]


def _money(money: Money | None, lang: Lang) -> list[Item]:
    if money is None or not money.value:
        return []
    state = sentences.concept("budget-states", money.state, lang)
    return [Item(f"{number(money.value, lang)} {money.currency}".strip()), *([Item(state, "", True)] if state else [])]


def _funding(pages: Pages, funding: Funding, lang: Lang) -> list[Item]:
    funder = _agent(pages, funding.funder, lang)
    name = [Item(short_markup(funding.name, lang))] if funding.name else []
    return [*name, *funder, *_money(funding.amount, lang)]
