"""The sample Stadtwerke: a DCAT-AP.de catalogue in Turtle with Hydra pages, over `stadtwerke.toml`, and its files."""

import json
import tomllib
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deploy.heidelberg.sample.files import columns, serving
from deploy.heidelberg.sample.files.writers import NOTE
from deploy.heidelberg.sample.rhythm import modified

HERE = Path(__file__).parent
BASE = "https://stadtwerke.example.org/"
THINGS_PER_PAGE = 10
STABLE = "eu:planned-availability\\/STABLE"
OPENAPI = "https://spec.openapis.org/oas/v3.1.0"
PREFIXES = """\
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix csvw: <http://www.w3.org/ns/csvw#> .
@prefix cpsv: <http://purl.org/vocab/cpsv#> .
@prefix cv: <http://data.europa.eu/m8g/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcatap: <http://data.europa.eu/r5r/> .
@prefix dcatde: <http://dcat-ap.de/def/dcatde/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix eu: <http://publications.europa.eu/resource/authority/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix lotse: <https://w3id.org/lotse/ns#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
COMMON = f"""\
<{BASE}id/stadtwerke> a foaf:Agent ; foaf:name "Stadtwerke Heidelberg"@de ;
  dct:type <http://purl.org/adms/publishertype/LocalAuthority> .
<{BASE}id/kontakt> a vcard:Kind ; vcard:fn "Datenstelle der Stadtwerke"@de ;
  vcard:hasEmail <mailto:stadtwerke@example.org> .
"""


def answer(path: str, address: str) -> tuple[int, str, bytes]:
    """Status, content type and body for a GET of `path`; `address` is where this server is reached."""
    url = urlsplit(path)
    if file := serving.file(url.path):
        return file
    if url.path != "/katalog.ttl":
        return 404, "text/plain", b"not found"
    things = _things(address)
    last = (len(things) + THINGS_PER_PAGE - 1) // THINGS_PER_PAGE
    number = int(parse_qs(url.query).get("page", ["1"])[0])
    if not 1 <= number <= last:
        return 404, "text/plain", b"no such page"
    shown = things[(number - 1) * THINGS_PER_PAGE : number * THINGS_PER_PAGE]
    body = "\n".join([PREFIXES, COMMON, _hydra(address + url.path, number, last, len(things)), *shown])
    return 200, "text/turtle; charset=utf-8", body.encode()


def _hydra(address: str, number: int, last: int, total: int) -> str:
    links = {"first": 1, "last": last} | ({"next": number + 1} if number < last else {})
    links |= {"previous": number - 1} if number > 1 else {}
    page_links = " ; ".join(f"hydra:{name} <{address}?page={page}>" for name, page in links.items())
    return (
        f"<{BASE}katalog> a dcat:Catalog ; dct:title {_text('Datenkatalog der Stadtwerke')} ;\n"
        f"  dct:description {_text('Daten, Dienste und Projekte der Stadtwerke (Beispieldaten).')} ;\n"
        f"  dct:publisher <{BASE}id/stadtwerke> ; foaf:homepage <{BASE}> ; dct:language eu:language\\/DEU ;\n"
        f"  dct:issued '2026-01-12'^^xsd:date ; dct:modified '2026-11-02'^^xsd:date ;\n"
        f"  dct:spatial <http://dcat-ap.de/def/politicalGeocoding/regionalKey/082210000000> ;\n"
        f"  dct:license <http://dcat-ap.de/def/licenses/dl-by-de/2.0> ; dcat:themeTaxonomy eu:data-theme ;\n"
        f"  dcatap:availability eu:planned-availability\\/AVAILABLE .\n"
        f"<{address}?page={number}> a hydra:PartialCollectionView, hydra:PagedCollection ; {page_links} ;\n"
        f"  hydra:totalItems {total} ; hydra:itemsPerPage {THINGS_PER_PAGE} .\n"
    )


def _things(address: str) -> list[str]:
    with (HERE / "stadtwerke.toml").open("rb") as file:
        content = tomllib.load(file)
    kinds = {
        "dataset": partial(_dataset, address=address),
        "series": _series,
        "service": _service,
        "project": _project,
        "publicservice": _public_service,
    }
    return [turtle(thing) for kind, turtle in kinds.items() for thing in content[kind]]


def _dataset(thing: dict[str, Any], address: str) -> str:
    fault = thing.get("fault")
    lines = [
        *_common_lines(thing, "dcat:Dataset"),
        f"dct:identifier {_quoted(_iri(thing['id'])[1:-1])}",
        f"dct:description {_text(thing['description'])}",
        f"dcat:keyword {', '.join(map(_text, thing['keywords']))}",
        f"dcat:theme {_themes(thing)}",
        "dct:language eu:language\\/DEU",
        "dct:accessRights eu:access-right\\/PUBLIC",
        f"dct:accrualPeriodicity eu:frequency\\/{thing['frequency']}",
        "dct:spatial eu:place\\/DEU_HEI",
        'dct:issued "2026-01-15"^^xsd:date',
        f"dct:modified {_modified(thing)}",
        f"dcatap:availability {STABLE}",
        "dcatde:politicalGeocodingLevelURI <http://dcat-ap.de/def/politicalGeocoding/Level/municipality>",
        f"dcat:landingPage <{BASE}daten/{thing['id']}>",
    ]
    if fault != "publisher-missing":
        lines.append(f"dct:publisher {_iri('stadtwerke')}")
    lines += [f"dcat:inSeries {_iri(thing['series'])}"] if "series" in thing else []
    lines += [f"prov:wasGeneratedBy {_iri(thing['project'])}"] if "project" in thing else []
    lines += _period(thing)
    lines += [f"dcat:distribution {_iri(thing['id'])[:-1]}/{number}>" for number, _ in enumerate(thing["files"], 1)]
    files = [_distribution(thing, number, line, address) for number, line in enumerate(thing["files"], 1)]
    return "\n".join([_node(_iri(thing["id"]), lines), *files])


def _distribution(dataset: dict[str, Any], number: int, line: str, address: str) -> str:
    title, form, media, file = line.split(";")
    path = f"{dataset['id']}/{file}"
    served = path in serving.FILES
    url = f"<{address}/dateien/{path}>" if served else f"<https://daten.stadtwerke.example.org/{path}>"
    lines = [
        "a dcat:Distribution",
        f"dct:title {_text(title)}",
        f"dcat:accessURL {url} ; dcat:downloadURL {url}",
        f"dct:format eu:file-type\\/{form}",
        f"dcat:mediaType <https://www.iana.org/assignments/media-types/{media}>",
        f"dcatap:availability {STABLE}",
        f"dct:modified {_modified(dataset)}",
    ]
    if served:
        lines += [f"dct:description {_text(NOTE)}", *columns.csvw(path)]
    if dataset.get("fault") != "licence-missing":
        lines.append("dct:license <http://dcat-ap.de/def/licenses/dl-by-de/2.0>")
        lines.append(f"dcatde:licenseAttributionByText {_text('Stadtwerke Heidelberg (Beispieldaten)')}")
    if dataset.get("fault") == "value-mended":
        lines.append('dcat:byteSize "6776.0"^^xsd:decimal')
    return _node(f"{_iri(dataset['id'])[:-1]}/{number}>", lines)


def _series(thing: dict[str, Any]) -> str:
    lines = [*_common_lines(thing, "dcat:DatasetSeries"), f"dct:description {_text(thing['description'])}"]
    lines += [f"dct:publisher {_iri('stadtwerke')}", "dct:spatial eu:place\\/DEU_HEI", *_period(thing)]
    return _node(_iri(thing["id"]), lines)


def _service(thing: dict[str, Any]) -> str:
    lines = [
        *_common_lines(thing, "dcat:DataService"),
        f"dct:description {_text(thing['description'])}",
        f"dct:publisher {_iri('stadtwerke')}",
        f"dcat:theme {_themes(thing)}",
        f"dcat:keyword {', '.join(map(_text, thing['keywords']))}",
        f"dcatap:availability {STABLE}",
        f"dct:conformsTo <{thing.get('standard', OPENAPI)}>",
        f"dcat:endpointURL <{thing['endpoint']}>",
        f"dcat:endpointDescription <{thing['endpoint']}openapi.json>",
        f"foaf:page <{BASE}dienste/{thing['id']}>",
        "dct:license <http://dcat-ap.de/def/licenses/dl-by-de/2.0>",
        "dct:accessRights eu:access-right\\/PUBLIC",
        f"dcat:servesDataset {', '.join(map(_iri, thing['serves']))}",
    ]
    return _node(_iri(thing["id"]), lines)


def _project(thing: dict[str, Any]) -> str:
    voc = "https://w3id.org/lotse/voc/"
    lines = [
        *_common_lines(thing, "foaf:Project, prov:Activity"),
        f"dct:identifier {_quoted(thing['id'])}",
        f"dct:abstract {_text(thing['abstract'])}",
        f"adms:status <{voc}phase/{thing['phase']}>",
        f"dcat:theme {_themes(thing)}",
        f"dct:modified {_modified(thing)}",
        f"prov:qualifiedAssociation [ a prov:Association ; prov:agent {_iri('stadtwerke')} ; "
        f"prov:hadRole <{voc}role/federfuehrung> ]",
    ]
    for place in thing["places"]:
        whole = place == "ganze-stadt"
        lines.append("dct:spatial " + ("eu:place\\/DEU_HEI" if whole else f"<{voc}district/heidelberg/{place}>"))
    for partner in thing.get("partners", []):
        name, role, task = partner.split(";")
        agent = f"[ a foaf:Agent ; foaf:name {_text(name)} ]"
        lines.append(
            f"prov:qualifiedAssociation [ a prov:Association ; prov:agent {agent} ; prov:hadRole <{voc}role/{role}> ; "
            f"dct:description {_text(task)} ]"
        )
    lines += _period(thing)
    lines += [f"prov:used {_iri(id)}" for id in thing.get("uses", [])]
    lines += [f"prov:generated {_iri(id)}" for id in thing.get("produces", [])]
    lines += [f"lotse:chance {_text(chance)}" for chance in thing.get("chances", [])]
    lines += [f"lotse:risk {_text(risk)}" for risk in thing.get("risks", [])]
    if "call" in thing:
        title, description, until = thing["call"].split(";")
        lines.append(
            f"lotse:opportunity [ a schema:Demand ; dct:type <{voc}opportunity/partnergesuch> ; "
            f"dct:title {_text(title)} ; dct:description {_text(description)} ; "
            f'schema:availabilityEnds "{until}"^^xsd:date ]'
        )
    return _node(_iri(thing["id"]), lines)


def _public_service(thing: dict[str, Any]) -> str:
    lines = [*_common_lines(thing, "cpsv:PublicService"), f"dct:description {_text(thing['description'])}"]
    lines.append(f"cv:hasCompetentAuthority {_iri('stadtwerke')}")
    return _node(_iri(thing["id"]), lines)


def _common_lines(thing: dict[str, Any], types: str) -> list[str]:
    titles = [_text(thing["title"])] + ([_text(thing["title_en"], "en")] if "title_en" in thing else [])
    return [f"a {types}", f"dct:title {', '.join(titles)}", f"dcat:contactPoint {_iri('kontakt')}"]


def _period(thing: dict[str, Any]) -> list[str]:
    ends = [
        f"dcat:{name} {_date(thing[key])}" for key, name in (("from", "startDate"), ("to", "endDate")) if key in thing
    ]
    return [f"dct:temporal [ a dct:PeriodOfTime ; {' ; '.join(ends)} ]"] if ends else []


def _modified(thing: dict[str, Any]) -> str:
    return f'"{modified(thing.get("frequency", ""))}"^^xsd:dateTime'


def _themes(thing: dict[str, Any]) -> str:
    return ", ".join(f"eu:data-theme\\/{theme}" for theme in thing["themes"])


def _date(value: str) -> str:
    return f'"{value}"^^xsd:{ {4: "gYear", 7: "gYearMonth", 10: "date"}[len(value)] }'


def _node(iri: str, lines: list[str]) -> str:
    return f"{iri} " + " ;\n  ".join(lines) + " ."


def _iri(id: str) -> str:
    return f"<{BASE}id/{id}>"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _text(text: str, language: str = "de") -> str:
    return f"{_quoted(text)}@{language}"
