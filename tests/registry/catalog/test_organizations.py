"""The city's own organizations.

Covers: registry/catalog/known_organizations.py
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.catalog.lookup import backlinks
from registry.catalog.organizations import load_organizations
from registry.errors import ConflictError, UsageError
from registry.model import Agent, Link, Source, Step
from tests.builders import a_dataset, a_metadata, a_record
from tests.town import Town

LIST = """
[[organization]]
id = "stadt"
name_de = "Stadtverwaltung"
name_en = "City administration"
kind = "verwaltung"

[[organization]]
id = "umweltamt"
name_de = "Umweltamt"
aliases = ["Amt 31"]
iri = "https://e.example/umweltamt"
homepage = "https://e.example/"
unit_of = "stadt"
"""


@pytest.fixture
def catalog(database_url, tmp_path):
    with Town(tmp_path, database=database_url) as town:
        yield town.catalog


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "organizations.toml"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_the_list_becomes_records_once(catalog, path):
    assert load_organizations(catalog, path) == 2
    assert load_organizations(catalog, path) == 0
    office = catalog.store.existing("umweltamt")
    assert (office.kind, office.owner, office.said.title) == ("organization", "umweltamt", {"de": "Umweltamt"})
    assert office.said.links == (Link("unit_of", "/id/stadt"),)
    assert catalog.store.existing("stadt").said.classification.endswith("/verwaltung")
    assert [link.id for link in backlinks(catalog, catalog.store.existing("stadt"))] == ["umweltamt"]


def test_records_that_were_there_before_learn_who_their_publisher_is(catalog, path):
    said = a_dataset(publisher=Agent(name={"de": "Amt 31"}))
    catalog.take(Source(name="b", kind="ckan", url=""), [Step(action="add", remote_id="1", metadata=said)])
    load_organizations(catalog, path)
    assert catalog.store.existing("radwege").said.publisher.id == "umweltamt"
    assert catalog.store.stored_states("b")["1"].digest == said.digest()


def test_what_the_list_says_otherwise_is_revised_but_not_what_a_person_wrote(catalog, path):
    load_organizations(catalog, path)
    record = catalog.store.existing("stadt")
    catalog.revise("stadt", a_metadata("Stadt", "organization"), record.number, "lotsin")
    path.write_text(LIST.replace("Umweltamt", "Umwelt- und Klimaamt").replace('verwaltung"\nname_en', 'rat"\nname_en'))
    assert load_organizations(catalog, path) == 1
    assert catalog.store.existing("umweltamt").said.title == {"de": "Umwelt- und Klimaamt"}
    assert catalog.store.existing("stadt").said.title == {"de": "Stadt"}


def test_several_that_start_at_once_take_the_list_in_once(catalog, path):
    with ThreadPoolExecutor(8) as pool:
        changed = list(pool.map(lambda _: load_organizations(catalog, path), range(8)))
    assert sum(changed) == 2
    assert len(list(catalog.store.history("umweltamt"))) == 1


def test_a_list_longer_than_a_transaction_is_taken_in(catalog, path):
    path.write_text("\n".join(f'[[organization]]\nid = "amt-{n}"\nname_de = "Amt {n}"' for n in range(520)))
    assert load_organizations(catalog, path) == 520


def test_an_id_that_belongs_to_something_else_is_refused(catalog, path):
    catalog.store.put([a_record("stadt")], by="t")
    with pytest.raises(ConflictError, match="stadt"):
        load_organizations(catalog, path)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("[[organization]]\nid = 7", "str"),
        ("[[organization]]\nid = 'a'\nname_de = 'A'\nnaem_en = 'A'", "naem_en"),
        ("[[organization]]\nid = 'Amt für'\nname_de = 'A'", "Amt für"),
        ("[[organization]]\nid = 'suche'\nname_de = 'A'", "suche"),
        ("[[organization]]\nid = 'a'\nname_de = ' '", "a: .*title"),
        ("[[organization]]\nid = 'a'\nname_de = 'A'\nkind = 'firma-x'", "firma-x"),
        ("[[organization]]\nid = 'a'\nname_de = 'A'\nunit_of = 'b'", "unit_of"),
        ("[[organization]]\nid = 'a'\nname_de = 'A'\n" * 2, "twice"),
        ("not toml", "organizations.toml"),
    ],
)
def test_a_list_at_fault_is_refused_with_the_place(catalog, path, words, message):
    path.write_text(words)
    with pytest.raises(UsageError, match=message):
        load_organizations(catalog, path)
