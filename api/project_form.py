"""The form of a project: its fields to metadata and back, and what is wrong with them, in words that help."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from api.addresses import Lang
from api.pages import translator
from api.session import Forms
from api.words import said
from registry.model import Agent, Contact, Link, Metadata, Opportunity, Participation, Period, Place, Text
from vocab.concepts import Concept, concept_list

ABSTRACT: Final = 300  # characters
TITLE: Final = 150
LONG: Final = 20_000
LINES: Final = 30
PHASES: Final = (
    "idee",
    "vorbereitung",
    "umsetzung",
    "abschluss",
    "dauerbetrieb",
    "abgeschlossen",
    "pausiert",
    "abgebrochen",
)
SINGLE: Final = (
    "title", "abstract", "phase", "lead", "email", "contact", "description", "start", "end", "partners", "uses",
    "offer", "offer_title", "offer_end", "homepage",
)  # fmt: skip
SEVERAL: Final = ("themes", "places")

ORDER: Final = (
    "title", "abstract", "phase", "lead", "email", "themes", "places", "description", "start", "end", "partners",
    "uses", "offer", "offer_end", "homepage",
)  # fmt: skip

Values = Mapping[str, Any]
Resolve = Callable[[str], str | None]


class Wrong(NamedTuple):
    """A field and what to do about it."""

    field: str
    message: str


def values_of(fields: Forms) -> dict[str, Any]:
    """What was sent, word for word."""
    found: dict[str, Any] = {name: fields.get(name).strip()[:LONG] for name in SINGLE}
    return found | {name: fields.all(name)[:50] for name in SEVERAL}


# -- metadata to form


def shown(words: Metadata, lang: Lang, districts: Iterable[Concept]) -> dict[str, Any]:
    """The fields as the form shows a metadata that was saved."""
    lead, partners = _roles(words, lang)
    contact = words.contacts[0] if words.contacts else Contact()
    offer = words.opportunities[0] if words.opportunities else Opportunity()
    phase = concept_list("phases").get(words.phase) if words.phase else None
    kind = concept_list("opportunities").get(offer.type) if offer.type else None
    known = {one.iri: one.notation for one in districts}
    return {
        "title": _text(words.title, lang),
        "abstract": _text(words.abstract, lang),
        "phase": phase.notation if phase else "",
        "lead": lead,
        "email": contact.email,
        "contact": _text(contact.name, lang),
        "themes": tuple(one.notation for iri in words.themes if (one := concept_list("themes").get(iri))),
        "places": tuple(known[one.iri] for one in words.places if one.iri in known),
        "description": _text(words.description, lang),
        "start": words.period.start if words.period else "",
        "end": words.period.end if words.period else "",
        "partners": "\n".join(partners),
        "uses": "\n".join(one.iri.removeprefix("/id/") for one in words.links if one.relation == "uses"),
        "offer": kind.notation if kind else "",
        "offer_title": _text(offer.title, lang),
        "offer_end": offer.ends,
        "homepage": words.landing_page,
    }


def _text(text: Text, lang: Lang) -> str:
    return said(text, lang).words


def _roles(words: Metadata, lang: Lang) -> tuple[str, list[str]]:
    """Who leads, and the partners, by name."""
    roles = concept_list("roles").by_notation
    lead = [one for one in words.participants if one.role == roles["federfuehrung"].iri]
    partners = [_text(one.agent.name, lang) for one in words.participants if one.role == roles["partner"].iri]
    return (_text(lead[0].agent.name, lang) if lead else ""), partners


# -- form to metadata


def metadata(
    values: Values, before: Metadata, lang: Lang, districts: Iterable[Concept], resolve: Resolve
) -> tuple[Metadata, list[Wrong]]:
    """What the fields say, over what was there before; a field that cannot be read keeps its old words.

    `resolve`: a title, id or IRI of a dataset to its IRI.
    """
    wrong: list[Wrong] = []
    themes, places = concept_list("themes"), {one.notation: one for one in districts}
    phase = concept_list("phases").get(values["phase"])
    made = replace(
        before,
        title=_said(before.title, values["title"], lang),
        abstract=_said(before.abstract, values["abstract"], lang),
        description=_said(before.description, values["description"], lang),
        phase=phase.iri if phase else "",
        themes=tuple(one.iri for name in values["themes"] if (one := themes.get(name))),
        places=tuple(
            Place(iri=one.iri, name=dict(one.labels)) for name in values["places"] if (one := places.get(name))
        ),
        participants=_participants(values, before, lang),
        contacts=_contacts(values, before, lang, wrong),
        period=_period(values, before, lang, wrong),
        links=_links(values, before, lang, resolve, wrong),
        opportunities=_opportunities(values, before, lang, wrong),
        landing_page=_homepage(values, before, lang, wrong),
    )
    return made, wrong


def _said(before: Text, words: str, lang: Lang) -> Text:
    """The words in the form's language; other languages stay."""
    others = {tag: text for tag, text in before.items() if tag not in (lang, "und")}
    return {**others, lang: words} if words else others


def _participants(values: Values, before: Metadata, lang: Lang) -> tuple[Participation, ...]:
    """Lead and partners from the form, the others as they were; who is still there keeps what was said of them."""
    roles = concept_list("roles").by_notation
    lead, partner = roles["federfuehrung"].iri, roles["partner"].iri
    known = {(one.role, _text(one.agent.name, lang)): one for one in before.participants}
    others = [one for one in before.participants if one.role not in (lead, partner)]
    named = [(lead, values["lead"])] + [(partner, line) for line in _lines(values["partners"])]
    made = [
        known.get((role, name)) or Participation(agent=Agent(name={lang: name}), role=role)
        for role, name in dict.fromkeys(named)
        if name
    ]
    return (*made, *others)


def _lines(text: str) -> list[str]:
    return [line.strip()[:300] for line in text.split("\n") if line.strip()][:LINES]


def _contacts(values: Values, before: Metadata, lang: Lang, wrong: list[Wrong]) -> tuple[Contact, ...]:
    _ = translator(lang)
    email, rest = values["email"], before.contacts[1:]
    if email and not re.fullmatch(r"[^\s@<>\"',;:]{1,64}@[^\s@<>\"',;:]+\.[^\s@<>\"',;:.]{2,}", email):
        wrong.append(Wrong("email", _("Schreiben Sie die E-Mail-Adresse wie name@example.org.")))
        return before.contacts
    if not email and not values["contact"]:
        return rest
    first = before.contacts[0] if before.contacts else Contact()
    return (replace(first, email=email, name=_said(first.name, values["contact"], lang)), *rest)


def _period(values: Values, before: Metadata, lang: Lang, wrong: list[Wrong]) -> Period | None:
    _ = translator(lang)
    start, end = (_date(values[name]) for name in ("start", "end"))
    for name, found in (("start", start), ("end", end)):
        if found is None:
            wrong.append(
                Wrong(name, _("Schreiben Sie das Datum als Jahr, Monat oder Tag: 2026, 2026-03 oder 2026-03-15."))
            )
    if start is None or end is None:
        return before.period
    if start and end and start[: len(end)] > end[: len(start)]:
        wrong.append(Wrong("end", _("Das Ende liegt vor dem Beginn. Prüfen Sie beide Angaben.")))
        return before.period
    return replace(before.period or Period(), start=start, end=end) if start or end else None


def _date(text: str) -> str | None:
    """A year, month or day; also 15.3.2026 and 3/2026. None for whatever else, "" for nothing."""
    if german := re.fullmatch(r"(?:(\d{1,2})[./])?(\d{1,2})[./](\d{4})", text):
        parts = [german[3], german[2].zfill(2), *([german[1].zfill(2)] if german[1] else [])]
        text = "-".join(parts)
    if text and not re.fullmatch(r"(?:19|20|21)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?", text):
        return None
    return text


def _links(values: Values, before: Metadata, lang: Lang, resolve: Resolve, wrong: list[Wrong]) -> tuple[Link, ...]:
    """The datasets that it uses, each by title, id or IRI."""
    _ = translator(lang)
    others = [one for one in before.links if one.relation != "uses"]
    made = []
    for line in _lines(values["uses"]):
        iri = resolve(line)
        if iri is None:
            message = _("„%(line)s“ ist nicht im Verzeichnis. Schreiben Sie den genauen Titel oder die Adresse.")
            wrong.append(Wrong("uses", message % {"line": line}))
        else:
            made.append(Link("uses", iri))
    return (*dict.fromkeys(made), *others)


def _opportunities(values: Values, before: Metadata, lang: Lang, wrong: list[Wrong]) -> tuple[Opportunity, ...]:
    _ = translator(lang)
    rest, first = before.opportunities[1:], (before.opportunities or (Opportunity(),))[0]
    kind = concept_list("opportunities").get(values["offer"])
    end = _date(values["offer_end"])
    if end is None:
        wrong.append(
            Wrong("offer_end", _("Schreiben Sie das Datum als Jahr, Monat oder Tag: 2026, 2026-03 oder 2026-03-15."))
        )
    if kind is None:
        if values["offer_title"] or values["offer_end"]:
            wrong.append(Wrong("offer", _("Wählen Sie, wie man mitmachen kann.")))
        return rest
    made = replace(first, type=kind.iri, title=_said(first.title, values["offer_title"], lang), ends=end or first.ends)
    return (made if end != "" else replace(made, ends=""), *rest)


def _homepage(values: Values, before: Metadata, lang: Lang, wrong: list[Wrong]) -> str:
    _ = translator(lang)
    address = values["homepage"]
    if not address:
        return ""
    address = address if "://" in address else f"https://{address}"
    try:
        fine = urlsplit(address).scheme in ("http", "https") and "." in (urlsplit(address).hostname or "")
    except ValueError:
        fine = False
    if not fine or re.search(r"\s", address):
        wrong.append(Wrong("homepage", _("Schreiben Sie die Adresse wie https://www.example.org.")))
        return before.landing_page
    return address


# -- what is asked


def missing(values: Values, lang: Lang) -> list[Wrong]:
    """What must still be said before a project can be handed in, in the order of the form."""
    _ = translator(lang)
    wrong = []
    if not values["title"]:
        wrong.append(Wrong("title", _("Geben Sie dem Projekt einen Titel.")))
    elif len(values["title"]) > TITLE:
        wrong.append(Wrong("title", _("Kürzen Sie den Titel auf höchstens %(number)s Zeichen.") % {"number": TITLE}))
    over = len(values["abstract"]) - ABSTRACT
    if not values["abstract"]:
        wrong.append(Wrong("abstract", _("Schreiben Sie eine Kurzfassung.")))
    elif over > 0:
        wrong.append(Wrong("abstract", _("Kürzen Sie die Kurzfassung um %(number)s Zeichen.") % {"number": over}))
    for field, message in (
        ("phase", _("Wählen Sie, wo das Projekt steht.")),
        ("lead", _("Nennen Sie die Stelle, die das Projekt leitet.")),
        ("email", _("Geben Sie eine E-Mail-Adresse für Fragen an.")),
        ("themes", _("Wählen Sie mindestens ein Thema.")),
        ("places", _("Wählen Sie mindestens einen Ort, oder „ganze Stadt“.")),
    ):
        if not values[field]:
            wrong.append(Wrong(field, message))
    return wrong


def ordered(wrong: Iterable[Wrong]) -> list[Wrong]:
    """In the order of the form, each field once for each message."""
    return sorted(dict.fromkeys(wrong), key=lambda one: ORDER.index(one.field))
