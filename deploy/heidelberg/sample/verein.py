"""The sample list of a partner: first five events, and after the list moved to another address only one of them.

The demo reads both, so that a run is there to be seen in which withdrawals wait for a decision.
"""

import json
from typing import Final

_EVENTS: Final = (
    ("radwerkstatt", "Offene Radwerkstatt", "Selbst reparieren, Werkzeug ist da.", "2026-12-12T10:00:00+01:00"),
    ("messgang", "Messgang am Neckar", "Gemeinsam Luft und Lärm messen.", "2026-12-19T14:00:00+01:00"),
    ("kartenabend", "Kartenabend", "Freie Karten ergänzen, auch für Anfänger.", "2027-01-14T18:30:00+01:00"),
    ("sensorbau", "Sensoren bauen", "Ein Feinstaubsensor zum Mitnehmen.", "2027-01-23T11:00:00+01:00"),
    ("datencafe", "Datencafé", "Fragen stellen zu den Daten der Stadt.", "2027-02-04T16:00:00+01:00"),
)
WHOLE: Final = "/alle.json"
AFTER_THE_MOVE: Final = "/neu.json"


def answer(path: str) -> tuple[int, str, bytes]:
    """Status, media type and body for a path of the partner's server."""
    listed = {WHOLE: _EVENTS, AFTER_THE_MOVE: _EVENTS[:1]}.get(path)
    if listed is None:
        return 404, "text/plain", b""
    items = [
        {
            "id": id,
            "kind": "event",
            "title": title,
            "abstract": abstract,
            "starts": starts,
            "contacts": [{"email": "treffpunkt@example.org"}],
        }
        for id, title, abstract, starts in listed
    ]
    return 200, "application/json", json.dumps(items).encode()
