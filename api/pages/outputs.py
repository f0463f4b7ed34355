"""Where a field of an entry appears: the table of outputs, each with the fields that it reads.

Entry points: `outputs_of`, `property_of`. `tests/api/pages/test_outputs.py` takes each field away and compares
the outputs that change with this table. The page and the data hold every field; the property in the data is the one of
`vocab/fields.py`.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from api.text.i18n import marked as _
from registry.model import KINDS, Kind
from vocab.fields import field
from vocab.namespaces import curie
from vocab.profile import level

ALL: Final = " ".join(KINDS)
_PROFILE: Final = "dcat-ap-de"
EVERY_FIELD: Final = "*"


class Output(NamedTuple):
    """`kinds`: of the things that it shows; `fields`: names of `vocab/fields.py`. An output that reads more of one kind
    than of another has a row for each."""

    name: str
    label: str
    kinds: str
    fields: str


OUTPUTS: Final = (
    Output("page", _("Seite des Eintrags"), ALL, EVERY_FIELD),
    Output("search", _("Suche"), ALL,
           "title abstract description publisher organizer participants themes places period starts ends keywords "
           "phase benefits goals opportunities funding distributions licence classification aliases"),
    Output("list", _("Trefferlisten"), ALL,
           "title abstract description publisher organizer participants phase milestones opportunities distributions "
           "licence classification"),
    Output("list", _("Trefferlisten"), "project", "places period ends"),
    Output("list", _("Trefferlisten"), "event", "starts"),
    Output("timeline", _("Zeitleiste"), "project",
           "title phase participants places period starts ends phase_steps milestones opportunities"),
    Output("map", _("Karte"), "project", "title places"),
    Output("calendar", _("Kalender"), "project", "title milestones opportunities"),
    Output("calendar", _("Kalender"), "event", "title abstract description starts ends"),
    Output("report", _("Bericht für den Gemeinderat"), "project",
           "title phase themes places milestones phase_steps budget"),
    Output("profile", _("Steckbrief für die Vorhabenliste"), "project",
           "abstract description goals benefits places phase period starts ends milestones phase_steps budget funding "
           "decisions opportunities themes participants contacts"),
    Output("press", _("Pressetext"), "project",
           "title abstract description benefits phase period starts ends participants milestones contacts"),
    Output("oc4ids", "OC4IDS", "project",
           "title abstract description phase participants places period starts ends milestones budget decisions "
           "documentation indicators"),
    Output("table", _("Tabelle (CSV, XLSX)"), ALL,
           "title abstract description phase participants publisher organizer themes places period starts ends "
           "milestones phase_steps opportunities budget distributions licence frequency keywords"),
    Output("feed", _("Feed"), ALL, "title abstract description publisher organizer themes"),
    Output("data", _("Daten"), ALL, EVERY_FIELD),
)  # fmt: skip


def outputs_of(kind: Kind, field_name: str) -> Iterator[Output]:
    """The outputs in which a field of a kind of thing appears."""
    for output in OUTPUTS:
        if kind in output.kinds.split() and (output.fields == EVERY_FIELD or field_name in output.fields.split()):
            yield output


def property_of(kind: Kind, field_name: str, part: str = "") -> str:
    """The property of a field in the data, such as "dct:title"; of a part of a node after that of the node."""
    row = field(kind, field_name)
    steps = [row]
    for step in part.split(".") if part and row.node else ():
        row = field(row.node, step)
        steps.append(row)
    return " / ".join(curie(step.property) for step in steps)


def is_of_profile(kind: Kind, field_name: str) -> bool:
    """Whether DCAT-AP.de has the field for that kind of thing."""
    return bool(level(kind, field_name, _PROFILE))
