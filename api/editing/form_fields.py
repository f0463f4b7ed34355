"""The table of form fields: what a person can enter, for every kind of thing.

Each row is laid over a row of `vocab/fields.py`, which says what form the value has, whether there are several and
which list it is from. Reading, showing, checking and reviewing all walk these rows. A new field of the form is a row
here, and its English words in the catalogue of messages. Entry points: `form_of`, `FormField`, `numbered`.
Invariants: within a kind a name stands once; the order of the rows is the order of the form.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from api.text.i18n import marked as _
from registry.model import DCAT_KINDS, KINDS, Kind
from registry.quality.check import demanded
from vocab.fields import Field, field

Widget = Literal["input", "area", "lines", "radio", "boxes", "select"]
Section = Literal["about", "where", "who", "money", "data"]

MAX_ITEMS: Final = 30  # lines, or nodes of a repeated group, that a form shows
MAX_BOXES: Final = 50  # ticked boxes that are read
_MAX_CHARACTERS: Final[Mapping[str, int]] = {"date": 40, "iri": 2_000}  # of an input, by the form of its value
_MAX_INPUT_CHARACTERS: Final = 300
MAX_AREA_CHARACTERS: Final = 20_000
_OF_ONE = MappingProxyType({"concept": "select", "node": "input"})
_OF_MANY = MappingProxyType({"concept": "boxes", "Place": "boxes"})
SECTIONS: Final[Mapping[Section, tuple[str, str]]] = MappingProxyType(  # title, and what is asked there
    {
        "about": (_("Worum geht es?"), _("Titel, Kurzfassung, Thema")),
        "where": (_("Wo und wann?"), _("Ort, Beginn und Ende, Schritte")),
        "who": (_("Wer macht mit?"), _("Zuständige Stelle, Kontakt, Partner")),
        "money": (_("Geld und Beschlüsse"), _("Kosten, Förderung, Vorlagen")),
        "data": (_("Daten und Dokumente"), _("Dateien, genutzte und erzeugte Daten, Berichte, Bild")),
    }
)
ALL: Final = " ".join(KINDS)


class FormField(NamedTuple):
    """A field of the form. `kinds`: of the things whose form has it; `needed`: kinds whose form demands it although no
    profile does; `ask`: what to say where it is needed and empty, else the sentence of the rule that is broken.
    `repeats`: the group is asked again for each node, the inputs of the second one are named `name.2` (`numbered`)."""

    name: str  # of the input; part of addresses and of drafts that are kept
    kinds: str
    metadata_field: str  # of Metadata: a row of vocab/fields.py
    hint: str = ""
    label: str = ""  # else that of the row
    part: str = ""  # field of the node, where the metadata field is one; `amount.value` of a node inside it
    role: str = ""  # notation of `roles`, where the node is somebody who takes part
    widget: Widget | None = None  # else by the form of the value
    needed: str = ""
    ask: str = ""
    max_characters: int = 0  # when it is handed in; 0 = what the input takes
    too_long: str = ""  # what to say then; may name %(limit)s and %(over)s
    rows: int = 5  # of an area
    choices: Mapping[str, str] = {}  # notation -> hint, where not the whole list is offered
    without: tuple[str, ...] = ()  # notations that are not offered
    empty_choice: str = ""  # of a select
    is_key: bool = False  # without it the node is gone
    beside: str = ""  # fields of the same word stand side by side
    own_organization: bool = False  # a new form names that of the account
    target: tuple[Kind, ...] = ()  # kinds that a link may lead to
    section: Section = "about"
    repeats: bool = False
    translated: bool = False  # takes the text in the other language than that of the form
    why: str = ""  # the answer to "Why do we ask this?"

    def row(self, kind: Kind) -> Field:
        """The row of the value: of the metadata, or of the node that it is part of."""
        row = field(kind, self.metadata_field)
        for step in self.part.split(".") if self.part and row.node else ():
            row = field(row.node, step)
        return row

    def widget_of(self, kind: Kind) -> Widget:
        if self.widget:
            return self.widget
        row = self.row(kind)
        if row.many or row.form == "words":
            return _OF_MANY.get(row.node or row.form, "lines")  # type: ignore[return-value]
        return _OF_ONE.get(row.form, "input")  # type: ignore[return-value]

    def is_needed(self, kind: Kind) -> bool:
        """Whether a thing of that kind cannot be handed in without it."""
        outer = field(kind, self.metadata_field)
        if self.translated or (self.repeats and outer.node == "Association"):
            return False  # the lead is asked for, nobody else
        whole = not self.part or outer.node == "Agent" or self.part in demanded(outer.node)
        demands = outer.name in demanded(kind) and whole and not self.role
        return demands or kind in self.needed.split()

    def takes_office(self, kind: Kind) -> bool:
        """Whether it takes the name of an organization."""
        return self.own_organization or bool(self.role) or self.row(kind).node == "Agent"

    def input_limit(self, kind: Kind) -> int:
        """Characters that the input takes."""
        if self.widget_of(kind) in ("area", "lines"):
            return MAX_AREA_CHARACTERS
        return _MAX_CHARACTERS.get(self.row(kind).form, _MAX_INPUT_CHARACTERS)


@cache
def form_of(kind: Kind) -> tuple[FormField, ...]:
    """The form of a kind of thing: its rows of the table, in their order."""
    return tuple(form_field for form_field in FIELDS if kind in form_field.kinds.split())


def numbered(form_field: FormField, number: int) -> FormField:
    """The field for the node `number` of a repeated group, counted from 1."""
    return form_field if number == 1 else form_field._replace(name=f"{form_field.name}.{number}")


def base_name(name: str) -> tuple[str, int]:
    """Name of the row, and number of the node, of an input: `milestone.2` is (`milestone`, 2)."""
    name, _dot, number = name.partition(".")
    is_number = number.isascii() and number.isdigit() and len(number) < 4
    return (name, int(number)) if is_number and int(number) > 1 else (name, 0 if number else 1)


PHASES: Final = MappingProxyType(
    {
        "idee": _("Noch ist nichts entschieden."),
        "vorbereitung": _("Wir planen, suchen Geld oder Partner."),
        "umsetzung": _("Die Arbeit läuft."),
        "abschluss": _("Wir werten aus und übergeben."),
        "dauerbetrieb": _("Es läuft und bleibt."),
        "abgeschlossen": _("Fertig, es läuft nicht weiter."),
        "pausiert": _("Ruht und geht später weiter."),
        "abgebrochen": _("Geht nicht weiter."),
    }
)
PICTURE_LICENCES: Final = MappingProxyType(  # those that pictures have, of the long list for data
    {
        "cc-by/4.0": _("Alle dürfen es nutzen, wenn sie den Namen nennen."),
        "cc-by-sa/4.0": _("Ebenso, und Bearbeitungen bleiben so frei."),
        "cc-zero": _("Alle dürfen es nutzen, ohne Bedingung."),
        "cc-by-nc/4.0": _("Nur nicht kommerziell, mit Namen."),
        "cc-by-nd/4.0": _("Nur unverändert, mit Namen."),
        "ccpdm/1.0": _("Das Urheberrecht ist abgelaufen."),
        "other-closed": _("Nur auf dieser Seite. Sonst niemand."),
    }
)
_DATE = _("Jahr, Monat oder Tag")
_WRITTEN_DATE = _("Zum Beispiel „2027“, „März 2027“ oder „01.03.2027“.")
_ADDRESSES = _("Eine Internetadresse in jeder Zeile.")
_ONE_A_LINE = _("Eine Angabe in jeder Zeile.")
_DATASETS = _("Ein Datensatz in jeder Zeile: Titel oder Adresse aus dem Verzeichnis.")
_CONTACT = _("Eine E-Mail-Adresse für Fragen, am besten ein gemeinsames Postfach.")

FIELDS: Final[tuple[FormField, ...]] = (
    FormField("title", "project", "title", _("So kurz wie eine Überschrift. Ohne Abkürzungen."), _("Titel"),
              ask=_("Geben Sie dem Projekt einen Titel."), max_characters=150,
              too_long=_("Kürzen Sie den Titel auf höchstens %(limit)s Zeichen.")),
    FormField("title", "dataset series service event publicservice organization", "title",
              _("So kurz wie eine Überschrift. Ohne Abkürzungen."), ask=_("Geben Sie dem Eintrag einen Titel."),
              max_characters=150, too_long=_("Kürzen Sie den Titel auf höchstens %(limit)s Zeichen.")),
    FormField("abstract", "project event publicservice organization", "abstract",
              _("Was ändert sich für wen? Zwei bis drei Sätze in einfachen Worten."), _("Kurzfassung"), widget="area",
              ask=_("Schreiben Sie eine Kurzfassung."), max_characters=300,
              too_long=_("Kürzen Sie die Kurzfassung um %(over)s Zeichen."),
              why=_("Diese Sätze stehen in der Suche, auf Karten und oben auf der Seite.")),
    FormField("description", "dataset series", "description", _("So ausführlich, wie Sie möchten."),
              _("Beschreibung"), widget="area", rows=8),
    FormField("phase", "project", "phase", _("Wo steht das Projekt heute?"), _("Phase"), widget="radio",
              choices=PHASES, ask=_("Wählen Sie, wo das Projekt steht.")),
    FormField("starts", "event", "starts", _DATE, beside="event", section="where"),
    FormField("ends", "event", "ends", _DATE, beside="event", section="where"),
    FormField("lead", "project", "participants", _("Welche Stelle leitet das Projekt?"), _("Federführung"),
              role="federfuehrung", widget="input", needed="project", own_organization=True,
              ask=_("Nennen Sie die Stelle, die das Projekt leitet."), section="who"),
    FormField("publisher", "dataset series service publicservice", "publisher", part="name", own_organization=True,
              section="who"),
    FormField("endpoint", "service", "endpoint", section="data"),
    FormField("email", ALL, "contacts", _CONTACT, _("Kontakt"), part="email", needed="project",
              ask=_("Geben Sie eine E-Mail-Adresse für Fragen an."), section="who",
              why=_("Wer mitmachen oder einen Fehler melden will, schreibt hierhin. Die Adresse ist öffentlich.")),
    FormField("contact", ALL, "contacts", _("Zum Beispiel „Projektbüro Kühle Wege“. Bitte keine Privatperson."),
              _("Wer meldet sich dort?"), part="name", section="who"),
    FormField("themes", "project dataset service event publicservice", "themes", _("Eines oder mehrere."), _("Thema"),
              without=("OP_DATPRO",), ask=_("Wählen Sie mindestens ein Thema.")),
    FormField("places", "project dataset series event", "places", _("Die ganze Stadt oder einzelne Stadtteile."),
              _("Ort"), needed="project", ask=_("Wählen Sie mindestens einen Ort, oder „ganze Stadt“."),
              section="where"),
    FormField("description", "project service event publicservice organization", "description",
              _("So ausführlich, wie Sie möchten."), _("Beschreibung"), widget="area", rows=8),
    FormField("benefits", "project", "benefits", _ONE_A_LINE, _("Was bringt es?"), rows=4),
    FormField("goals", "project", "goals", _ONE_A_LINE, _("Ziele"), rows=4),
    FormField("chances", "project", "chances", _ONE_A_LINE, _("Chancen"), rows=4),
    FormField("risks", "project", "risks", _("Eine Angabe in jeder Zeile, am besten mit Ihrer Vorsorge."),
              _("Risiken"), rows=4, why=_("Chancen und Risiken stehen auf der Seite gleich groß nebeneinander.")),
    FormField("classification", "organization", "classification", empty_choice=_("keine Angabe")),
    FormField("aliases", "organization", "aliases", _ONE_A_LINE, rows=3),
    FormField("organizer", "event", "organizer", part="name", own_organization=True, section="who"),
    FormField("start", "project dataset series", "period", _WRITTEN_DATE, _("Beginn"), part="start", beside="period",
              section="where"),
    FormField("end", "project dataset series", "period", _("Auch geplant, zum Beispiel „Ende 2027“."), _("Ende"),
              part="end", beside="period", section="where"),
    FormField("began", "project", "starts", _WRITTEN_DATE, _("Tatsächlich begonnen"), beside="actual",
              section="where"),
    FormField("ended", "project", "ends", _WRITTEN_DATE, _("Tatsächlich beendet"), beside="actual", section="where"),
    FormField("phase_step", "project", "phase_steps", _("Wann begann oder beginnt welche Phase?"), _("Phase"),
              part="phase", is_key=True, empty_choice=_("keine Angabe"), ask=_("Wählen Sie die Phase."),
              section="where", repeats=True),
    FormField("phase_planned", "project", "phase_steps", _WRITTEN_DATE, _("Geplanter Beginn"), part="planned",
              beside="phase_step", section="where", repeats=True),
    FormField("phase_reached", "project", "phase_steps", _WRITTEN_DATE, _("Tatsächlicher Beginn"), part="reached",
              beside="phase_step", section="where", repeats=True),
    FormField("phase_reason", "project", "phase_steps", _("Falls sich der Beginn verschoben hat: warum?"),
              _("Grund"), part="reason", section="where", repeats=True),
    FormField("milestone", "project", "milestones", _("Zum Beispiel „Erste Karte öffentlich“."), _("Schritt"),
              part="title", is_key=True, ask=_("Geben Sie dem Meilenstein einen Namen."), section="where",
              repeats=True),
    FormField("milestone_planned", "project", "milestones", _DATE, _("Geplant"), part="planned", beside="milestone",
              section="where", repeats=True),
    FormField("milestone_reached", "project", "milestones", _DATE, _("Erreicht"), part="reached", beside="milestone",
              section="where", repeats=True),
    FormField("milestone_reason", "project", "milestones", _("Falls sich der Schritt verschoben hat: warum?"),
              _("Grund"), part="reason", section="where", repeats=True),
    FormField("frequency", "dataset series", "frequency", empty_choice=_("keine Angabe"), section="where"),
    FormField("keywords", "project dataset service event publicservice", "keywords", _ONE_A_LINE, rows=3),
    FormField("file_title", "dataset", "distributions", label=_("Titel der Datei"), part="title", section="data",
              repeats=True),
    FormField("file", "dataset", "distributions", label=_("Internetadresse der Datei"), part="access_url",
              section="data", repeats=True),
    FormField("format", "dataset", "distributions", part="format", empty_choice=_("keine Angabe"), section="data",
              repeats=True),
    FormField("file_licence", "dataset", "distributions", part="licence", empty_choice=_("keine Angabe"),
              section="data", repeats=True),
    FormField("attribution", "dataset", "distributions", part="attribution", section="data", repeats=True),
    FormField("columns", "dataset", "distributions",
              _("Eine Spalte in jeder Zeile: Name | Bedeutung | Typ | Einheit, etwa „hoehe | Höhe | Zahl | m“."),
              _("Was die Spalten bedeuten"), part="table_schema", widget="lines", rows=4, section="data",
              repeats=True),
    FormField("access", "dataset series service", "access", empty_choice=_("keine Angabe"), section="data",
              choices=MappingProxyType({"PUBLIC": "", "RESTRICTED": "", "NON_PUBLIC": ""})),
    FormField("access_reason", "dataset series service", "access_reason",
              _("Wenn nicht alle sie bekommen: warum, und wer sie auf Anfrage bekommt."), widget="area", rows=3,
              section="data"),
    FormField("access_review", "dataset series service", "access_review", _WRITTEN_DATE, section="data"),
    FormField("endpoint_description", "service", "endpoint_description", section="data"),
    FormField("licence", "service", "licence", empty_choice=_("keine Angabe"), section="data"),
    FormField("serves", "service", "serves", _DATASETS, rows=3, target=DCAT_KINDS, section="data"),
    FormField("partner", "project", "participants", _("Der Name der Stelle."), _("Stelle"), part="agent", is_key=True,
              ask=_("Nennen Sie die Stelle, oder lassen Sie die Zeile leer."), section="who", repeats=True),
    FormField("partner_role", "project", "participants", label=_("Rolle"), part="role",
              without=("partner",), empty_choice=_("Partner"), section="who", repeats=True),
    FormField("partner_task", "project", "participants", _("Zum Beispiel „stellt Höhendaten bereit“."), _("Aufgabe"),
              part="description", section="who", repeats=True),
    FormField("uses", "project", "uses", _DATASETS, _("Nutzt Daten"), rows=3, target=DCAT_KINDS, section="data"),
    FormField("produces", "project", "produces", _DATASETS, _("Erzeugt Daten"), rows=3, target=DCAT_KINDS,
              section="data"),
    FormField("offer", "project", "opportunities", _("Wie können andere mitmachen? Oder suchen Sie Partner?"),
              _("Mitmachen"), part="type", is_key=True, empty_choice=_("nichts davon"),
              ask=_("Wählen Sie, wie man mitmachen kann."), section="who", repeats=True),
    FormField("offer_title", "project", "opportunities", _("Zum Beispiel „Wir suchen Betriebe mit Stellplatz“."),
              _("Worum geht es dabei?"), part="title", section="who", repeats=True),
    FormField("offer_text", "project", "opportunities", label=_("Näheres"), part="description", widget="area", rows=3,
              section="who", repeats=True),
    FormField("offer_start", "project", "opportunities", _DATE, _("Ab wann?"), part="starts", beside="offer",
              section="who", repeats=True),
    FormField("offer_end", "project", "opportunities", _DATE, _("Bis wann?"), part="ends", beside="offer",
              section="who", repeats=True),
    FormField("offer_email", "project", "opportunities", _("Nur, wenn es eine andere Adresse ist als beim Kontakt."),
              _("Kontakt dafür"), part="contacts.email", section="who", repeats=True),
    FormField("offer_page", "project", "opportunities", _("Zum Beispiel die Ausschreibung oder die Anmeldung."),
              _("Internetseite dazu"), part="page", section="who", repeats=True),
    FormField("cost", "project", "budget", _("In Euro, zum Beispiel „120.000“."), _("Kosten"), part="value",
              is_key=True, ask=_("Schreiben Sie auch den Betrag."), beside="cost", section="money"),
    FormField("cost_state", "project", "budget", label=_("Stand der Kosten"), part="state",
              empty_choice=_("keine Angabe"), beside="cost", section="money"),
    FormField("cost_step", "project", "cost_steps", _("Erst die Planung, dann jede Änderung, am Ende die Abrechnung."),
              _("Betrag in Euro"), part="value", is_key=True, ask=_("Schreiben Sie auch den Betrag."),
              beside="cost_step", section="money", repeats=True),
    FormField("cost_step_state", "project", "cost_steps", label=_("Stand der Kosten"), part="state",
              empty_choice=_("keine Angabe"), beside="cost_step", section="money", repeats=True),
    FormField("cost_step_date", "project", "cost_steps", _DATE, _("Datum"), part="date", section="money", repeats=True),
    FormField("cost_step_reason", "project", "cost_steps", _("Falls sich der Betrag geändert hat: warum?"),
              _("Grund"), part="reason", section="money", repeats=True),
    FormField("funding", "project", "funding", _("Aus welchem Programm kommt das Geld?"), _("Programm"), part="name",
              is_key=True, ask=_("Nennen Sie das Programm."), section="money", repeats=True),
    FormField("funder", "project", "funding", label=_("Fördergeber"), part="funder", section="money",
              repeats=True),
    FormField("funding_amount", "project", "funding", _("In Euro, zum Beispiel „120.000“."), _("Betrag"),
              part="amount.value", beside="funding", section="money", repeats=True),
    FormField("funding_id", "project", "funding", label=_("Förderkennzeichen"), part="identifier", beside="funding",
              section="money", repeats=True),
    FormField("decisions", "project", "decisions",
              _("Die Adresse der Vorlage im Ratsinformationssystem, eine in jeder Zeile."), _("Beschlüsse"), rows=3,
              section="money"),
    FormField("indicator", "project", "indicators", _("Woran sehen Sie den Erfolg? Zum Beispiel „Bänke im Schatten“."),
              _("Kennzahl"), part="title", is_key=True, ask=_("Geben Sie der Kennzahl einen Namen."), section="data",
              repeats=True),
    FormField("indicator_unit", "project", "indicators", _("Zum Beispiel „Stück“ oder „kWh“."), _("Einheit"),
              part="unit", section="data", repeats=True),
    FormField("indicator_baseline", "project", "indicators", label=_("Wert am Anfang"), part="baseline",
              beside="indicator", section="data", repeats=True),
    FormField("indicator_target", "project", "indicators", part="target", beside="indicator",
              section="data", repeats=True),
    FormField("indicator_values", "project", "indicators", _("Datum und Wert, einer in jeder Zeile: „2026-06: 12,5“."),
              _("Gemessen"), part="observations", rows=3, section="data", repeats=True),
    FormField("indicator_source", "project", "indicators", _("Die Adresse der Daten, aus denen sie kommt."),
              _("Datenquelle"), part="source", section="data", repeats=True),
    FormField("documents", "project dataset event publicservice organization", "documentation", _ADDRESSES,
              _("Dokumente"), rows=3, section="data"),
    FormField("part_of", "project", "part_of", _("Das größere Vorhaben: Titel oder Adresse aus dem Verzeichnis."),
              _("Teil von"), rows=2, target=("project",), section="data"),
    FormField("follows", "project", "follows", _("Ein früheres Vorhaben: Titel oder Adresse aus dem Verzeichnis."),
              _("Folgt auf"), rows=2, target=("project",), section="data"),
    FormField("events", "project", "event",
              _("Eine Veranstaltung in jeder Zeile: Titel oder Adresse aus dem Verzeichnis."), _("Termine"), rows=2,
              target=("event",), section="data"),
    FormField("public_service", "project", "public_service",
              _("Eine Leistung in jeder Zeile: Titel oder Adresse aus dem Verzeichnis."), _("Leistungen"), rows=2,
              target=("publicservice",), section="data"),
    FormField("about", "event", "about", _("Das Projekt dazu: Titel oder Adresse aus dem Verzeichnis."), rows=2,
              target=("project", "dataset", "publicservice"), section="data"),
    FormField("street", "organization", "address", part="street", section="where"),
    FormField("postal_code", "organization", "address", part="postal_code", beside="town", section="where"),
    FormField("town", "organization", "address", part="locality", beside="town", section="where"),
    FormField("image", "project event organization", "image",
              _("Die Internetadresse eines Bildes, an dem Sie die Rechte haben."), _("Bild"), section="data"),
    FormField("image_text", "project event organization", "image_text",
              _("Was ist auf dem Bild zu sehen? Für alle, die es nicht sehen."), _("Bildbeschreibung"), section="data"),
    FormField("image_credit", "project event organization", "image_credit", label=_("Wer hat das Bild gemacht?"),
              section="data"),
    FormField("image_licence", "project event organization", "image_licence", label=_("Lizenz des Bildes"),
              choices=PICTURE_LICENCES, widget="select", empty_choice=_("keine Angabe"), section="data"),
    FormField("homepage", ALL, "landing_page", _("Wo man mehr lesen kann."), _("Internetseite"), section="data"),
    FormField("title_translated", ALL, "title", label=_("Titel auf Englisch"), max_characters=150, translated=True,
              too_long=_("Kürzen Sie den Titel auf höchstens %(limit)s Zeichen.")),
    FormField("abstract_translated", "project event publicservice organization", "abstract",
              label=_("Kurzfassung auf Englisch"), widget="area", max_characters=300, translated=True,
              too_long=_("Kürzen Sie die Kurzfassung um %(over)s Zeichen.")),
    FormField("description_translated", ALL, "description", label=_("Beschreibung auf Englisch"), widget="area",
              rows=8, translated=True),
)  # fmt: skip
