"""The columns of a file (CSVW) in RDF: as we write them, and in the lists that CSVW prescribes.

Covers: registry/rdf/ordered_lists.py
"""

from registry import rdf
from registry.model import Column, Distribution, Metadata, TableSchema
from tests.builders import a_dataset
from vocab.concepts import concept_list

LISTED = """
@prefix csvw: <http://www.w3.org/ns/csvw#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://daten.example.org/d> a dcat:Dataset ; dct:title "Bäume"@de ; dcat:distribution <https://daten.example.org/f> .
<https://daten.example.org/f> a dcat:Distribution ; dcat:accessURL <https://daten.example.org/f.csv> ;
  csvw:tableSchema [ a csvw:Schema ; csvw:column (
    [ csvw:name "nummer" ] [ csvw:name "hoehe" ; csvw:title "Höhe"@de ; csvw:datatype xsd:decimal ] [ csvw:name "art" ]
  ) ] .
"""


def metadata_of(turtle: bytes) -> Metadata:
    (thing,) = rdf.things(rdf.parse(turtle, name="a.ttl").graph)
    metadata, findings = rdf.read(thing.payload)
    assert findings == ()
    return metadata


def again(metadata: Metadata) -> Metadata:
    graph = rdf.graph(metadata, "https://daten.example.org/d", "https://portal.example.org")
    return metadata_of(b"".join(rdf.written([("x", graph)], "ttl")))


def columns(metadata: Metadata) -> list[tuple[int | None, str, str, str]]:
    schema = metadata.distributions[0].table_schema
    assert schema
    return [(column.number, column.name, column.title.get("de", ""), column.datatype) for column in schema.columns]


def test_columns_come_back_with_all_that_is_said_of_them_in_their_order() -> None:
    names = ("nummer", "hoehe", "art", "Stadtteil")
    schema = TableSchema(
        columns=tuple(
            Column(
                number=number,
                name=name,
                title={"de": f"Spalte {number}", "en": f"Column {number}"},
                description={"de": "Was sie bedeutet"},
                datatype=concept_list("column-types").by_notation["number"].iri,
                unit="m",
                aggregate=concept_list("aggregates").by_notation["mittel"].iri,
            )
            for number, name in enumerate(names, 1)
        )
    )
    file = Distribution(access_url="https://daten.example.org/f.csv", table_schema=schema)
    metadata = a_dataset(iri="https://daten.example.org/d", distributions=(file,))
    (read,) = again(metadata).distributions
    assert read.table_schema
    assert [column.name for column in read.table_schema.columns] == list(names)
    assert [column.title for column in read.table_schema.columns] == [column.title for column in schema.columns]
    assert {(column.unit, column.aggregate, column.datatype) for column in read.table_schema.columns} == {
        (column.unit, column.aggregate, column.datatype) for column in schema.columns
    }
    assert again(metadata).statements == ""


def test_the_list_of_columns_that_csvw_prescribes_is_read_in_its_order_and_nothing_is_left_over() -> None:
    metadata = metadata_of(LISTED.encode())
    decimal = "http://www.w3.org/2001/XMLSchema#decimal"
    assert columns(metadata) == [(1, "nummer", "", ""), (2, "hoehe", "Höhe", decimal), (3, "art", "", "")]
    assert metadata.statements == ""
    assert columns(again(metadata)) == columns(metadata)


def test_an_empty_list_of_columns_is_no_column() -> None:
    start, _, rest = LISTED.partition("(")
    (file,) = metadata_of((start + "()" + rest.partition(")")[2]).encode()).distributions
    assert file.table_schema is not None
    assert file.table_schema.columns == ()
