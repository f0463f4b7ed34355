"""The table of form fields: what a person can enter, for every kind of thing.

Each row is laid over a row of `vocab/fields.py`, which says what form the value has, whether there are several and
which list it is from. Reading, showing, checking and reviewing all walk these rows. A new field of the form is a row
here, and its English words in the catalogue of messages. Entry points: `form_of`, `FormField`.
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

MAX_ITEMS: Final = 30  # lines or partners that a form shows
MAX_BOXES: Final = 50  # ticked boxes that are read
_MAX_CHARACTERS: Final[Mapping[str, int]] = {"date": 40, "iri": 2_000}  # of an input, by the form of its value
_MAX_INPUT_CHARACTERS: Final = 300
MAX_AREA_CHARACTERS: Final = 20_000
_OF_ONE = MappingProxyType({"concept": "select", "node": "input"})
_OF_MANY = MappingProxyType({"concept": "boxes", "Place": "boxes"})
ALL: Final = " ".join(KINDS)


class FormField(NamedTuple):
    """A field of the form. `kinds`: of the things whose form has it; `needed`: kinds whose form demands it although no
    profile does; `ask`: what to say where it is needed and empty, else the sentence of the rule that is broken."""

    name: str  # of the input; part of addresses and of drafts that are kept
    kinds: str
    metadata_field: str  # of Metadata: a row of vocab/fields.py
    hint: str = ""
    label: str = ""  # else that of the row
    part: str = ""  # field of the node, where the metadata field is one
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

    def row(self, kind: Kind) -> Field:
        """The row of the value: of the metadata, or of the node that it is part of."""
        outer = field(kind, self.metadata_field)
        return field(outer.node, self.part) if self.part and outer.node else outer

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
        whole = not self.part or outer.node == "Agent" or self.part in demanded(outer.node)
        demands = outer.name in demanded(kind) and whole and not self.role
        return demands or kind in self.needed.split()

    def input_limit(self, kind: Kind) -> int:
        """Characters that the input takes."""
        if self.widget_of(kind) in ("area", "lines"):
            return MAX_AREA_CHARACTERS
        return _MAX_CHARACTERS.get(self.row(kind).form, _MAX_INPUT_CHARACTERS)


@cache
def form_of(kind: Kind) -> tuple[FormField, ...]:
    """The form of a kind of thing: its rows of the table, in their order."""
    return tuple(form_field for form_field in FIELDS if kind in form_field.kinds.split())


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
_DATE = _("Jahr, Monat oder Tag")
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
              too_long=_("Kürzen Sie die Kurzfassung um %(over)s Zeichen.")),
    FormField("description", "dataset series", "description", _("So ausführlich, wie Sie möchten."),
              _("Beschreibung"), widget="area", rows=8),
    FormField("phase", "project", "phase", _("Wo steht das Projekt heute?"), _("Phase"), widget="radio",
              choices=PHASES, ask=_("Wählen Sie, wo das Projekt steht.")),
    FormField("starts", "event", "starts", _DATE, beside="event"),
    FormField("ends", "event", "ends", _DATE, beside="event"),
    FormField("lead", "project", "participants", _("Welche Stelle leitet das Projekt?"), _("Federführung"),
              role="federfuehrung", widget="input", needed="project", own_organization=True,
              ask=_("Nennen Sie die Stelle, die das Projekt leitet.")),
    FormField("publisher", "dataset series service publicservice", "publisher", part="name", own_organization=True),
    FormField("endpoint", "service", "endpoint"),
    FormField("email", ALL, "contacts", _CONTACT, _("Kontakt"), part="email", needed="project",
              ask=_("Geben Sie eine E-Mail-Adresse für Fragen an.")),
    FormField("contact", ALL, "contacts", _("Zum Beispiel „Projektbüro Kühle Wege“. Bitte keine Privatperson."),
              _("Wer meldet sich dort?"), part="name"),
    FormField("themes", "project dataset service event publicservice", "themes", _("Eines oder mehrere."), _("Thema"),
              without=("OP_DATPRO",), ask=_("Wählen Sie mindestens ein Thema.")),
    FormField("places", "project dataset series event", "places", _("Die ganze Stadt oder einzelne Stadtteile."),
              _("Ort"), needed="project", ask=_("Wählen Sie mindestens einen Ort, oder „ganze Stadt“.")),
    FormField("description", "project service event publicservice organization", "description",
              _("So ausführlich, wie Sie möchten."), _("Beschreibung"), widget="area", rows=8),
    FormField("classification", "organization", "classification", empty_choice=_("keine Angabe")),
    FormField("aliases", "organization", "aliases", _ONE_A_LINE, rows=3),
    FormField("organizer", "event", "organizer", part="name", own_organization=True),
    FormField("start", "project dataset series", "period", _DATE, _("Beginn"), part="start", beside="period"),
    FormField("end", "project dataset series", "period", _("auch geplant, zum Beispiel 2027-10"), _("Ende"),
              part="end", beside="period"),
    FormField("frequency", "dataset series", "frequency", empty_choice=_("keine Angabe")),
    FormField("keywords", "dataset service event publicservice", "keywords", _ONE_A_LINE, rows=3),
    FormField("file_title", "dataset", "distributions", label=_("Titel der Datei"), part="title"),
    FormField("file", "dataset", "distributions", label=_("Internetadresse der Datei"), part="access_url"),
    FormField("format", "dataset", "distributions", part="format", empty_choice=_("keine Angabe")),
    FormField("file_licence", "dataset", "distributions", part="licence", empty_choice=_("keine Angabe")),
    FormField("attribution", "dataset", "distributions", part="attribution"),
    FormField("endpoint_description", "service", "endpoint_description"),
    FormField("licence", "service", "licence", empty_choice=_("keine Angabe")),
    FormField("serves", "service", "serves", _DATASETS, rows=3, target=DCAT_KINDS),
    FormField("partners", "project", "participants", _("Eine Stelle in jeder Zeile."), _("Partner"), role="partner",
              rows=3),
    FormField("uses", "project", "uses", _DATASETS, _("Nutzt Daten"), rows=3, target=DCAT_KINDS),
    FormField("offer", "project", "opportunities", _("Wie können andere mitmachen? Oder suchen Sie Partner?"),
              _("Mitmachen"), part="type", is_key=True, empty_choice=_("nichts davon"),
              ask=_("Wählen Sie, wie man mitmachen kann.")),
    FormField("offer_title", "project", "opportunities", _("Zum Beispiel „Wir suchen Betriebe mit Stellplatz“."),
              _("Worum geht es dabei?"), part="title"),
    FormField("offer_end", "project", "opportunities", _DATE, _("Bis wann?"), part="ends"),
    FormField("homepage", ALL, "landing_page", _("Wo man mehr lesen kann."), _("Internetseite")),
)  # fmt: skip
