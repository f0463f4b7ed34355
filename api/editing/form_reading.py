"""What a sent form says, laid over what was there before: what the form cannot show stays, nothing is made up."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from api.editing import project_form
from api.editing.project_form import Values, Wrong
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import Agent, Contact, Link, Metadata, Opportunity, Participation, Period, Place, Text
from vocab import values as written
from vocab.concepts import ConceptList, concept_list

Resolve = Callable[[str], str | None]
One = TypeVar("One")
TOGETHER: Final = {"offer": ("offer_title", "offer_end"), "offer_end": ("offer", "offer_title"), "end": ("start",)}


class Sent(NamedTuple):
    """The fields as they were sent, over what was there `before`; `wrong` collects what cannot be read."""

    values: Values
    before: Metadata
    lang: Lang
    wrong: list[Wrong]

    def refuse(self, field: str, message: str) -> None:
        self.wrong.append(Wrong(field, message))


def metadata(
    values: Values, before: Metadata, lang: Lang, districts: ConceptList | None, resolve: Resolve
) -> tuple[Metadata, list[Wrong]]:
    """What the fields say, over what was there before; a field that cannot be read keeps its old words, and the new
    ones wait in the draft as they were written.

    `resolve`: a title, id or IRI of a dataset to its IRI.
    """
    sent = Sent(values, before, lang, [])
    made = replace(
        before,
        title=_text(before.title, values["title"], lang),
        abstract=_text(before.abstract, values["abstract"], lang),
        description=_text(before.description, values["description"], lang),
        phase=_phase(sent),
        themes=_themes(sent),
        places=_places(sent, districts),
        participants=_participants(sent),
        contacts=_contacts(sent),
        period=_period(sent),
        links=_links(sent, resolve),
        opportunities=_opportunities(sent),
        landing_page=_homepage(sent),
    )
    return replace(made, extras=_with_unread(sent)), sent.wrong


def _with_unread(sent: Sent) -> dict[str, Any]:
    """The words that cannot be read, kept until they are mended: a form is handed in only without any."""
    fields = [field for one in sent.wrong for field in (one.field, *TOGETHER.get(one.field, ()))]
    kept = {name: value for name, value in sent.before.extras.items() if name != project_form.UNREAD}
    return kept | ({project_form.UNREAD: {field: sent.values[field] for field in fields}} if fields else {})


def _text(before: Text, words: str, lang: Lang) -> Text:
    """The words in the form's language; other languages stay, and words without a language until they are changed."""
    if words == project_form.own(before, lang):
        return before
    others = {tag: text for tag, text in before.items() if tag != lang and (tag != "und" or before.get(lang))}
    return {**others, lang: words} if words else others


def _kept(before: Sequence[One], made: Iterable[One]) -> tuple[One, ...]:
    """The same things in the order that they had."""
    several: list[One] = []
    for one in made:
        if one not in several:
            several.append(one)
    same = len(several) == len(before) and all(one in several for one in before)
    return tuple(before) if same else tuple(several)


def _phase(sent: Sent) -> str:
    chosen = concept_list("phases").get(sent.values["phase"]) if sent.values["phase"] else None
    return chosen.iri if chosen else "" if project_form.phase(sent.before) else sent.before.phase


def _themes(sent: Sent) -> tuple[str, ...]:
    themes = concept_list("themes")
    chosen = [one.iri for name in sent.values["themes"] if (one := themes.get(name))]
    return _kept(sent.before.themes, [*chosen, *(iri for iri in sent.before.themes if not project_form.theme(iri))])


def _places(sent: Sent, districts: ConceptList | None) -> tuple[Place, ...]:
    """A district that stays ticked is written as it was; what is none stays."""
    known = [(one, project_form.district_of(one, districts)) for one in sent.before.places]
    made = [one for one, found in known if not found or found.notation in sent.values["places"]]
    there = {found.notation for _, found in known if found}
    new = [each for name in sent.values["places"] if name not in there and (each := (districts or {}).get(name))]
    return _kept(sent.before.places, [*made, *(Place(iri=each.iri, name=dict(each.labels)) for each in new)])


def _participants(sent: Sent) -> tuple[Participation, ...]:
    """Lead and partners from the form, all others as they were; who is still there keeps what was said of them."""
    roles = concept_list("roles").by_notation
    shown = project_form.shown_participants(sent.before, sent.lang)
    hidden = [one for one in sent.before.participants if not any(one is each for each in shown.values())]
    named = [("federfuehrung", sent.values["lead"])] + [("partner", line) for line in _lines(sent.values["partners"])]
    made = [
        shown.get((role, name)) or Participation(agent=Agent(name={sent.lang: name}), role=roles[role].iri)
        for role, name in dict.fromkeys(named)
        if name
    ]
    return _kept(sent.before.participants, [*made, *hidden])


def _lines(text: str) -> list[str]:
    return [project_form.line(one) for one in text.split("\n") if one.strip()][: project_form.LINES]


def _contacts(sent: Sent) -> tuple[Contact, ...]:
    _ = translator(sent.lang)
    first = sent.before.contacts[0] if sent.before.contacts else Contact()
    email = sent.values["email"]
    if email and email != first.email:
        found = written.email(email)
        if found is None:
            sent.refuse("email", _("Schreiben Sie die E-Mail-Adresse wie name@example.org."))
        email = found.value if found else first.email
    made = replace(first, email=email, name=_text(first.name, sent.values["contact"], sent.lang))
    return (*([made] if made != Contact() else []), *sent.before.contacts[1:])


def _period(sent: Sent) -> Period | None:
    _ = translator(sent.lang)
    before = sent.before.period or Period()
    start, end = _date(sent, "start", before.start), _date(sent, "end", before.end)
    if start is None or end is None:
        return sent.before.period
    if start and end and start[: len(end)] > end[: len(start)]:
        sent.refuse("end", _("Das Ende liegt vor dem Beginn. Prüfen Sie beide Angaben."))
        return sent.before.period
    made = replace(before, start=start, end=end)
    return made if made != Period() else None


def _date(sent: Sent, field: str, before: str) -> str | None:
    """A year, month or day as we write it, also 15.3.2026 and "15. März 2026"; None where it cannot be read."""
    _ = translator(sent.lang)
    text = sent.values[field]
    if text in ("", before):
        return str(text)
    found = written.date(text)
    if found is None:
        sent.refuse(field, _("Schreiben Sie das Datum als Jahr, Monat oder Tag: 2026, 2026-03 oder 2026-03-15."))
    return str(found.value) if found else None


def _links(sent: Sent, resolve: Resolve) -> tuple[Link, ...]:
    """The datasets that it uses, each by title, id or IRI; a line that is still there is written as it was."""
    _ = translator(sent.lang)
    shown = project_form.shown_uses(sent.before)
    made = []
    for line in _lines(sent.values["uses"]):
        iri = None if line in shown else resolve(line)
        if line in shown:
            made.append(shown[line])
        elif iri:
            made.append(Link("uses", iri))
        else:
            message = _("„%(line)s“ ist nicht im Verzeichnis. Schreiben Sie den genauen Titel oder die Adresse.")
            sent.refuse("uses", message % {"line": line})
    hidden = [one for one in sent.before.links if not any(one is each for each in shown.values())]
    return _kept(sent.before.links, [*made, *hidden])


def _opportunities(sent: Sent) -> tuple[Opportunity, ...]:
    """The one that the form shows, among the others."""
    _ = translator(sent.lang)
    at, first = project_form.offer(sent.before)
    before = sent.before.opportunities
    kind = concept_list("opportunities").get(sent.values["offer"]) if sent.values["offer"] else None
    ends = _date(sent, "offer_end", first.ends)
    if kind is None and (sent.values["offer_title"] or sent.values["offer_end"]):
        sent.refuse("offer", _("Wählen Sie, wie man mitmachen kann."))
        return before
    if kind is None:
        return (*before[:at], *before[at + 1 :])
    title = _text(first.title, sent.values["offer_title"], sent.lang)
    made = replace(first, type=kind.iri, title=title, ends=first.ends if ends is None else ends)
    return (*before[:at], made, *before[at + 1 :])


def _homepage(sent: Sent) -> str:
    _ = translator(sent.lang)
    text, before = sent.values["homepage"], sent.before.landing_page
    if text in ("", before):
        return str(text)
    found = written.address(text if "://" in text else f"https://{text}")
    address = str(found.value) if found else ""
    if not address.startswith(("http://", "https://")) or "." not in urlsplit(address).netloc:
        sent.refuse("homepage", _("Schreiben Sie die Adresse wie https://www.example.org."))
        return before
    return address
