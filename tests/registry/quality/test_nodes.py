"""What a file says of the catalogue itself, of its entries and of described nodes, wherever they hang.

Covers: registry/quality/nodes.py, registry/quality/values.py
"""

import pytest

from api.data.validation import FindingOut, check_file

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix spdx: <http://spdx.org/rdf/terms#> . @prefix adms: <http://www.w3.org/ns/adms#> .
@prefix x: <https://x.example/> .
"""
PERIOD = 'dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2025-06-01"^^xsd:date ; dcat:endDate "2024"^^xsd:gYear ]'


def findings(turtle: str) -> list[FindingOut]:
    return list(check_file((PREFIXES + turtle).encode(), "text/turtle").findings)


def rules(turtle: str) -> set[tuple[str, str, str]]:
    return {(each.rule, each.node.removeprefix("https://x.example/"), each.field) for each in findings(turtle)}


def test_a_catalogue_is_asked_for_what_the_profiles_ask_and_no_record_is_counted() -> None:
    checked = check_file((PREFIXES + 'x:c a dcat:Catalog ; dct:title "Katalog"@de .').encode(), "text/turtle")
    levels = {each.field: each.level for each in checked.findings if each.rule == "catalogue-incomplete"}
    assert checked.records == 0
    assert levels["publisher"] == levels["description"] == "must"
    assert levels["licence"] == levels["homepage"] == "should"
    assert "title" not in levels
    assert {each.node for each in checked.findings} == {"https://x.example/c"}


def test_what_a_catalogue_holds_is_checked_with_it_and_once() -> None:
    about = "x:a a foaf:Agent ; foaf:homepage <https://x.example/> . x:c a dcat:Catalog ; dct:publisher x:a ;"
    all_rules = rules(f'{about} dct:modified "gestern" ; {PERIOD} .')
    assert {("publisher-name-missing", "a", "publisher"), ("period-reversed", "c", "period")} <= all_rules
    assert ("date-unreadable", "c", "modified") in all_rules
    assert ("agent-name-missing", "a", "Agent") not in all_rules


def test_an_entry_of_the_catalogue_needs_its_date_and_its_topic() -> None:
    assert rules("x:r a dcat:CatalogRecord ; foaf:primaryTopic x:d .") == {("entry-incomplete", "r", "modified")}
    assert ("entry-incomplete", "r", "topic") in rules('x:r a dcat:CatalogRecord ; dct:modified "2026"^^xsd:gYear .')


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ("x:a a foaf:Agent ; foaf:homepage <https://x.example/> .", ("agent-name-missing", "a", "Agent")),
        ("x:a a foaf:Organization ; foaf:homepage <https://x.example/> .", ("agent-name-missing", "a", "Agent")),
        ('x:k a vcard:Organization ; vcard:fn "Amt"@de .', ("contact-unreachable", "k", "Contact")),
        ("x:p a dct:PeriodOfTime ; <https://x.example/other> 1 .", ("period-empty", "p", "Period")),
        ("x:s a dct:Location ; <http://www.w3.org/ns/locn#geometry> "
         '"POINT(8 49)"^^<http://www.opengis.net/ont/geosparql#wktLiteral> .', ("field-deprecated", "s", "geometry")),
        ("x:e a prov:Attribution ; dcat:hadRole x:role .", ("agent-name-missing", "e", "agent")),
    ],
)  # fmt: skip
def test_a_node_that_no_record_holds_is_checked(nodes: str, expected: tuple[str, str, str]) -> None:
    assert expected in rules(nodes)
    held = f"x:d a dcat:Dataset ; dct:relation {nodes.partition(' ')[0]} . {nodes}"
    assert expected in rules(held)


@pytest.mark.parametrize(
    ("statement", "rule", "field"),
    [
        ("dct:creator [ a foaf:Agent ; foaf:mbox <mailto:a@x.example> ]", "agent-name-missing", "creators"),
        ("prov:qualifiedAttribution [ a prov:Attribution ; dcat:hadRole x:r ; prov:agent [ a foaf:Agent ] ]",
         "agent-name-missing", "agent"),
        ("adms:identifier [ a adms:Identifier ; dct:relation x:r ]", "part-incomplete", "other_identifiers"),
        ("dcat:qualifiedRelation [ a dcat:Relationship ; dcat:hadRole x:r ]", "part-incomplete", "relationships"),
        ("dcat:distribution [ a dcat:Distribution ; spdx:checksum [ a spdx:Checksum ; dct:type x:r ] ]",
         "part-incomplete", "checksum"),
        ("dct:language <http://publications.europa.eu/resource/authority/language/GER>", "concept-former", "languages"),
    ],
)  # fmt: skip
def test_a_node_that_a_record_holds_is_checked_wherever_it_hangs(statement: str, rule: str, field: str) -> None:
    assert (rule, "d", field) in rules(f"x:d a dcat:Dataset ; {statement} .")


def test_a_node_of_which_only_the_type_is_given_is_a_reference_and_no_fault() -> None:
    assert rules("x:a a foaf:Agent . x:p a dct:PeriodOfTime . x:c a dcat:Catalog .") == set()
