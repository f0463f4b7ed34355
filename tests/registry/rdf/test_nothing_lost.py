"""Described nodes are read by any of their words, and what a field does not hold is kept.

Covers: registry/rdf/kept.py, registry/rdf/node_values.py
"""

import re

import pytest

from registry import rdf
from registry.model import Metadata, Period
from registry.rdf.writing import written
from tests.conftest import SHARED
from tests.registry.rdf.test_reading import read_dataset

REPORTS = SHARED / "data/reports"
PREFIXES = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix time: <http://www.w3.org/2006/time#> .
@prefix prov: <http://www.w3.org/ns/prov#> . """
CC_BY = "http://dcat-ap.de/def/licenses/cc-by/4.0"
CSV = "http://publications.europa.eu/resource/authority/file-type/CSV"
needs_reports = pytest.mark.skipif(not REPORTS.exists(), reason="needs ../shared/data/reports")


def report(path: str) -> dict[str, Metadata]:
    data = (REPORTS / path).read_bytes()
    things = [rdf.read(thing.payload)[0] for thing in rdf.things(rdf.parse(data, name=path).graph)]
    return {metadata.iri.rpartition("/")[2]: metadata for metadata in things}


def with_file(body: str, more: str = ""):
    text = f"dcat:distribution <https://x.example/f> . {PREFIXES} <https://x.example/f> a dcat:Distribution ; {body} ."
    metadata, findings = read_dataset(f"{text} {more} <https://x.example/d> a dcat:Dataset")
    return metadata.distributions[0], metadata, findings


def read_again(metadata: Metadata) -> Metadata:
    graph = rdf.graph(metadata, metadata.iri, "https://portal.example.org")
    text = b"".join(written([("x", graph)], "ttl"))
    (thing,) = rdf.things(rdf.parse(text, name="a.ttl").graph)
    return rdf.read(thing.payload)[0]


def unlabelled(statements: str) -> list[str]:
    """The statements without the numbers of blank nodes, which depend on what is beside them."""
    return sorted(re.sub(r"_:b\d+", "_:b", statements).split("\n"))


@needs_reports
def test_all_periods_are_read_in_their_order_and_go_out_again():
    metadata = report("02-second-node-lost/two-periods.ttl")["zaehlung"]
    assert [(period.start, period.end) for period in metadata.periods] == [
        ("2001-05-01", "2001-05-31"),
        ("2011-05-09", "2011-06-30"),
    ]
    assert metadata.period == metadata.periods[0]
    assert metadata.statements == ""
    assert read_again(metadata).periods == metadata.periods


@needs_reports
def test_what_is_said_about_a_second_publisher_or_checksum_is_kept():
    metadata = report("02-second-node-lost/two-periods.ttl")["pruef"]
    shown = metadata.publisher
    assert shown
    for words in ('"Amt B"@de', "https://amt-b.example.org/", "d41d8cd98f00b204e9800998ecf8427e"):
        assert words in metadata.statements
    assert read_again(metadata) == metadata


def test_a_second_organizer_is_kept_with_what_it_points_to_unless_another_field_holds_it():
    second = '<https://x.example/b> foaf:name "B" ; dct:type [ skos:prefLabel "Amt"@de ] .'
    body = f"dct:publisher <https://x.example/a>, <https://x.example/b> . {PREFIXES} {second} <https://x.example/d>"
    metadata, _ = read_dataset(f"{body} dct:title 'x'")
    assert '"B"' in metadata.statements
    assert '"Amt"@de' in metadata.statements
    held, _ = read_dataset(f"{body} dct:creator <https://x.example/b>")
    assert held.creators[0].name == {"und": "B"}
    assert '"B"' not in held.statements


def test_the_first_of_several_periods_is_the_earliest():
    periods = "[ dcat:startDate '2011'^^xsd:gYear ], [ dcat:endDate '1999'^^xsd:gYear ], <https://x.example/p>"
    metadata, findings = read_dataset(f"dct:temporal {periods}")
    assert [(period.start, period.end) for period in metadata.periods] == [("", "1999"), ("2011", ""), ("", "")]
    assert findings == ()


def test_period_and_periods_say_the_same():
    first, second = Period(start="2001"), Period(start="2011")
    assert Metadata(kind="dataset", period=first).periods == (first,)
    assert Metadata(kind="dataset", periods=(first, second)).period == first
    assert Metadata(kind="dataset", period=second, periods=(first, second)).periods == (second, second)
    alone = Metadata(kind="dataset", period=first)
    assert alone.digest() == "ebadca6694be57cfe671b880055ce172"  # as of before there was a field for several


@needs_reports
def test_a_licence_is_recognised_by_any_word_of_its_node_and_all_of_it_is_kept():
    metadata = report("04-licence-node/licences.ttl")["d"]
    assert [file.licence for file in metadata.distributions] == [CC_BY] * 4
    for words in ("Creative Commons Namensnennung 4.0 International", "exactMatch", '"cc-by/4.0"'):
        assert words in metadata.statements
    again = read_again(metadata)
    assert [file.licence for file in again.distributions] == [CC_BY] * 4
    assert unlabelled(again.statements) == unlabelled(metadata.statements)


@pytest.mark.parametrize(
    ("node", "licence"),
    [
        ('dct:title "CC BY 4.0" ; foaf:page <https://portal.example.org/lizenzen>', CC_BY),
        ('dct:title "Freie Nutzung" ; dct:source <https://creativecommons.org/licenses/by/4.0/deed.de>', CC_BY),
        ('rdfs:label "CC BY" ; rdfs:seeAlso <https://creativecommons.org/licenses/by/4.0/>', CC_BY),
        ('dct:title "CC BY 4.0" ; foaf:page <https://creativecommons.org/licenses/by-sa/4.0/>', ""),
        ('dct:title "Nutzung nach Absprache" ; foaf:page <https://portal.example.org/absprache>', ""),
    ],
)
def test_words_of_a_licence_that_contradict_each_other_name_none(node, licence):
    file, metadata, _ = with_file(f"dct:license [ a dct:LicenseDocument ; {node} ]")
    assert file.licence == licence
    assert licence or "foaf/0.1/page" in metadata.statements
    own, metadata, _ = with_file("dct:license <https://x.example/l>", f"<https://x.example/l> {node} .")
    assert own.licence == (licence or "https://x.example/l")
    assert "https://x.example/l> <" in metadata.statements


def test_themes_formats_and_standards_of_the_portal_keep_their_words():
    nodes = """<https://x.example/t> skos:prefLabel "Verkehr"@de ; skos:exactMatch
      <http://publications.europa.eu/resource/authority/data-theme/TRAN> . <https://x.example/s> dct:title "Norm 5"@de .
      <https://x.example/c> rdfs:label "Tabelle" ; dct:identifier "CSV" . """
    body = "dct:format <https://x.example/c> ; dct:conformsTo <https://x.example/s>"
    file, metadata, _ = with_file(body, f"{nodes} <https://x.example/d> dcat:theme <https://x.example/t> .")
    assert file.format == CSV
    assert metadata.themes == ("http://publications.europa.eu/resource/authority/data-theme/TRAN",)
    for words in ('"Verkehr"@de', '"Norm 5"@de', '"Tabelle"'):
        assert words in metadata.statements
    assert set(unlabelled(metadata.statements)) <= set(unlabelled(read_again(metadata).statements))


@needs_reports
def test_the_licence_of_a_dataset_holds_for_its_files():
    metadata = report("05-licence-at-dataset/licence-at-dataset.ttl")["d"]
    assert metadata.distributions[0].licence == "http://dcat-ap.de/def/licenses/cc-zero"
    assert "license" in metadata.statements


def test_a_file_keeps_its_own_licence_or_terms_beside_that_of_the_dataset():
    files = """dcat:distribution [ dct:title "a" ; dct:license <https://x.example/own> ],
      [ dct:title "b" ], [ dct:title "c" ; dct:rights [ rdfs:label "auf Anfrage" ] ]"""
    metadata, findings = read_dataset(f'dct:license [ dct:title "CC BY 4.0" ] ; {files}')
    licences = {file.title["und"]: file.licence for file in metadata.distributions}
    assert licences == {"a": "https://x.example/own", "b": CC_BY, "c": ""}
    assert ("value-mended", "licence") in {(finding.rule, finding.field) for finding in findings}
    assert '"CC BY 4.0"' in metadata.statements
    two, _ = read_dataset(f"dct:license <{CC_BY}>, <https://x.example/own> ; {files}")
    assert [file.licence for file in two.distributions if file.title["und"] == "b"] == [""]


@needs_reports
def test_the_values_of_a_vcard_are_read_from_their_nodes():
    (contact,) = report("07-contact-node-unread/contact.ttl")["d"].contacts
    assert (contact.email, contact.telephone) == ("auskunft@example.org", "+49.6221.1234")


@pytest.mark.parametrize(
    ("written_as", "field", "value"),
    [
        ("vcard:hasEmail <mailto:a@b.example?subject=Daten>", "email", "a@b.example"),
        ("vcard:hasEmail <MAILTO:a@b.example>", "email", "a@b.example"),
        ("vcard:hasEmail <mailto:%20a@b.example>", "email", "a@b.example"),
        ('vcard:hasEmail "Amt <a@b.example>"', "email", "a@b.example"),
        ('vcard:email "a@b.example"', "email", "a@b.example"),
        ('vcard:hasEmail [ vcard:hasValue "a@b.example" ]', "email", "a@b.example"),
        ('vcard:hasTelephone "tel:+49 6221 580"', "telephone", "+49-6221-580"),
        ("vcard:hasTelephone <tel:+49%206221%20580>", "telephone", "+49-6221-580"),
        ("vcard:hasTelephone <tel:+49-6221-580;ext=5>", "telephone", "+49-6221-580"),
        ('vcard:tel "06221 580"', "telephone", "06221-580"),
        ('vcard:hasTelephone [ vcard:hasValue "06221/580" ]', "telephone", "06221-580"),
        ("vcard:hasURL [ vcard:hasValue <https://b.example/> ]", "url", "https://b.example/"),
        ('vcard:organization-name "Amt B"@de', "name", {"de": "Amt B"}),
        ('vcard:fn "Auskunft"@de ; vcard:organization-name "Amt B"@de', "name", {"de": "Auskunft"}),
    ],
)
def test_contacts_in_each_form_of_vcard(written_as, field, value):
    metadata, findings = read_dataset(f"dcat:contactPoint [ a vcard:Kind ; {written_as} ]")
    assert getattr(metadata.contacts[0], field) == value
    assert not {"value-unread", "value-extra", "address-unreadable"} & {finding.rule for finding in findings}


@needs_reports
def test_empty_words_count_as_missing():
    things = report("13-empty-words-in-rdf/empty.ttl")
    empty = things["leer"]
    assert (empty.description, empty.keywords, empty.statements) == ({}, {}, "")
    assert empty.publisher
    assert empty.publisher.name == empty.distributions[0].title == {}
    assert things["blank"].keywords == {"de": ("Baum",)}


def test_blank_words_say_nothing_in_any_form():
    body = r"""dct:title "T"@de, " "@en ; dct:identifier "", "\t" ; dct:abstract "\u00A0\n"@de ;
      dcat:keyword " Baum", "Baum\n", "\u2003" ; dct:rights [ rdfs:label " " ]"""
    metadata, _ = read_dataset(body)
    assert (metadata.title, metadata.abstract, metadata.identifiers) == ({"de": "T"}, {}, ())
    assert metadata.keywords == {"und": ("Baum",)}
    assert metadata.rights[0].label == {}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ('[ time:inXSDDate "2001-05-01"^^xsd:date ]', '[ time:inXSDgYear "2011"^^xsd:gYear ]', ("2001-05-01", "2011")),
        ('[ time:inXSDgYearMonth "2001-05"^^xsd:gYearMonth ]', "[]", ("2001-05", "")),
        (
            '[ time:inXSDDateTime "2001-05-01T10:00:00"^^xsd:dateTime ]',
            '[ time:inXSDDateTimeStamp "2001-05-02T10:00:00Z"^^xsd:dateTimeStamp ]',
            ("2001-05-01T10:00:00", "2001-05-02T10:00:00Z"),
        ),
        ("<https://x.example/i>", "[]", ("2001-05-01", "")),
    ],
)
def test_a_period_of_owl_time_is_read(start, end, expected):
    instant = '<https://x.example/i> time:inXSDDate "2001-05-01"^^xsd:date .'
    period = f"[ a time:ProperInterval, dct:PeriodOfTime ; time:hasBeginning {start} ; time:hasEnd {end} ]"
    body = f"dct:title 'x' . {PREFIXES} {instant} <https://x.example/d> dct:temporal {period}"
    metadata, findings = read_dataset(body)
    assert metadata.period
    assert (metadata.period.start, metadata.period.end) == expected
    assert findings == ()
    assert read_again(metadata).period == metadata.period


BOX = "POLYGON((8.5 49.3, 8.8 49.3, 8.8 49.5, 8.5 49.5, 8.5 49.3))"


@pytest.mark.parametrize(
    ("spatial", "field", "value"),
    [
        ('"POINT(8.69 49.4)"', "centroid", "POINT(8.69 49.4)"),
        ('"8.5,49.3,8.8,49.5"', "bbox", BOX),
        ('"""{"type": "Point", "coordinates": [8.69, 49.4]}"""', "centroid", "POINT(8.69 49.4)"),
        ('[ dcat:bbox "8.5,49.3,8.8,49.5" ]', "bbox", BOX),
        (
            '[ dcat:centroid "<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(49.4 8.69)"^^geo:wktLiteral ]',
            "centroid",
            "POINT(8.69 49.4)",
        ),
        ('[ locn:geometry "SRID=25832;POINT(477000 5472000)" ]', "geometry", "POINT(8.6829973 49.4002542)"),
        (
            '[ locn:geometry """{"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": '
            '[8, 49]}, {"type": "LineString", "coordinates": [[8, 49], [9, 50]]}]}"""^^geo:geoJSONLiteral ]',
            "geometry",
            "GEOMETRYCOLLECTION(POINT(8 49), LINESTRING(8 49, 9 50))",
        ),
    ],
)
def test_a_place_is_read_in_each_notation(spatial, field, value):
    metadata, findings = read_dataset(f"dct:spatial {spatial}")
    (place,) = metadata.places
    assert getattr(place, field) == value
    assert place.name == {}
    assert [finding.rule for finding in findings] == ["value-mended"]


@pytest.mark.parametrize("text", ['[\\"ARG\\", \\"02\\"]', "POINT(477000 5472000)", "SRID=31467;POINT(1 2)"])
def test_coordinates_that_nobody_can_place_are_kept_and_no_name(text):
    metadata, findings = read_dataset(f'dct:spatial "{text}"')
    assert metadata.places == ()
    assert [finding.rule for finding in findings] == ["value-unread"]
    assert "spatial" in metadata.statements


@needs_reports
def test_dates_before_the_year_one_and_the_hour_24_are_read():
    metadata = report("12-valid-xsd-dates/dates.ttl")["roemer"]
    assert metadata.period
    assert (metadata.period.start, metadata.period.end) == ("-0012-11-29", "0410-08-24")
    assert metadata.modified == "2024-12-31T24:00:00Z"
    assert read_again(metadata) == metadata


@pytest.mark.parametrize("media_type", ["application/ld+json", "application/rdf+xml", "text/plain", "text/turtle"])
def test_turtle_is_known_by_its_beginning_and_a_catalogue_is_no_dataset(media_type):
    text = """# Katalog
    @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    <https://x.example/k> a dcat:Catalog, dcat:Dataset ; dct:title "K" ; dcat:dataset <https://x.example/d> .
    <https://x.example/d> a dcat:Dataset ; dct:title "D" ."""
    graph = rdf.parse(text.encode(), media_type=media_type).graph
    assert [thing.iri for thing in rdf.things(graph)] == ["https://x.example/d"]
