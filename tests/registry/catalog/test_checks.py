"""Nothing is published unchecked: what a registration or a revision must not leave open."""

import pytest
from msgspec.structs import replace

from registry.errors import ValidationError
from registry.model import KINDS, Draft, Metadata, Source, Step
from tests.builders import a_dataset, a_distribution, a_metadata, a_project
from tests.town import Town

ELI = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
FILE = a_distribution(attribution={"de": "Amt für Mobilität"})
COMPLETE = {"project": a_project(), "dataset": a_dataset(distributions=(FILE,))}


@pytest.fixture
def catalog(tmp_path):
    with Town(tmp_path / "data", city=None) as town:
        yield town.catalog


def draft_of(metadata, **fields):
    return Draft(id="d1", metadata=metadata, owner="agentur", **fields)


def fields_of(refused):
    return {error["field"] for error in refused.value.errors}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_without_a_title_is_registered_whatever_its_kind(catalog, kind):
    with pytest.raises(ValidationError) as refused:
        catalog.register(draft_of(Metadata(kind=kind, title={"de": " "})), "lotsin")
    assert "title" in fields_of(refused)
    assert catalog.store.count() == 0


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("project", "title"),
        ("project", "abstract"),
        ("project", "phase"),
        ("project", "themes"),
        ("project", "participants"),
        ("project", "contacts"),
        ("dataset", "title"),
        ("dataset", "description"),
        ("dataset", "publisher"),
    ],
)
def test_a_field_that_must_be_there_is_named_when_it_is_missing(catalog, kind, field):
    empty = getattr(Metadata(kind=kind), field)
    with pytest.raises(ValidationError) as refused:
        catalog.register(draft_of(replace(COMPLETE[kind], **{field: empty})), "lotsin")
    (error,) = refused.value.errors
    assert (error["field"], error["rule"]) == (field, f"{field}-missing")
    assert set(error["message"]) == set(error["remedy"]) == {"de", "en"}
    assert catalog.store.count() == 0


@pytest.mark.parametrize(
    ("distribution", "rule"),
    [
        (replace(FILE, licence=""), "licence-missing"),
        (replace(FILE, licence="frei"), "licence-unknown"),
        (replace(FILE, access_url=""), "access-url-missing"),
        (replace(FILE, attribution={}), "attribution-missing"),
    ],
)
def test_a_dataset_whose_file_lacks_licence_or_address_is_not_registered(catalog, distribution, rule):
    with pytest.raises(ValidationError) as refused:
        catalog.register(draft_of(a_dataset(distributions=(distribution,))), "lotsin")
    assert [error["rule"] for error in refused.value.errors] == [rule]


@pytest.mark.parametrize("kind", COMPLETE)
def test_what_is_complete_is_registered(catalog, kind):
    assert catalog.register(draft_of(COMPLETE[kind]), "lotsin").said == COMPLETE[kind]


def test_a_revision_that_empties_a_field_that_must_be_there_is_refused(catalog):
    record = catalog.register(draft_of(a_project()), "lotsin")
    with pytest.raises(ValidationError) as refused:
        catalog.revise(record.id, replace(record.metadata, abstract={}), record.number, "lotsin")
    assert fields_of(refused) == {"abstract"}
    with pytest.raises(ValidationError):
        catalog.register(draft_of(replace(record.metadata, phase=""), of=record.id, base=record.number), "lotsin")
    assert catalog.store.existing(record.id) == record


def harvested(catalog, metadata):
    steps = [Step(action="add", remote_id="1", metadata=metadata)]
    (taken,) = catalog.take(Source(name="berlin", kind="ckan", url="https://b.example"), steps)
    return catalog.store.existing(taken.id)


def test_faults_of_the_source_do_not_block_the_correction_of_another_field(catalog):
    record = harvested(catalog, a_metadata("Radwege", distributions=(a_distribution(licence="frei"),)))
    wish = replace(record.metadata, title={"de": "Fahrradwege"})
    assert catalog.revise(record.id, wish, record.number, "lotsin").metadata == wish


def test_a_correction_that_brings_in_a_fault_of_its_own_is_refused(catalog):
    record = harvested(catalog, a_metadata("Radwege", publisher=a_dataset().publisher))
    with pytest.raises(ValidationError) as refused:
        catalog.revise(record.id, replace(record.metadata, publisher=None), record.number, "lotsin")
    assert fields_of(refused) == {"publisher"}  # and not the description that the source does not give
    with pytest.raises(ValidationError) as refused:
        catalog.revise(record.id, replace(record.metadata, legislation=(ELI,)), record.number, "lotsin")
    assert fields_of(refused) == {"hvd_categories"}


def test_a_corrected_field_may_be_set_back_to_the_fault_of_the_source(catalog):
    record = harvested(catalog, a_metadata("Radwege"))
    record = catalog.revise(record.id, replace(COMPLETE["dataset"], title={"de": "Radwege"}), record.number, "lotsin")
    assert catalog.revise(record.id, record.said, record.number, "lotsin").overrides == ()
