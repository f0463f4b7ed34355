"""What a search of packages knows of each, and the lists of CKAN.

Covers: registry/ckan/entries.py, registry/ckan/lists.py
"""

from registry.ckan import to_package
from registry.ckan.entries import FACET_FIELDS, FIELDS, OrganizationEntry, entry, facet_label, normal_value
from registry.ckan.lists import group_of, groups, licences, organization_of, tag_of
from registry.model import Agent, Origin
from tests.builders import TRAN, a_dataset, a_metadata, a_record

BASE = "https://lotse.example.org"


def test_an_entry_has_the_values_of_its_package() -> None:
    record = a_record(
        said=a_dataset(keywords={"de": ("Rad",)}, identifiers=("r-1",), publisher=Agent(name={"de": "Amt"}, id="amt")),
        origin=Origin("quelle", "5f1d"),
    )
    package, known = to_package(record, BASE), entry(record, BASE)
    assert (known.uuid, known.tags, known.groups) == (package["id"], ("Rad",), ("tran",))
    assert FIELDS["organization"](known) == ("amt", package["organization"]["id"])
    assert FIELDS["id"](known) == (package["id"], "radwege", "5f1d")
    assert FIELDS["identifier"](known) == ("r-1",)
    assert FACET_FIELDS["organization"](known) == ("amt",)
    assert [resource.uuid for resource in known.resources] == [package["resources"][0]["id"]]
    assert facet_label("organization", "amt", known) == "Amt"
    assert facet_label("groups", "tran", known) == "Verkehr"


def test_a_value_may_be_written_in_other_ways() -> None:
    assert normal_value("res_format", "wms") == normal_value("res_format", "WMS")
    assert normal_value("groups", TRAN) == "tran"
    assert normal_value("license_id", "dl-de/by-2-0") == "dl-by-de/2.0"
    assert normal_value("tags", "Rad") == "Rad"


def test_every_topic_is_a_group() -> None:
    listed = groups(BASE, {"tran": 3})
    assert len({group["id"] for group in listed}) == len(listed) > 12
    transport = group_of("tran", BASE, {"tran": 3})
    assert transport
    assert (transport["title"], transport["package_count"]) == ("Verkehr", 3)
    assert group_of(transport["id"], BASE, {"tran": 3}) == transport == group_of(TRAN, BASE, {"tran": 3})
    assert group_of("highlights", BASE, {}) is None


def test_an_organization_has_what_its_record_says() -> None:
    known = OrganizationEntry("u", "amt", "Amt", "amt")
    record = a_record("amt", said=a_metadata("Amt", "organization", abstract={"de": "Plant Wege."}))
    assert organization_of(known, record, 2)["description"] == "Plant Wege."
    assert organization_of(known, None, 2) | {"description": "", "created": None} == organization_of(known, None, 2)


def test_licences_and_tags_have_the_fields_of_ckan() -> None:
    by_id = {licence["id"]: licence for licence in licences()}
    assert by_id["dl-by-de/2.0"]["is_okd_compliant"] is True
    assert by_id["dl-by-de/2.0"]["url"] == "https://www.govdata.de/dl-de/by-2-0"
    assert tag_of("Rad", BASE)["vocabulary_id"] is None
