"""Why there is no table of a file, in words, and what to do: it waits, cannot be reached, is a service or a document.

Entry point: `state_of`.
"""

from typing import Final, NamedTuple

from api.pages.files import File
from api.pages.using import Recipe, recipes
from api.text.formatting import day
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import Distribution
from registry.model.message import sentence
from registry.preview.addresses import capabilities_address
from registry.preview.model import Preview
from vocab.concepts import concept_list

_DOCUMENTS: Final = frozenset(("preview-document", "preview-picture"))  # reasons: what the address gave was one


class State(NamedTuple):
    """`name`: waiting | service | document | failed; `heading`: what is the case; `reason`: why, in one sentence;
    `worked`: the day on which the file could be read last; `steps`: what to do with it; `details`: for those who run
    the server; `capabilities`: where a service says what it offers."""

    name: str
    heading: str
    reason: str
    worked: str
    steps: tuple[Recipe, ...]
    details: str = ""
    capabilities: str = ""


def state_of(file: File, distribution: Distribution, preview: Preview, lang: Lang) -> State:
    """Why there is nothing to see yet, or never."""
    _ = translator(lang)
    worked = day(preview.worked, lang)
    family = "document" if preview.reason and preview.reason.code in _DOCUMENTS else _family(distribution)
    if family == "api":
        heading = _("Das ist eine Schnittstelle")
        reason = _("Programme fragen hier Daten ab. Eine Tabelle gibt es nicht.")
        return State("service", heading, reason, "", recipes((file,), lang), capabilities=_capabilities(file))
    if family in ("document", "media"):
        reason = _("Öffnen Sie die Datei selbst. Eine Tabelle steht nicht darin.")
        return State("document", _("Das ist ein Dokument, keine Tabelle"), reason, "", ())
    if preview.state == "waiting":
        reason = _("Lotse liest die Datei in den nächsten Minuten. Laden Sie die Seite dann neu.")
        return State("waiting", _("Die Vorschau wird noch vorbereitet"), reason, worked, ())
    if preview.reason is None or not preview.reason.code.startswith("preview-"):  # the address gave no file
        reason = _("Ihr Server gibt sie nicht heraus. Lotse versucht es später noch einmal.")
        return State(
            "failed", _("Diese Datei ist gerade nicht zu erreichen"), reason, worked, (), _reason(preview, lang)
        )
    return State("failed", _("Diese Datei lässt sich gerade nicht zeigen"), _reason(preview, lang), worked, ())


def _capabilities(file: File) -> str:
    """Where an OGC service lists its layers or tables; "" for another kind of service."""
    service = {"WMS_SRVC": "WMS", "WFS_SRVC": "WFS", "WMTS_SRVC": "WMTS"}.get(file.type)
    if not service or not file.address or "getcapabilities" in file.address.lower():
        return ""
    return capabilities_address(file.address, service)


def _reason(preview: Preview, lang: Lang) -> str:
    return sentence(preview.reason, lang) if preview.reason else ""


def _family(distribution: Distribution) -> str:
    concept = concept_list("file-types").get(distribution.format) if distribution.format else None
    return concept.extra["family"] if concept else ""
