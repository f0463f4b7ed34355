"""Out and in again: what the structs can say comes back, what a source says is said again.

Covers: registry/rdf/canonical.py, registry/rdf/field_forms.py, registry/rdf/graphs.py, registry/rdf/references.py,
registry/rdf/terms.py, registry/rdf/writing.py
"""

import gzip
from collections import Counter
from datetime import UTC, datetime

import msgspec
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from rdflib.compare import isomorphic

from registry import rdf
from registry.model import KINDS, Agent, Catalogue, Distribution, Metadata, Node, Record
from registry.rdf.terms import text_of
from tests.builders import a_dataset, a_metadata, a_record
from tests.effort import tries
from tests.metadata_strategy import metadata
from tests.shapes_oracle import violations

BASE = "https://katalog.example.org"
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
SLOWLY = settings(max_examples=tries(12, 40), deadline=None, suppress_health_check=list(HealthCheck))
CATALOGS = {
    "rostock": "rostock-catalog-original-input.rdf",
    "bremen": "bremen-catalog-original-input.rdf",
    "brandenburg": "brandenburg-catalog-original-input.rdf",
}


def record_of(said: Metadata, id: str = "das-ding") -> Record:
    return Record(id=id, said=said, created=NOW, changed=NOW)


def written(records: list[Record], format: str = "nt", **more: object) -> bytes:
    return b"".join(rdf.write(records, format, base_url=BASE, **more))  # type: ignore[arg-type]


def read_again(data: bytes, name: str = "a.nt", kinds: tuple[str, ...] = KINDS) -> list[Metadata]:
    parsed = rdf.parse(data, name=name)
    assert not parsed.findings
    return [rdf.read(one.payload)[0] for one in rdf.things(parsed.graph, kinds)]  # type: ignore[arg-type]


def plain(said: Metadata) -> str:
    """The digest without the names that we had to give."""
    return nameless(said).digest()


def nameless(value):
    if isinstance(value, tuple):
        return tuple(map(nameless, value))
    if not isinstance(value, Node | Metadata):
        return value
    fields = {name: nameless(getattr(value, name)) for name in value.__struct_fields__}
    if fields["iri"].startswith(("_:", BASE)):
        fields["iri"] = ""
    return type(value)(**{**fields, "id": ""} if isinstance(value, Distribution) else fields)


def file(shared, name: str) -> bytes:
    return gzip.decompress((shared / "data/dcat" / (name + ".gz")).read_bytes())


# -- out and in again


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_structs_can_say_comes_back_from_each_format(kind):
    @SLOWLY
    @given(metadata(kind), st.sampled_from(rdf.FORMATS))
    def check(said: Metadata, format: str) -> None:
        kinds = ("organization",) if kind == "organization" else tuple(one for one in KINDS if one != "organization")
        found = read_again(written([record_of(said)], format), f"a.{format}", kinds)
        found = [one for one in found if one.iri == said.iri]
        assert [plain(one) for one in found] == [plain(with_access(said))]

    check()


def with_access(metadata: Metadata) -> Metadata:
    """With an access URL for each file, as it goes out: the next best address where it has none."""
    files = [
        structs.replace(file, access_url=file.access_url or file.download_url or metadata.landing_page)
        for file in metadata.distributions
    ]
    return structs.replace(metadata, distributions=tuple(files))


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_read_once_stays_the_same_however_often_it_goes_out_and_in(kind):
    @SLOWLY
    @given(metadata(kind))
    def check(said: Metadata) -> None:
        kinds = ("organization",) if kind == "organization" else tuple(one for one in KINDS if one != "organization")
        first = next(one for one in read_again(written([record_of(said)]), kinds=kinds) if one.iri == said.iri)
        second = next(one for one in read_again(written([record_of(first)]), kinds=kinds) if one.iri == said.iri)
        assert second.digest() == first.digest()

    check()


TERMS = st.sampled_from(
    ("<http://x.example/d>", "<http://x.example/e>", "_:a", "_:b", "_:c", '"Wort"', '"Wort"@de', '"2021-03-04"', '"1"^^<http://x.example/t>')
)  # fmt: skip
PROPERTIES = st.sampled_from(
    [f"<http://purl.org/dc/terms/{name}>" for name in ("title", "publisher", "spatial", "license", "relation", "x")]
    + [f"<http://www.w3.org/ns/dcat#{name}>" for name in ("distribution", "contactPoint", "byteSize")]
)  # fmt: skip
DATASET = (
    "<http://x.example/d> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> .\n"
)


@SLOWLY
@given(st.lists(st.tuples(TERMS.filter(lambda term: term[0] != '"'), PROPERTIES, TERMS), max_size=12))
def test_no_statement_about_a_dataset_is_lost(statements):
    source = DATASET + "<http://x.example/d> <http://purl.org/dc/terms/title> \"T\" .\n" + "".join(
        f"{s} {p} {o} .\n" for s, p, o in statements
    )  # fmt: skip
    description = next(iter(rdf.things(rdf.parse(source.encode(), name="a.nt").graph)))
    assert_said_again(description.payload, *rdf.read(description.payload))


def assert_said_again(payload: bytes, said: Metadata, findings: tuple) -> None:
    """Each statement is in our export, blank nodes matched; or it was mended: a finding has its value word for word,
    and its words stand in the export."""
    thing = f"<{said.iri}>"
    if said.iri.startswith("_:"):
        thing, payload = f"<{BASE}/id/x>", payload.replace(said.iri.encode() + b" ", f"<{BASE}/id/x> ".encode())
    statements = [tuple(line[:-2].split(" ", 2)) for line in payload.decode().split("\n") if line]
    graph = rdf.graph(said, thing[1:-1], BASE)
    ours = {(s, p, o) for s, about in graph.items() for p, terms in about.items() for o in terms}
    nodes = {term for s, _, o in ours for term in (s, o)}
    mended = [one.value for one in findings if one.rule in ("value-mended", "term-former")]
    export = " ".join(text_of(o) for _, _, o in ours)
    for s, p, o in statements:
        if (s, p, o) in ours or (p.endswith("#type>") and s not in nodes):
            continue
        if o[0] == "_":  # the property got its present name; or the node was only a name, and that is looked for
            assert any((s, o) == (subject, term) for subject, _, term in ours) or o not in nodes, (s, p, o)
            continue
        words = text_of(o).strip()
        assert any(words in value for value in mended), (s, p, o)
        assert words in export, (s, p, o)


@pytest.mark.parametrize("name", CATALOGS)
def test_each_statement_of_a_real_catalogue_is_said_again_or_mended(shared, name):
    graph = rdf.parse(file(shared, CATALOGS[name]), name=name + ".rdf").graph
    for description in rdf.things(graph):
        assert_said_again(description.payload, *rdf.read(description.payload))


MENDED = {
    "rostock": {
        "term-former attribution": 8,
        "term-former availability": 773,
        "term-former contributor_ids": 100,
        "term-former custodians": 100,
        "term-former geocoding": 99,
        "term-former geocoding_description": 100,
        "term-former geocoding_levels": 100,
        "value-mended access": 100,
        "value-mended email": 200,
        "value-mended languages": 873,
        "value-mended size": 521,
        "value-mended geometry": 100,
        "value-unread value": 3,
    },
    "bremen": {
        "address-unreadable access_url": 5,
        "term-former contributor_ids": 153,
        "term-former custodians": 153,
        "term-former end": 153,
        "term-former originators": 153,
        "term-former start": 153,
        "value-mended access_url": 232,
        "value-mended email": 153,
        "value-mended issued": 153,
    },
    "brandenburg": {
        "term-former geocoding": 62,
        "term-former geocoding_levels": 62,
        "value-mended access_url": 64,
        "value-mended download_url": 64,
        "value-mended format": 212,
        "value-mended identifiers": 62,
        "value-mended media_type": 150,
        "value-mended modified": 4,
        "value-mended other_identifiers": 2,
        "value-mended publisher": 47,
        "value-unread licence": 144,
    },
}


@pytest.mark.parametrize("name", MENDED)
def test_as_much_is_mended_in_real_catalogues_as_was_counted(shared, name):
    graph = rdf.parse(file(shared, CATALOGS[name]), name=name + ".rdf").graph
    counted = Counter(
        f"{one.rule} {one.field}" for description in rdf.things(graph) for one in rdf.read(description.payload)[1]
    )
    assert counted == MENDED[name]


def test_the_golden_catalogue_needs_no_mending(shared):
    golden = (shared / "standards/derived/golden/heidelberg-golden.ttl").read_bytes()
    assert [rdf.read(one.payload)[1] for one in rdf.things(rdf.parse(golden).graph)] == [()] * 4


def test_both_serialisations_of_brandenburg_give_the_same_metadata(shared):
    """Nine descriptions have no-break spaces in one file and plain ones in the other."""
    digests = []
    for suffix in ("rdf", "ttl"):
        name = f"brandenburg-catalog-original-input.{suffix}"
        graph = rdf.parse(file(shared, name).replace("\u00a0".encode(), b" "), name=name).graph
        digests.append({one.iri: rdf.read(one.payload)[0].digest() for one in rdf.things(graph)})
    assert digests[0] == digests[1]
    assert len(digests[0]) == 112


# -- the forms


@pytest.mark.parametrize("format", ["ttl", "rdf", "jsonld"])
def test_all_formats_say_the_same_graph(shared, format):
    graph = rdf.parse(file(shared, CATALOGS["bremen"]), name="bremen.rdf").graph
    records = [record_of(rdf.read(one.payload)[0], f"r{n}") for n, one in enumerate(rdf.things(graph)) if n < 30]
    names = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
    ours = rdflib.Graph().parse(data=written(records, format), format=names[format])
    assert isomorphic(ours, rdflib.Graph().parse(data=written(records, "nt"), format="nt"))


def test_blank_nodes_of_two_records_never_meet():
    first, second = (record_of(a_dataset(f"D{n}", iri=f"https://a.example/{n}"), f"d{n}") for n in (1, 2))
    for format in rdf.FORMATS:
        both = rdf.parse(written([first, second], format), name=f"a.{format}").graph
        blank = {subject for subject in both if subject.startswith(b"_")}
        assert len(blank) == 2, format


def test_a_concept_that_many_refer_to_is_described_once():
    records = [record_of(a_dataset(f"D{n}", iri=f"https://a.example/{n}"), f"d{n}") for n in range(3)]
    assert written(records, "nt").count(b'"Datenlizenz Deutschland') == 0
    assert (
        written(records, "nt").count(b'data-theme/TRAN> <http://www.w3.org/2004/02/skos/core#prefLabel> "Verkehr"@de')
        == 1
    )


def test_a_local_link_leaves_as_an_absolute_one():
    said = a_metadata("P", "project", publisher=Agent(id="amt", name={"de": "Amt"}), landing_page="/projekte/p")
    lines = written([record_of(said, "p")]).decode()
    assert f"<{BASE}/projekte/p>" in lines
    assert f"<{BASE}/id/p>" in lines


def test_what_is_no_dcat_resource_has_a_document_and_no_catalogue_record():
    lines = written([record_of(a_metadata("P", "project"), "p")]).decode()
    assert "CatalogRecord" not in lines
    assert (
        f"<{BASE}/id/p#record> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Document>"
        in lines
    )


def test_statements_go_with_the_node_that_an_override_took_away():
    said = a_dataset(
        iri="http://x.example/d",
        publisher=Agent(iri="_:b0", name={"de": "Amt"}),
        statements='_:b0 <http://x.example/p> "q" .\n<http://x.example/d> <http://x.example/p> "r" .\n',
    )
    assert b'"q"' in written([record_of(said)])
    without = msgspec.structs.replace(said, publisher=None)
    assert b'"q"' not in written([record_of(without)])
    assert b'"r"' in written([record_of(without)])


def test_nothing_invalid_leaves_whatever_a_form_lets_in():
    said = a_dataset(
        iri="https://x.example/ein ding",
        landing_page='https://x.example/<a>"b" c',
        publisher=Agent(name={"de": 'Amt "für" \\ \x07 alles'}, email="a b@c", homepage="http://[x"),
    )
    for format in rdf.FORMATS:
        again = rdf.parse(written([record_of(said)], format), name=f"a.{format}")
        assert not again.findings
        assert not any(b" <" in one and b"\\u" in one for about in again.graph.values() for one in about)


def test_xml_has_no_name_for_some_properties_and_keeps_their_words_in_a_note():
    said = a_dataset(iri="http://x.example/d", statements='<http://x.example/d> <http://x.example/1> "wichtig" .\n')
    assert b"http://x.example/1: wichtig" in written([record_of(said)], "rdf")
    rdf.parse(written([record_of(said)], "rdf"), name="a.rdf")


def test_a_carriage_return_is_the_same_text_in_each_format():
    text = "A\r\nB\rC\n\tD \r"
    records = [record_of(a_dataset(iri="http://x.example/d", description={"de": text}))]
    names = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
    for format in rdf.FORMATS:
        graph = rdflib.Graph().parse(data=written(records, format), format=names[format])
        assert rdflib.Literal(text, "de") in set(graph.objects()), format
        assert read_again(written(records, format), f"a.{format}", ("dataset",))[0].description == {"de": text}, format


# -- the official shapes


@pytest.mark.parametrize("shape_set", ["ap301_base", "ap301_range", "ap301_full1", "hvd300_base", "de30_spec"])
def test_the_golden_catalogue_goes_through_us_without_a_violation(shared, shape_set):
    golden = (shared / "standards/derived/golden/heidelberg-golden.ttl").read_bytes()
    records = [
        record_of(rdf.read(one.payload)[0], f"r{n}") for n, one in enumerate(rdf.things(rdf.parse(golden).graph))
    ]
    assert len(records) == 4
    assert not violations(written(records, "ttl", catalogue=a_catalogue()), shape_set)


def a_catalogue() -> Catalogue:
    return Catalogue(
        title={"de": "Katalog"},
        description={"de": "Alle Daten der Stadt."},
        publisher=Agent(iri=f"{BASE}/id/stadt", name={"de": "Stadt Beispielberg"}),
        licence="http://dcat-ap.de/def/licenses/dl-zero-de/2.0",
        theme_taxonomies=("http://publications.europa.eu/resource/authority/data-theme",),
    )


def test_a_page_names_its_neighbours_in_new_and_old_words():
    page = rdf.HydraPage(f"{BASE}/catalog.ttl?page=2", f"{BASE}/catalog.ttl?page=1", f"{BASE}/catalog.ttl?page=1",
                         f"{BASE}/catalog.ttl?page=3", f"{BASE}/catalog.ttl?page=3", 250, 100)  # fmt: skip
    records = [a_record(), a_record("p", "P", "project")]
    text = rdf.write_page(a_catalogue(), records, page, "ttl", BASE).decode()
    assert f"hydra:next <{BASE}/catalog.ttl?page=3>" in text
    assert f'hydra:nextPage "{BASE}/catalog.ttl?page=3"' in text
    assert 'hydra:totalItems "250"^^xsd:integer' in text
    assert text.count("hydra:PagedCollection") == 1
    assert f"dcat:dataset <{BASE}/id/radwege>" in text
    assert f"dcat:dataset <{BASE}/id/p>" not in text
    last = rdf.write_page(a_catalogue(), records, page._replace(next=""), "ttl", BASE).decode()
    assert "hydra:next" not in last


def test_our_iri_of_a_harvested_thing_is_said_to_be_the_publishers() -> None:
    """What is registered here points to /id/…; a reader of the export finds the thing all the same."""
    harvested = a_record(
        "radwege", said=a_dataset(iri="https://stadt.example.org/id/radwege"), changed=datetime.now(UTC)
    )
    registered = a_record("projekt", kind="project", changed=datetime.now(UTC))
    nt = b"".join(rdf.write([harvested, registered], "nt", base_url="https://lotse.example.org")).decode()
    same = "<https://lotse.example.org/id/radwege> <http://www.w3.org/2002/07/owl#sameAs> "
    assert same + "<https://stadt.example.org/id/radwege> ." in nt
    assert nt.count("sameAs") == 1
