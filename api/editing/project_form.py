"""The form of a project: its fields, what they show of a metadata that was saved, and what must still be said."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from api.text.formatting import Said, said
from api.text.i18n import translator
from api.web.addresses import Lang
from api.web.session import Forms
from registry.model import Contact, Link, Metadata, Opportunity, Participation, Place, Text
from vocab.concepts import Concept, ConceptList, concept_list
from vocab.match import district

ABSTRACT: Final = 300  # characters
TITLE: Final = 150
LONG: Final = 20_000
LINES: Final = 30
LINE: Final = 300  # characters
NO_THEME: Final = "OP_DATPRO"  # of the list, but nothing that a project is about
UNREAD: Final = "unread-in-form"  # key of extras in a draft: the words of fields that could not be read
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


class Wrong(NamedTuple):
    """A field and what to do about it."""

    field: str
    message: str


def values_of(fields: Forms) -> dict[str, Any]:
    """What was sent, word for word."""
    found: dict[str, Any] = {name: fields.get(name).strip()[:LONG] for name in SINGLE}
    return found | {name: fields.all(name)[:50] for name in SEVERAL}


def blank(values: Values) -> bool:
    """Nothing was said but what the form says by itself."""
    return not any(value for name, value in values.items() if name != "lead")


# -- metadata to form


def shown(words: Metadata, lang: Lang, districts: ConceptList | None) -> dict[str, Any]:
    """The fields as the form shows a metadata that was saved, with what could not be read as it was written."""
    contact = words.contacts[0] if words.contacts else Contact()
    _, first = offer(words)
    kind = concept_list("opportunities").get(first.type) if first.type else None
    people = shown_participants(words, lang)
    found = {
        "title": own(words.title, lang),
        "abstract": own(words.abstract, lang),
        "phase": phase(words),
        "lead": next((name for role, name in people if role == "federfuehrung"), ""),
        "email": contact.email,
        "contact": own(contact.name, lang),
        "themes": tuple(one.notation for iri in words.themes if (one := theme(iri))),
        "places": tuple(one.notation for place in words.places if (one := district_of(place, districts))),
        "description": own(words.description, lang),
        "start": words.period.start if words.period else "",
        "end": words.period.end if words.period else "",
        "partners": "\n".join(name for role, name in people if role == "partner"),
        "uses": "\n".join(shown_uses(words)),
        "offer": kind.notation if kind else "",
        "offer_title": own(first.title, lang),
        "offer_end": first.ends,
        "homepage": words.landing_page,
    }
    unread = words.extras.get(UNREAD)
    return found | (dict(unread) if isinstance(unread, Mapping) else {})


def phase_hints(lang: Lang) -> dict[str, str]:
    """What each phase means, in a few words: the choice is the writer's, not a dictionary's."""
    _ = translator(lang)
    return {
        "idee": _("Noch ist nichts entschieden."),
        "vorbereitung": _("Wir planen, suchen Geld oder Partner."),
        "umsetzung": _("Die Arbeit läuft."),
        "abschluss": _("Wir werten aus und übergeben."),
        "dauerbetrieb": _("Es läuft und bleibt."),
        "abgeschlossen": _("Fertig, es läuft nicht weiter."),
        "pausiert": _("Ruht und geht später weiter."),
        "abgebrochen": _("Geht nicht weiter."),
    }


def own(text: Text, lang: Lang) -> str:
    """The words in the form's language, or those without one; those of another language are not the form's to save."""
    return (text.get(lang) or text.get("und", "")).replace("\r\n", "\n").strip()


def elsewhere(words: Metadata, lang: Lang) -> dict[str, Said]:
    """Field -> its words in another language, where the form's own is missing: shown beside the field."""
    texts = {
        "title": words.title,
        "abstract": words.abstract,
        "description": words.description,
        "contact": words.contacts[0].name if words.contacts else {},
        "offer_title": offer(words)[1].title,
    }
    return {field: said(text, lang) for field, text in texts.items() if text and not own(text, lang)}


def phase(words: Metadata) -> str:
    found = concept_list("phases").get(words.phase) if words.phase else None
    return found.notation if found and found.notation in PHASES else ""


def theme(iri: str) -> Concept | None:
    """The theme that the form has a box for."""
    found = concept_list("themes").get(iri)
    return found if found and found.notation != NO_THEME else None


def district_of(place: Place, districts: ConceptList | None) -> Concept | None:
    names = (place.iri, *place.name.values()) if districts else ()
    return next((found for name in names if name and districts and (found := district(name, districts))), None)


def shown_participants(words: Metadata, lang: Lang) -> dict[tuple[str, str], Participation]:
    """Role and name -> whom the form can show: one lead, and as many partners as it has lines."""
    roles = {one.iri: name for name, one in concept_list("roles").by_notation.items()}
    found: dict[tuple[str, str], Participation] = {}
    for one in words.participants:
        role, name = roles.get(one.role, ""), said(one.agent.name, lang).words
        most = {"federfuehrung": 1, "partner": LINES}.get(role, 0)
        if name and name == line(name) and sum(each == role for each, _ in found) < most:
            found.setdefault((role, name), one)
    return found


def shown_uses(words: Metadata) -> dict[str, Link]:
    """Line -> link to a dataset."""
    uses = [one for one in words.links if one.relation == "uses"][:LINES]
    return {text: one for one in uses if (text := one.iri.removeprefix("/id/")) == line(text)}


def line(text: str) -> str:
    return " ".join(text.split("\n")).strip()[:LINE]


def offer(words: Metadata) -> tuple[int, Opportunity]:
    """The first opportunity of a kind that the form knows, and its place; an empty one after all others."""
    known = concept_list("opportunities")
    found = ((at, one) for at, one in enumerate(words.opportunities) if one.type and known.get(one.type))
    return next(found, (len(words.opportunities), Opportunity()))


# -- what is asked


def missing(values: Values, made: Metadata, lang: Lang) -> list[Wrong]:
    """What must still be said before a project can be handed in, in whatever language; in the order of the form."""
    _ = translator(lang)
    wrong = []
    if not any(made.title.values()):
        wrong.append(Wrong("title", _("Geben Sie dem Projekt einen Titel.")))
    elif len(values["title"]) > TITLE:
        wrong.append(Wrong("title", _("Kürzen Sie den Titel auf höchstens %(number)s Zeichen.") % {"number": TITLE}))
    over = len(values["abstract"]) - ABSTRACT
    if not any(made.abstract.values()):
        wrong.append(Wrong("abstract", _("Schreiben Sie eine Kurzfassung.")))
    elif over > 0:
        wrong.append(Wrong("abstract", _("Kürzen Sie die Kurzfassung um %(number)s Zeichen.") % {"number": over}))
    leads = concept_list("roles").by_notation["federfuehrung"].iri
    lead = any(one.role == leads for one in made.participants)
    email = values["email"] or any(one.email for one in made.contacts)
    for field, there, message in (
        ("phase", made.phase, _("Wählen Sie, wo das Projekt steht.")),
        ("lead", lead, _("Nennen Sie die Stelle, die das Projekt leitet.")),
        ("email", email, _("Geben Sie eine E-Mail-Adresse für Fragen an.")),
        ("themes", made.themes, _("Wählen Sie mindestens ein Thema.")),
        ("places", made.places, _("Wählen Sie mindestens einen Ort, oder „ganze Stadt“.")),
    ):
        if not there:
            wrong.append(Wrong(field, message))
    return wrong


def ordered(wrong: Iterable[Wrong]) -> list[Wrong]:
    """In the order of the form, each field once for each message."""
    return sorted(dict.fromkeys(wrong), key=lambda one: ORDER.index(one.field))
