# ruff: noqa: E501  tables
"""Each statement in its field, mended where there is one meaning only, or kept."""

import pytest

from registry import rdf
from registry.model import Agent, Checksum, Contact, Link, Place, Statement
from registry.rdf.descriptions import things
from registry.rdf.parsing import parse
from registry.rdf.reading import read
from vocab.namespaces import OWN

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix dcatde: <http://dcat-ap.de/def/dcatde/> . @prefix old: <http://dcat-ap.de/def/dcatde/1_0/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> . @prefix schema: <http://schema.org/> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix locn: <http://www.w3.org/ns/locn#> .
"""
EU = "http://publications.europa.eu/resource/authority/"
NOTE = "http://www.w3.org/2004/02/skos/core#editorialNote"


def read_dataset(body: str, kind: str = "dcat:Dataset"):
    text = f"{PREFIXES}<https://x.example/d> a {kind} ; {body} ."
    return read(next(things(parse(text.encode(), name="a.ttl").graph)).payload)


def read_distribution(body: str):
    said, findings = read_dataset(f"dcat:distribution <https://x.example/f> . <https://x.example/f> {body}")
    return said.distributions[0], said, findings


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ('dct:title "T"@de, "U"@en, "V"', "title", {"de": "T", "en": "U", "und": "V"}),
        ('dcat:keyword "a"@de, "b"@de, "c"', "keywords", {"de": ("a", "b"), "und": ("c",)}),
        ('dct:identifier "1", "2"', "identifiers", ("1", "2")),
        ('dct:issued "2021-03-04"^^xsd:date', "issued", "2021-03-04"),
        ('dct:issued "2021"^^xsd:gYear', "issued", "2021"),
        ('dct:issued "2021-03-04T10:00:00+01:00"^^xsd:dateTime', "issued", "2021-03-04T10:00:00+01:00"),
        ("dcat:theme <http://x.example/t>", "themes", ("http://x.example/t",)),
        ("dcat:inSeries <http://x.example/s>", "links", (Link("in_series", "http://x.example/s"),)),
        ("dct:publisher <http://x.example/a>", "publisher", Agent(iri="http://x.example/a")),
        ('dcat:contactPoint [ vcard:hasEmail <mailto:a@b.example> ]', "contacts", (Contact(iri="_:b0", email="a@b.example"),)),
        ('dct:spatial [ dcat:bbox "POLYGON((1\\n2))"^^geo:wktLiteral ]', "places", (Place(iri="_:b0", bbox="POLYGON((1\n2))"),)),
        ('dcat:temporalResolution "P1D"^^xsd:duration', "temporal_resolution", "P1D"),
        ("dcat:spatialResolutionInMeters 10.5", "spatial_resolution", "10.5"),
    ],
)  # fmt: skip
def test_what_has_exactly_the_form_of_its_row_fills_the_field(body, field, value):
    said, findings = read_dataset(body)
    assert getattr(said, field) == value
    assert findings == ()
    assert said.statements == ""


MENDED = [
    # what the source says, field, value, rule, the note that keeps its words ("" = they are in the value)
    ('dct:issued "2021-03-04"', "issued", "2021-03-04", "value-mended", ""),
    ('dct:issued "2021-03-04T10:00:00"^^xsd:date', "issued", "2021-03-04T10:00:00", "value-mended", ""),
    ('dct:issued "15.01.2026"', "issued", "2026-01-15", "value-mended", "dct:issued: 15.01.2026"),
    ('dct:title "T"^^rdfs:Literal', "title", {"und": "T"}, "value-mended", ""),
    ('dct:identifier "7"^^xsd:integer', "identifiers", ("7",), "value-mended", ""),
    ("dct:identifier <http://x.example/7>", "identifiers", ("http://x.example/7",), "value-mended", ""),
    ('dcat:landingPage "https://x.example/l"', "landing_page", "https://x.example/l", "value-mended", ""),
    ('dcat:landingPage " https://x.example/a b"', "landing_page", "https://x.example/a%20b", "value-mended",
     "dcat:landingPage:  https://x.example/a b"),
    ('dct:accessRights "public"', "access", EU + "access-right/PUBLIC", "value-mended", "dct:accessRights: public"),
    ('dct:language "de"', "languages", (EU + "language/DEU",), "value-mended", "dct:language: de"),
    ('dct:accrualPeriodicity "monatlich"', "frequency", EU + "frequency/MONTHLY", "value-mended",
     "dct:accrualPeriodicity: monatlich"),
    ('dcat:theme "Verkehr"', "themes", (EU + "data-theme/TRAN",), "value-mended", "dcat:theme: Verkehr"),
    ('dct:publisher "Stadt X"', "publisher", Agent(name={"und": "Stadt X"}), "value-mended", ""),
    ('dct:spatial "Weststadt"@de', "places", (Place(name={"de": "Weststadt"}),), "value-mended", ""),
    ('dct:provenance "erhoben"', "provenance", (Statement(label={"und": "erhoben"}),), "value-mended", ""),
    ('owl:versionInfo "1.2"', "version", "1.2", "term-former", ""),
    ("dct:hasVersion <http://x.example/v>", "links", (Link("has_version", "http://x.example/v"),), "term-former", ""),
    ("old:contributorID <http://x.example/c>", "contributor_ids", ("http://x.example/c",), "term-former", ""),
    ("dcatde:maintainer <http://x.example/m>", "custodians", (Agent(iri="http://x.example/m"),), "term-former", ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field", "value", "rule", "note"), MENDED)
def test_what_has_one_meaning_only_is_mended_and_its_words_are_kept(body, field, value, rule, note):
    said, findings = read_dataset(body)
    assert getattr(said, field) == value
    assert [one.rule for one in findings] == [rule]
    assert findings[0].value in body.replace("\\", "")
    assert (said.statements == f'<https://x.example/d> <{NOTE}> "{note}" .\n') if note else (said.statements == "")


@pytest.mark.parametrize(
    ("body", "field", "value", "note"),
    [
        ('dcat:byteSize "6776.0"^^xsd:decimal', "size", 6776, "dcat:byteSize: 6776.0"),
        ('dcat:byteSize "6776"^^xsd:integer', "size", 6776, ""),
        ('dct:format "csv"', "format", EU + "file-type/CSV", "dct:format: csv"),
        ('dct:format [ a dct:IMT ; rdfs:label "CSV" ]', "format", EU + "file-type/CSV", "dct:format: CSV"),
        ('dct:license "CC BY 4.0"', "licence", "http://dcat-ap.de/def/licenses/cc-by/4.0", "dct:license: CC BY 4.0"),
        ('dcat:mediaType "text/csv"', "media_type", "https://www.iana.org/assignments/media-types/text/csv", "dcat:mediaType: text/csv"),
        ("dcatde:plannedAvailability <http://dcat-ap.de/def/plannedAvailability/stable>", "availability",
         EU + "planned-availability/STABLE", "dcatde:plannedAvailability: http://dcat-ap.de/def/plannedAvailability/stable"),
        ('spdx:checksum [ spdx:checksumValue "AB12CD34" ]', "checksum", Checksum(iri="_:b0", value="ab12cd34"),
         "spdx:checksumValue: AB12CD34"),
    ],
)  # fmt: skip
def test_what_a_distribution_says_in_another_form_is_mended(body, field, value, note):
    one, said, findings = read_distribution(body)
    assert getattr(one, field) == value
    assert len(findings) == 1
    assert (f'"{note}"' in said.statements) if note else (NOTE not in said.statements)


@pytest.mark.parametrize(
    "body",
    [
        "dct:license <https://creativecommons.org/licenses/by/4.0/>",
        "dct:license <https://www.dcat-ap.de/def/licenses/cc-zero>",
        "adms:status <http://purl.org/adms/status/Completed>",
        "dct:format <http://x.example/format>",
    ],
)
def test_a_foreign_concept_is_passed_on_as_it_is(body):
    """Convention 34."""
    _, said, findings = read_distribution(body)
    assert findings == ()
    assert said.statements == ""
    assert body.partition("<")[2].rstrip(">").encode() in b"".join(
        f"{o}".encode()
        for about in rdf.graph(said, said.iri, "https://k.example").values()
        for terms in about.values()
        for o in terms
    )


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('dct:issued "gestern"', "date-unreadable"),
        ('dct:issued "2021-02-30"^^xsd:date', "date-unreadable"),
        ('dct:issued "03/04/2021"', "date-unreadable"),
        ('dcat:landingPage "siehe oben"', "address-unreadable"),
        ("dcat:keyword <http://x.example/k>", "value-unread"),
        ('dct:accessRights "je nachdem"', "value-unread"),
        ('dct:spatial [ locn:geometry "{}"^^<https://x.example/geojson> ]', "value-unread"),
        ("dct:language [ rdfs:label \"Volapük der Ämter\" ]", "value-unread"),
        ('dcat:temporalResolution "täglich"', "value-unread"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_kept_word_for_word_and_named(body, rule):
    said, findings = read_dataset(body)
    assert [one.rule for one in findings] == [rule]
    assert findings[0].value in body
    assert findings[0].value.replace('"', '\\"') in said.statements


def test_where_a_field_holds_one_value_the_first_in_order_wins_and_the_other_is_kept():
    said, findings = read_dataset('dcat:version "2", "1" ; dct:title "B"@de, "A"@de ; owl:versionInfo "0"')
    assert said.version == "1"
    assert said.title == {"de": "A"}
    assert sorted((one.rule, one.field, one.value) for one in findings) == [
        ("value-extra", "title", "B"), ("value-extra", "version", "0"), ("value-extra", "version", "2")
    ]  # fmt: skip
    assert '"2"' in said.statements
    assert '"B"@de' in said.statements
    assert 'versionInfo> "0"' in said.statements


def test_the_same_said_by_the_former_and_the_present_property_is_there_once():
    said, findings = read_dataset('dcat:version "1" ; owl:versionInfo "1"')
    assert said.version == "1"
    assert said.statements == ""
    assert [one.rule for one in findings] == ["term-former"]


def test_a_node_that_two_fields_share_is_one_node():
    said, _ = read_dataset('dct:publisher _:a ; dct:creator _:a . _:a foaf:name "A" ; <http://x.example/p> "q"')
    assert said.publisher == said.creators[0]
    assert said.statements == f'{said.publisher.iri} <http://x.example/p> "q" .\n'
    graph = rdf.graph(said, said.iri, "https://k.example")
    assert sum(subject[0] == "_" for subject in graph) == 1


def test_events_and_projects_are_read_by_their_own_rows():
    event, findings = read_dataset('schema:name "Fest" ; schema:startDate "2026-05-01"^^xsd:date', "schema:Event")
    assert (event.kind, event.title, event.starts) == ("event", {"und": "Fest"}, "2026-05-01")
    assert {one.rule for one in findings} == {"term-former"}  # http instead of https
    project, _ = read_dataset('dct:title "P" ; adms:status <http://x.example/umsetzung>', "foaf:Project")
    assert (project.kind, project.phase) == ("project", "http://x.example/umsetzung")


def test_a_worked_project_is_read_whole(shared):
    text = (shared / "standards/derived/golden/project-example.ttl").read_bytes()
    text = text.replace(b"https://katalog.example.org/ns/projekt#", OWN.encode())  # there a placeholder
    found = {one.iri.rpartition("/")[2]: read(one.payload)[0] for one in things(parse(text).graph)}
    project = found["projekt"]
    assert {one.role.rpartition("/")[2] for one in project.participants} == {"federfuehrung", "partner"}
    assert project.funding[0].funder.name == {"de": "Beispielministerium"}
    assert project.funding[0].amount.value == "180000.00"
    assert {one.title["de"] for one in project.opportunities} == {"Standorte gesucht", "Messpatinnen und Messpaten"}
    assert project.period.start == "2025-03"
    assert {"produces", "uses", "part_of", "event"} <= {one.relation for one in project.links}


def test_distributions_keep_their_ids_when_others_come_and_go():
    body = "dcat:distribution {} . " + " . ".join(
        f"<https://x.example/{n}> dcat:accessURL <https://x.example/{n}.csv>" for n in ("a#csv", "b", "c")
    )
    both, _ = read_dataset(body.format("<https://x.example/a#csv>, <https://x.example/b>, <https://x.example/c>"))
    one, _ = read_dataset(body.format("<https://x.example/c>"))
    ids = {found.iri: found.id for found in both.distributions}
    assert ids["https://x.example/a#csv"] == "csv"
    assert one.distributions[0].id == ids["https://x.example/c"]
    assert len(set(ids.values())) == 3


def test_a_payload_without_a_thing_is_refused():
    with pytest.raises(ValueError, match="is described"):
        read(b'<http://x.example/a> <http://x.example/b> "c" .\n')


def test_many_values_take_no_time_that_grows_with_their_square():
    keywords = ", ".join(f'"w{n}"' for n in range(20_000))
    said, _ = read_dataset(f'dct:title "T" ; dcat:keyword {keywords}')
    assert len(said.keywords["und"]) == 20_000
    assert sum(map(len, rdf.graph(said, said.iri, "https://k.example")["<https://x.example/d>"].values())) == 20_003


def test_many_values_that_are_nodes_with_a_name_only_are_each_looked_at_once():
    count = 5_000
    files = "".join(f'<urn:x:{n}> a dcat:Distribution ; dct:format [ rdfs:label "CSV" ] .\n' for n in range(count))
    named = " , ".join(f"<urn:x:{n}>" for n in range(count))
    dataset, findings = read_dataset(f"dcat:distribution {named} .\n{files} <urn:y> a rdfs:Resource")
    assert {one.format for one in dataset.distributions} == {EU + "file-type/CSV"}
    assert len(findings) == count


def test_a_named_node_that_two_point_to_is_no_value_of_either():
    dataset, findings = read_dataset(
        'dct:language _:both ; dct:accrualPeriodicity _:both . _:both rdfs:label "täglich"'
    )
    assert not dataset.frequency
    assert {one.rule for one in findings} == {"value-unread"}
