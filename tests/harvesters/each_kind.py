"""The same dataset as a source of each kind gives it, and a portal of each kind that a town harvests as a whole."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from registry.model import Record, Source
from tests.servers.replay import Ckan, Files, ckan_server, files_server
from tests.town import BASE, Town

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
RDF = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
}
KINDS = ("ckan", *RDF, "sheet", "json")


class File(NamedTuple):
    """A distribution as a source describes it."""

    address: str
    title: str
    id: str = ""


class Thing(NamedTuple):
    """A dataset as a source describes it."""

    title: str = "Baumkataster"
    keyword: str = "Bäume"
    publisher: str = "Amt für Grün"
    contact: str = "Auskunft"
    place: str = "Altstadt"
    description: str = "Alle Bäume der Stadt, mit Art und Alter."
    files: Sequence[File] = (File("https://daten.example.org/b.csv", "Als CSV"),)


def ckan(thing: Thing) -> list[dict[str, Any]]:
    resources = [
        {"url": file.address, "name": file.title, "format": "CSV"} | ({"id": file.id} if file.id else {})
        for file in thing.files
    ]
    extras = {
        "publisher_name": thing.publisher,
        "contact_name": thing.contact,
        "contact_email": "a@example.org",
        "spatial_text": thing.place,
    }
    return [
        {
            "id": "b-1",
            "name": "baumkataster",
            "title": thing.title,
            "notes": thing.description,
            "tags": [{"name": thing.keyword}],
            "resources": resources,
            "extras": [{"key": key, "value": value} for key, value in extras.items()],
        }
    ]


def turtle(thing: Thing) -> str:
    def literal(text: str) -> str:
        return json.dumps(text, ensure_ascii=False) + "@de"

    nodes = [
        f"<https://daten.example.org/f/{file.id}>" if file.id else f"_:f{at}" for at, file in enumerate(thing.files)
    ]
    files = [
        f"{node} a dcat:Distribution ; dcat:accessURL <{file.address}> ; dct:title {literal(file.title)} ."
        for node, file in zip(nodes, thing.files, strict=True)
    ]
    return f"""{PREFIXES}
<https://daten.example.org/b> a dcat:Dataset ; dct:title {literal(thing.title)} ; dct:identifier "b-1" ;
    dct:description {literal(thing.description)} ; dcat:keyword {literal(thing.keyword)} ;
    dct:publisher [ a foaf:Organization ; foaf:name {literal(thing.publisher)} ] ;
    dcat:contactPoint [ a vcard:Kind ; vcard:fn {literal(thing.contact)} ; vcard:hasEmail <mailto:a@example.org> ] ;
    dct:spatial [ a dct:Location ; skos:prefLabel {literal(thing.place)} ] ;
    dcat:distribution {", ".join(nodes)} .
{" ".join(files)}"""


def item(thing: Thing) -> dict[str, Any]:
    files = [
        {"access_url": file.address, "title": file.title} | ({"id": file.id} if file.id else {}) for file in thing.files
    ]
    return {
        "id": "b-1",
        "title": thing.title,
        "description": thing.description,
        "keywords": [thing.keyword],
        "publisher": thing.publisher,
        "contacts": [{"name": thing.contact, "email": "a@example.org"}],
        "places": [thing.place],
        "distributions": files,
    }


SHEET_SETTINGS = {
    "id": "Nr", "map.title": "Titel", "map.description": "Text", "map.keywords": "Worte", "map.publisher": "Amt",
    "map.contacts.name": "Wer", "map.contacts.email": "Mail", "map.places": "Ort",
    "map.distributions.access_url": "Datei", "map.distributions.title": "Dateiname",
}  # fmt: skip


def sheet(thing: Thing) -> bytes:
    file = io.StringIO()
    table = csv.writer(file, delimiter=";")
    table.writerow(("Nr", "Titel", "Text", "Worte", "Amt", "Wer", "Mail", "Ort", "Datei", "Dateiname"))
    addresses, titles = ("|".join(values) for values in zip(*(entry[:2] for entry in thing.files), strict=True))
    row = ("b-1", thing.title, thing.description, thing.keyword, thing.publisher, thing.contact, "a@example.org")
    table.writerow((*row, thing.place, addresses, titles))
    return file.getvalue().encode()


class Portal:
    """A town with one source of a kind. `harvest` has the source give something; findings of the last harvest as
    (rule, field, value)."""

    def __init__(self, kind: str, town: Town, server: Ckan | Files) -> None:
        self.kind, self.town, self.server = kind, town, server
        self.findings: list[tuple[str, str, Any]] = []
        suffix = "" if kind == "ckan" else f"/list.{'csv' if kind == 'sheet' else kind}"
        self.source = Source(
            name="portal",
            kind="dcat" if kind in RDF else kind,
            url=server.url + suffix,
            language="de",
            settings=SHEET_SETTINGS if kind == "sheet" else {},
        )

    def harvest(self, thing: Thing) -> Record:
        """The record of the thing."""
        give = {"ckan": ckan, "sheet": sheet, "json": lambda thing: [item(thing)]}.get(self.kind, turtle)
        (record,) = self.harvest_raw(give(thing)).values()
        return record

    def harvest_raw(self, content: Any) -> dict[str, Record]:
        """Records by remote id. `content`: packages, Turtle (also for the other forms of RDF), bytes or a JSON list."""
        if isinstance(self.server, Ckan):
            self.server.packages = content
        else:
            self.server.files[f"/list.{'csv' if self.kind == 'sheet' else self.kind}"] = _file(self.kind, content)
        run = self.town.harvest(source=self.source, wait=False)  # the index is not asked
        assert run.outcome in ("applied", "unchanged"), run
        problems = (problem.finding for problem in self.town.catalog.runs.problems(run.number))
        self.findings = [(finding.rule, finding.field, finding.value) for finding in problems]
        return self.town.records("portal")


def _file(kind: str, content: Any) -> tuple[bytes, str]:
    if kind in RDF:
        media_type, form = RDF[kind]
        dataset = ox.parse(content.encode(), ox.RdfFormat.TURTLE)
        return bytes(ox.serialize((quad.triple for quad in dataset), format=form) or b""), media_type
    if kind == "json":
        return json.dumps(content).encode(), "application/json"
    return content, "text/csv; charset=utf-8"


@contextmanager
def a_portal(kind: str, folder: Path) -> Iterator[Portal]:
    server = ckan_server([]) if kind == "ckan" else files_server({})
    with server as running, Town(folder / "data", base_url=BASE) as town:
        yield Portal(kind, town, running)
