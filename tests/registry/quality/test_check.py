# ruff: noqa: E501  tables
"""What a record lacks: every fault that was made in the golden catalogue is noticed, and nothing else.

Covers: registry/quality/check.py
"""

import json
from collections.abc import Iterator

import pytest

from api.data.validation import FindingOut, check_file
from registry import rdf
from registry.model import KINDS, LEVELS, Agent, Contact, Link, Opportunity, Participation, Period, Place
from registry.quality.check import _wanted, check
from registry.quality.mqa import DIMENSIONS, mqa
from registry.rules import RULES
from tests.builders import a_dataset, a_distribution, a_metadata
from vocab.legal_bases import HVD_ACT
from vocab.namespaces import VOC

# The rules by which we notice each fault, also of the catalogue itself and of its entry.
FAULTS = {
    "ds-no-title": "title-missing", "ds-no-description": "description-missing", "ds-no-publisher": "publisher-missing",
    "ds-two-publishers": "value-extra", "ds-theme-literal": "value-mended", "ds-theme-foreign": "theme-unlisted",
    "ds-modified-string": "value-mended", "ds-language-tag": "value-mended", "ds-frequency-iso": "concept-unknown",
    "ds-keyword-iri": "value-unread", "ds-access-free": "concept-unknown", "dist-no-accessurl": "access-url-missing",
    "dist-accessurl-literal": "value-mended", "dist-no-licence": "licence-missing", "dist-two-licences": "value-extra",
    "dist-eu-licence": "licence-unlisted", "dist-format-literal": "value-mended", "dist-format-unknown": "format-unknown",
    "dist-mediatype-literal": "value-mended", "dist-bytesize-decimal": "value-mended",
    "dist-bytesize-int": "value-mended", "dist-status-adms": "concept-former", "dist-avail-old": "concept-former",
    "cat-no-publisher": "catalogue-incomplete", "cat-no-title": "catalogue-incomplete", "record-no-modified": "entry-incomplete", "svc-no-endpoint": "endpoint-missing",
    "svc-no-publisher": "publisher-missing", "svc-no-contact": "contacts-missing", "svc-no-page": "documentation-missing",
    "agent-no-name": "publisher-name-missing", "contact-email-literal": "value-mended",
    "contact-only-name": "contact-unreachable", "period-empty": "period-empty",
    "hvd-no-category": "hvd-categories-missing", "hvd-no-legislation": "hvd-mark-missing",
    "hvd-no-api": "hvd-interface-missing serves-missing", "hvd-legislation-https": "hvd-mark-missing",
    "de-legalbasis": "field-deprecated", "de-geouri": "field-deprecated", "de-level-literal": "value-mended",
    "loc-geometry-literal": "field-deprecated", "series-no-description": "description-missing",
}  # fmt: skip


def faulty(shared) -> Iterator[tuple[str, bytes, tuple[FindingOut, ...]]]:
    """Each single fault of the golden catalogue: its name, the file, and the findings that the whole file has not."""
    folder = shared / "standards/derived/golden"
    graph = rdf.parse((folder / "heidelberg-golden.ttl").read_bytes(), name="golden.ttl").graph
    said = {f"{s.decode()} {one.decode()} ." for s, about in graph.items() for one in about}
    temporal = "http://purl.org/dc/terms/temporal"
    period = rdf.objects(graph, temporal)[temporal][0]
    before = {key_of(each) for each in findings_of("\n".join(sorted(said)).encode())}
    faults = json.loads((folder / "mutations.json").read_text())["mutations"]
    assert {one["id"] for one in faults} == set(FAULTS)
    for fault in faults:
        removed, added = (
            {line.replace("+00:00", "Z").replace("_:period", period) for line in fault[key]}
            for key in ("remove", "add")
        )
        assert removed <= said, fault["id"]
        file = "\n".join(sorted(said - removed | added)).encode()
        yield fault["id"], file, tuple(each for each in findings_of(file) if key_of(each) not in before)


def findings_of(file: bytes) -> tuple[FindingOut, ...]:
    return check_file(file, name="a.nt").findings


def key_of(each: FindingOut) -> tuple[str, str, str]:
    return each.node, each.rule, each.field


def test_each_fault_that_was_made_in_the_golden_catalogue_is_noticed(shared):
    for fault, _, findings in faulty(shared):
        assert {each.rule for each in findings} == set(FAULTS[fault].split()), fault


def test_each_fault_is_told_whole_in_both_languages(shared):
    for fault, _, findings in faulty(shared):
        new = [each for each in findings if each.rule in FAULTS[fault].split()]
        assert new, fault
        for each in new:
            assert each.level in LEVELS
            assert each.node.startswith(("https://", "http://")), fault
            assert each.field, fault
            assert all(each.message[lang] and each.remedy[lang] for lang in ("de", "en")), fault


def test_each_finding_has_a_rule_in_both_languages():
    for kind in (*KINDS, "Distribution", "Opportunity"):
        for wanted in (*_wanted(kind, False), *_wanted(kind, True)):
            assert wanted.rule in RULES or kind == "Opportunity", (kind, wanted)
    for name, rule in RULES.items():
        for text in (rule.message, rule.remedy):
            assert set(text) == {"de", "en"}, name
            assert all(words.endswith(".") for words in text.values()), name


def rules(metadata) -> set[str]:
    return {one.rule for one in check(metadata)}


def test_a_whole_dataset_has_nothing_that_must_be_mended():
    whole = a_dataset(distributions=(a_distribution(attribution={"de": "Stadt"}),))
    assert {one.rule for one in check(whole) if one.level in ("must", "failed")} == set()


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"description": {"de": "Kurz."}}, "description-short"),
        ({"publisher": Agent(iri="https://x.example/a")}, "publisher-name-missing"),
        ({"contacts": (Contact(name={"de": "Amt"}, telephone="115"),)}, "contact-unreachable"),
        ({"modified": "15.01.2026"}, "date-unreadable"),
        ({"issued": "2021-02-30"}, "date-unreadable"),
        ({"period": Period()}, "period-empty"),
        ({"period": Period(start="2021-05", end="2021-03-31")}, "period-reversed"),
        ({"themes": ("http://x.example/t",)}, "theme-unlisted"),
        ({"hvd_categories": ("http://data.europa.eu/bna/c_dd313021",)}, "hvd-mark-missing"),
        ({"legislation": (HVD_ACT,)}, "hvd-categories-missing"),
        ({"places": (Place(geometry="POINT(8 49)"),)}, "field-deprecated"),
        ({"statements": "das ist kein N-Triples\n"}, "statements-invalid"),
        ({"distributions": (a_distribution(licence=""),)}, "licence-missing"),
        ({"distributions": (a_distribution(licence="http://x.example/l"),)}, "licence-unknown"),
        ({"distributions": (a_distribution(licence="https://creativecommons.org/licenses/by/4.0/"),)}, "licence-unlisted"),
        ({"distributions": (a_distribution(licence="http://dcat-ap.de/def/licenses/other-open"),)}, "licence-vague"),
        ({"distributions": (a_distribution(),)}, "attribution-missing"),
        ({"distributions": (a_distribution(access_url=""),)}, "access-url-missing"),
        ({"distributions": (a_distribution(download_url="https://x.example/b"),)}, "download-differs"),
        ({"distributions": (a_distribution(format="http://x.example/csv"),)}, "format-unknown"),
        ({"distributions": (a_distribution(issued="gestern"),)}, "date-unreadable"),
        ({"distributions": ()}, "distributions-missing"),
    ],
)  # fmt: skip
def test_a_fault_of_a_dataset_is_named(fields, rule):
    assert rule in rules(a_dataset(**fields))


def test_a_period_that_is_only_less_exact_is_not_reversed():
    assert "period-reversed" not in rules(a_dataset(period=Period(start="2021-05-03", end="2021")))


def test_a_project_is_asked_for_what_a_person_is_asked_for():
    assert {"abstract-missing", "phase-missing", "participants-missing", "contacts-missing", "themes-missing"} <= rules(
        a_metadata("P", "project")
    )
    partner = Participation(agent=Agent(name={"de": "Verein"}), role=VOC + "role/partner")
    assert "lead-missing" in rules(a_metadata("P", "project", participants=(partner,)))
    assert "opportunity-incomplete" in rules(a_metadata("P", "project", opportunities=(Opportunity(),)))
    assert "starts-missing" in rules(a_metadata("E", "event"))


def test_what_most_distributions_lack_is_said_once_a_record():
    several = tuple(a_distribution(f"https://x.example/{n}", id=str(n)) for n in range(9))
    found = [one.rule for one in check(a_dataset(distributions=several))]
    assert found.count("availability-missing") == 2  # of the dataset, of the first distribution
    assert found.count("attribution-missing") == 9


def test_a_service_finds_its_datasets_among_the_links():
    service = a_metadata("S", "service", endpoint="https://x.example/api")
    assert "serves-missing" in rules(service)
    assert "serves-missing" not in rules(a_metadata("S", "service", links=(Link("serves", "/id/d"),)))


def test_the_golden_record_has_all_points_where_its_addresses_answer(shared):
    golden = (shared / "standards/derived/golden/heidelberg-golden.ttl").read_bytes()
    said = next(rdf.read(one.payload)[0] for one in rdf.things(rdf.parse(golden).graph))
    addresses = {one.access_url: True for one in said.distributions}
    assert mqa(said, addresses).total == sum(DIMENSIONS.values()) == 405
    assert mqa(said, addresses).uncounted == 0


def test_addresses_that_nobody_tried_are_not_counted_and_that_is_said():
    said = a_dataset(distributions=(a_distribution("https://x.example/a", download_url="https://x.example/a"),))
    assert mqa(said).points["accessibility"] == 20
    assert mqa(said).uncounted == 80
    assert mqa(said, {"https://x.example/a": False}).points["accessibility"] == 20
    assert mqa(said, {"https://x.example/a": False}).uncounted == 0
    assert mqa(said, {"https://x.example/a": True}).points["accessibility"] == 100
