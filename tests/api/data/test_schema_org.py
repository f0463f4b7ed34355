"""The description of a record that search engines read."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import to_builtins

from api.data.schema_org import described
from api.web.addresses import LANGS
from registry.model import Agent, Distribution, Period
from registry.store.store import Selection
from tests.builders import LICENCE, a_dataset, a_metadata, a_record
from tests.town import BASE, Town
from vocab.concepts import concept_list
from vocab.kinds import KIND_ROWS


def test_search_engines_get_a_description_that_cannot_break_out(city: Town) -> None:
    from api.data.schema_org import script

    evil = a_record("x", said=a_dataset("</script><script>alert(1)</script>"))
    made = str(script(evil, "https://x.example", "de"))
    assert made.count("<script") == made.count("</script>") == 1
    data = json.loads(made.partition(">")[2].rpartition("</script>")[0])
    assert data["@type"] == "Dataset"
    assert data["name"] == "</script><script>alert(1)</script>"


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        assert value, "nothing is empty"
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    else:
        yield value


def test_nothing_is_empty_and_nothing_is_made_up(city: Town) -> None:
    """Each value over the whole sample city is one of the record, its address, or the label or page of a concept."""
    kinds = set()
    for record in city.catalog.store.find(Selection(state="published")):
        kinds.add(record.kind)
        for lang in LANGS:
            data = described(record, BASE, lang)
            metadata_text = json.dumps(to_builtins(record.metadata), ensure_ascii=False)
            page = {"https://schema.org", KIND_ROWS[record.kind].schema_org, "DataDownload", "Organization"}
            concepts = [
                concept
                for name in ("licences", "file-types")
                for concept in concept_list(name)
                if concept.iri in metadata_text
            ]
            named = {concept.label(lang) for concept in concepts} | {concept.extra.get("url") for concept in concepts}
            for value in leaves(data):
                assert value not in (None, ""), (record.id, data)
                is_said = json.dumps(value, ensure_ascii=False)[1:-1] in metadata_text or set(
                    str(value).split("/")
                ) <= set([".."] + [part for period in record.metadata.periods for part in (period.start, period.end)])
                assert is_said or value is True or value in page | named or str(value).startswith(BASE), (
                    record.id,
                    value,
                )
    assert kinds >= {"dataset", "project", "event", "organization"}


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({"publisher": Agent(iri="https://amt.example.org/")}, {}),
        ({"publisher": Agent(name={"de": " "})}, {}),
        ({"publisher": Agent(name={"de": "Amt"})}, {"publisher": {"@type": "Organization", "name": "Amt"}}),
        ({"creators": (Agent(name={"de": "A"}),)}, {"creator": {"@type": "Organization", "name": "A"}}),
        ({"periods": (Period(),)}, {}),
        ({"periods": (Period(start="2020"),)}, {"temporalCoverage": "2020/.."}),
        ({"distributions": (Distribution(id="a"),)}, {}),
        (
            {"distributions": (Distribution(id="a", licence="https://eigene.example.org/lizenz"),)},
            {"license": "https://eigene.example.org/lizenz"},
        ),
        ({"keywords": {"de": (" ",)}}, {}),
    ],
)
def test_what_is_not_known_is_left_out(fields: dict[str, Any], known: dict[str, Any]) -> None:
    data = described(a_record("x", said=a_metadata(**fields)), BASE, "de")
    assert {
        key: value for key, value in data.items() if key not in ("@context", "@type", "@id", "url", "name")
    } == known


def test_it_is_free_where_each_file_has_an_open_licence() -> None:
    closed = concept_list("licences").by_notation["cc-by-nc/4.0"].iri
    for licences, is_free in (((LICENCE,), True), ((LICENCE, closed), None), ((), None), ((LICENCE, ""), None)):
        files = tuple(Distribution(id=str(at), licence=licence) for at, licence in enumerate(licences))
        data = described(a_record("x", said=a_metadata(distributions=files)), BASE, "de")
        assert data.get("isAccessibleForFree") is is_free, licences
