"""A project as OC4IDS (Open Contracting for Infrastructure Data Standard), in a package of one project.

Entry point: `package`. Only what the record says is written. A date that names a month or a year becomes the first or
the last moment of it in UTC, because OC4IDS knows moments only; texts are in German, else in the next best language.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from api.data.tables import number
from api.text import sentences
from api.text.formatting import link
from api.text.labels import both
from api.web.addresses import absolute
from registry.model import Agent, Indicator, Metadata, Milestone, Place, Record
from registry.model.timing import first_day, last_day
from registry.rdf import thing_iri
from vocab.concepts import concept_list
from vocab.geometry import shape, wkt
from vocab.well_known_text import geometry_of_wkt

VERSION: Final = "0.9"
_SECTORS: Final[Mapping[str, str]] = {  # notation of a topic -> code of projectSector; others have no match
    "EDUC": "education",
    "ENER": "energy",
    "GOVE": "governance",
    "HEAL": "health",
    "ECON": "economy",
    "TRAN": "transport",
    "TECH": "communications",
}


def package(record: Record, base: str, publisher: str) -> dict[str, Any]:
    """The project package; `publisher`: the name of who publishes the catalogue."""
    return _filled(
        {
            "version": VERSION,
            "uri": absolute(base, f"/api/v1/records/{record.id}/oc4ids"),
            "publishedDate": _moment(record.changed or datetime.fromtimestamp(0, UTC)),
            "publisher": _filled({"name": publisher}),
            "projects": [_project(record, base)],
        }
    )


def _project(record: Record, base: str) -> dict[str, Any]:
    metadata = record.metadata
    lead = sentences.lead(metadata)
    phase = concept_list("phases").get(metadata.phase) if metadata.phase else None
    starts = metadata.starts or (metadata.period.start if metadata.period else "")
    ends = metadata.ends or (metadata.period.end if metadata.period else "")
    themes = [theme for iri in metadata.themes if (theme := concept_list("themes").get(iri))]
    return _filled(
        {
            "id": thing_iri(record, base),
            "updated": _moment(record.changed) if record.changed else "",
            "language": "de",
            "identifiers": [{"id": identifier} for identifier in dict.fromkeys(filter(None, metadata.identifiers))],
            "publicAuthority": _reference(lead) if lead else {},
            "title": both(metadata.title)["de"],
            "description": both(metadata.abstract or metadata.description)["de"],
            "status": phase.extra["oc4ids"] if phase else "",
            "period": _filled({"startDate": _begin(starts), "endDate": _end(ends)}),
            "sector": list(dict.fromkeys(filter(None, (_SECTORS.get(theme.notation) for theme in themes)))),
            "budget": _budget(metadata),
            "parties": list(_parties(metadata)),
            "locations": list(_locations(metadata.places)),
            "milestones": [_milestone(milestone, at) for at, milestone in enumerate(metadata.milestones, 1)],
            "documents": list(_documents(metadata)),
            "metrics": [_metric(indicator, at) for at, indicator in enumerate(metadata.indicators, 1)],
        }
    )


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value: OC4IDS allows no empty ones."""
    return {name: value for name, value in fields.items() if value not in ("", None, [], {})}


def _budget(metadata: Metadata) -> dict[str, Any]:
    budget = metadata.budget
    value = number(budget.value) if budget else None
    if budget is None or not isinstance(value, Decimal):
        return {}
    amount = int(value) if value == value.to_integral_value() else float(value)
    return {"amount": _filled({"amount": amount, "currency": budget.currency})}


def _reference(agent: Agent) -> dict[str, Any]:
    name = both(agent.name)["de"]
    return _filled({"id": agent.id or agent.iri or name, "name": name})


def _parties(metadata: Metadata) -> Iterator[dict[str, Any]]:
    """Each organization once, with all its roles that OC4IDS has a code for; the lead is the public authority."""
    parties: dict[str, dict[str, Any]] = {}
    lead = sentences.lead(metadata)
    named = [(lead, "publicAuthority")] if lead else []
    for participation in metadata.participants:
        role = concept_list("roles").get(participation.role) if participation.role else None
        named.append((participation.agent, role.extra["oc4ids"] if role else ""))
    for agent, code in named:
        reference = _reference(agent)
        if "id" in reference:
            party = parties.setdefault(reference["id"], {**reference, "roles": []})
            party["roles"] += [code] if code and code not in party["roles"] else []
    yield from (_filled(party) for party in parties.values())


def _locations(places: tuple[Place, ...]) -> Iterator[dict[str, Any]]:
    for at, place in enumerate(places, 1):
        plain = next(
            (
                known_shape
                for text in (place.geometry, place.bbox, place.centroid)
                if text and (known_shape := shape(text))
            ),
            None,
        )
        geometry = geometry_of_wkt(wkt(plain)) if plain else None
        location = _filled({"description": both(place.name)["de"], "geometry": geometry or {}, "uri": link(place.iri)})
        if location:
            yield {"id": str(at), **location}


def _milestone(milestone: Milestone, at: int) -> dict[str, Any]:
    return _filled(
        {
            "id": str(at),
            "title": both(milestone.title)["de"],
            "description": both(milestone.reason)["de"],
            "dueDate": _end(milestone.planned),
            "dateMet": _begin(milestone.reached),
            "status": "met" if milestone.reached else "scheduled",
        }
    )


def _documents(metadata: Metadata) -> Iterator[dict[str, Any]]:
    addresses = dict.fromkeys((*metadata.decisions, *metadata.documentation))
    for at, address in enumerate(filter(link, addresses), 1):
        yield {"id": str(at), "url": address}


def _metric(indicator: Indicator, at: int) -> dict[str, Any]:
    unit = _filled({"name": indicator.unit})
    observations = [
        _filled({"id": str(number), "measure": observation.value, "unit": unit, "period": _day(observation.date)})
        for number, observation in enumerate(indicator.observations, 1)
    ]
    return _filled({"id": str(at), "title": both(indicator.title)["de"], "observations": observations})


def _day(value: str) -> dict[str, Any]:
    return _filled({"startDate": _begin(value), "endDate": _end(value)})


def _begin(value: str) -> str:
    day = first_day(value)
    return _at(day, time()) if day else ""


def _end(value: str) -> str:
    day = last_day(value)
    return _at(day, time(23, 59, 59)) if day else ""


def _at(day: date, hour: time) -> str:
    return _moment(datetime.combine(day, hour, UTC))


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
