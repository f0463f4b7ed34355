"""The sample Stadtwerke: a DCAT-AP.de catalogue in Turtle with Hydra pages, over `stadtwerke.toml`."""

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deploy.heidelberg.sample.rhythm import modified

HERE = Path(__file__).parent
BASE = "https://stadtwerke.example.org/"
PAGE = 10
STABLE = "eu:planned-availability\\/STABLE"
OPENAPI = "https://spec.openapis.org/oas/v3.1.0"
PREFIXES = """\
@prefix adms: <http://www.w3.org/ns/adms#> .
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
    if url.path != "/katalog.ttl":
        return 404, "text/plain", b"not found"
    things = _things()
    last = (len(things) + PAGE - 1) // PAGE
    number = int(parse_qs(url.query).get("page", ["1"])[0])
    if not 1 <= number <= last:
        return 404, "text/plain", b"no such page"
    shown = things[(number - 1) * PAGE : number * PAGE]
    body = "\n".join([PREFIXES, COMMON, _hydra(address + url.path, number, last, len(things)), *shown])
    return 200, "text/turtle; charset=utf-8", body.encode()


def _hydra(address: str, number: int, last: int, total: int) -> str:
    links = {"first": 1, "last": last} | ({"next": number + 1} if number < last else {})
    links |= {"previous": number - 1} if number > 1 else {}
    said = " ; ".join(f"hydra:{name} <{address}?page={page}>" for name, page in links.items())
    return (
        f"<{BASE}katalog> a dcat:Catalog ; dct:title {_text('Datenkatalog der Stadtwerke')} ;\n"
        f"  dct:description {_text('Daten, Dienste und Projekte der Stadtwerke (Beispieldaten).')} ;\n"
        f"  dct:publisher <{BASE}id/stadtwerke> .\n"
        f"<{address}?page={number}> a hydra:PartialCollectionView, hydra:PagedCollection ; {said} ;\n"
        f"  hydra:totalItems {total} ; hydra:itemsPerPage {PAGE} .\n"
    )


def _things() -> list[str]:
    with (HERE / "stadtwerke.toml").open("rb") as file:
        words = tomllib.load(file)
    kinds = {
        "dataset": _dataset,
        "series": _series,
        "service": _service,
        "project": _project,
        "publicservice": _public_service,
    }
    return [say(thing) for kind, say in kinds.items() for thing in words[kind]]


def _dataset(words: dict[str, Any]) -> str:
    fault = words.get("fault")
    lines = [
        *_said(words, "dcat:Dataset"),
        f"dct:identifier {_quoted(_iri(words['id'])[1:-1])}",
        f"dct:description {_text(words['description'])}",
        f"dcat:keyword {', '.join(map(_text, words['keywords']))}",
        f"dcat:theme {_themes(words)}",
        "dct:language eu:language\\/DEU",
        "dct:accessRights eu:access-right\\/PUBLIC",
        f"dct:accrualPeriodicity eu:frequency\\/{words['frequency']}",
        "dct:spatial eu:place\\/DEU_HEI",
        'dct:issued "2026-01-15"^^xsd:date',
        f"dct:modified {_modified(words)}",
        f"dcatap:availability {STABLE}",
        "dcatde:politicalGeocodingLevelURI <http://dcat-ap.de/def/politicalGeocoding/Level/municipality>",
        f"dcat:landingPage <{BASE}daten/{words['id']}>",
    ]
    if fault != "publisher-missing":
        lines.append(f"dct:publisher {_iri('stadtwerke')}")
    lines += [f"dcat:inSeries {_iri(words['series'])}"] if "series" in words else []
    lines += [f"prov:wasGeneratedBy {_iri(words['project'])}"] if "project" in words else []
    lines += _period(words)
    lines += [f"dcat:distribution {_iri(words['id'])[:-1]}/{number}>" for number, _ in enumerate(words["files"], 1)]
    files = [_distribution(words, number, line) for number, line in enumerate(words["files"], 1)]
    return "\n".join([_node(_iri(words["id"]), lines), *files])


def _distribution(words: dict[str, Any], number: int, line: str) -> str:
    title, form, media, file = line.split(";")
    url = f"<https://daten.stadtwerke.example.org/{words['id']}/{file}>"
    lines = [
        "a dcat:Distribution",
        f"dct:title {_text(title)}",
        f"dcat:accessURL {url} ; dcat:downloadURL {url}",
        f"dct:format eu:file-type\\/{form}",
        f"dcat:mediaType <https://www.iana.org/assignments/media-types/{media}>",
        f"dcatap:availability {STABLE}",
        f"dct:modified {_modified(words)}",
    ]
    if words.get("fault") != "licence-missing":
        lines.append("dct:license <http://dcat-ap.de/def/licenses/dl-by-de/2.0>")
        lines.append(f"dcatde:licenseAttributionByText {_text('Stadtwerke Heidelberg (Beispieldaten)')}")
    if words.get("fault") == "value-mended":
        lines.append('dcat:byteSize "6776.0"^^xsd:decimal')
    return _node(f"{_iri(words['id'])[:-1]}/{number}>", lines)


def _series(words: dict[str, Any]) -> str:
    lines = [*_said(words, "dcat:DatasetSeries"), f"dct:description {_text(words['description'])}"]
    lines += [f"dct:publisher {_iri('stadtwerke')}", "dct:spatial eu:place\\/DEU_HEI", *_period(words)]
    return _node(_iri(words["id"]), lines)


def _service(words: dict[str, Any]) -> str:
    lines = [
        *_said(words, "dcat:DataService"),
        f"dct:description {_text(words['description'])}",
        f"dct:publisher {_iri('stadtwerke')}",
        f"dcat:theme {_themes(words)}",
        f"dcat:keyword {', '.join(map(_text, words['keywords']))}",
        f"dcatap:availability {STABLE}",
        f"dct:conformsTo <{words.get('standard', OPENAPI)}>",
        f"dcat:endpointURL <{words['endpoint']}>",
        f"dcat:endpointDescription <{words['endpoint']}openapi.json>",
        f"foaf:page <{BASE}dienste/{words['id']}>",
        "dct:license <http://dcat-ap.de/def/licenses/dl-by-de/2.0>",
        "dct:accessRights eu:access-right\\/PUBLIC",
        f"dcat:servesDataset {', '.join(map(_iri, words['serves']))}",
    ]
    return _node(_iri(words["id"]), lines)


def _project(words: dict[str, Any]) -> str:
    voc = "https://w3id.org/lotse/voc/"
    lines = [
        *_said(words, "foaf:Project, prov:Activity"),
        f"dct:identifier {_quoted(words['id'])}",
        f"dct:abstract {_text(words['abstract'])}",
        f"adms:status <{voc}phase/{words['phase']}>",
        f"dcat:theme {_themes(words)}",
        f"dct:modified {_modified(words)}",
        f"prov:qualifiedAssociation [ a prov:Association ; prov:agent {_iri('stadtwerke')} ; "
        f"prov:hadRole <{voc}role/federfuehrung> ]",
    ]
    for place in words["places"]:
        whole = place == "ganze-stadt"
        lines.append("dct:spatial " + ("eu:place\\/DEU_HEI" if whole else f"<{voc}district/heidelberg/{place}>"))
    for partner in words.get("partners", []):
        name, role = partner.split(";")
        agent = f"[ a foaf:Agent ; foaf:name {_text(name)} ]"
        lines.append(
            f"prov:qualifiedAssociation [ a prov:Association ; prov:agent {agent} ; prov:hadRole <{voc}role/{role}> ]"
        )
    lines += _period(words)
    lines += [f"prov:used {_iri(id)}" for id in words.get("uses", [])]
    lines += [f"prov:generated {_iri(id)}" for id in words.get("produces", [])]
    lines += [f"lotse:chance {_text(chance)}" for chance in words.get("chances", [])]
    lines += [f"lotse:risk {_text(risk)}" for risk in words.get("risks", [])]
    if "call" in words:
        title, description, until = words["call"].split(";")
        lines.append(
            f"lotse:opportunity [ a schema:Demand ; dct:type <{voc}opportunity/partnergesuch> ; "
            f"dct:title {_text(title)} ; dct:description {_text(description)} ; "
            f'schema:availabilityEnds "{until}"^^xsd:date ]'
        )
    return _node(_iri(words["id"]), lines)


def _public_service(words: dict[str, Any]) -> str:
    lines = [*_said(words, "cpsv:PublicService"), f"dct:description {_text(words['description'])}"]
    lines.append(f"cv:hasCompetentAuthority {_iri('stadtwerke')}")
    return _node(_iri(words["id"]), lines)


def _said(words: dict[str, Any], types: str) -> list[str]:
    titles = [_text(words["title"])] + ([_text(words["title_en"], "en")] if "title_en" in words else [])
    return [f"a {types}", f"dct:title {', '.join(titles)}", f"dcat:contactPoint {_iri('kontakt')}"]


def _period(words: dict[str, Any]) -> list[str]:
    ends = [
        f"dcat:{name} {_date(words[key])}" for key, name in (("from", "startDate"), ("to", "endDate")) if key in words
    ]
    return [f"dct:temporal [ a dct:PeriodOfTime ; {' ; '.join(ends)} ]"] if ends else []


def _modified(words: dict[str, Any]) -> str:
    return f'"{modified(words.get("frequency", ""))}"^^xsd:dateTime'


def _themes(words: dict[str, Any]) -> str:
    return ", ".join(f"eu:data-theme\\/{theme}" for theme in words["themes"])


def _date(value: str) -> str:
    return f'"{value}"^^xsd:{ {4: "gYear", 7: "gYearMonth", 10: "date"}[len(value)] }'


def _node(iri: str, lines: list[str]) -> str:
    return f"{iri} " + " ;\n  ".join(lines) + " ."


def _iri(id: str) -> str:
    return f"<{BASE}id/{id}>"


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _text(words: str, language: str = "de") -> str:
    return f"{_quoted(words)}@{language}"
