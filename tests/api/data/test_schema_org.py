"""The description of a record that search engines read."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import to_builtins
from starlette.testclient import TestClient

from api.data.schema_org import described
from api.web import addresses
from api.web.addresses import LANGS
from registry.model import Agent, Distribution, Metadata, Period, Place
from registry.store.store import Selection
from tests.builders import LICENCE, a_dataset, a_metadata, a_record
from tests.town import BASE, Town
from vocab.concepts import concept_list
from vocab.geometry import bounds
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


def box_of(place: Place) -> str:
    west, south, east, north = bounds(place.geometry or place.bbox or place.centroid) or (0, 0, 0, 0)
    return f"{south:g} {west:g} {north:g} {east:g}"


def test_nothing_is_empty_and_nothing_is_made_up(city: Town) -> None:
    """Each value over the whole sample city is one of the record, its address, or the label or page of a concept."""
    kinds = set()
    for record in city.catalog.store.find(Selection(state="published")):
        kinds.add(record.kind)
        for lang in LANGS:
            data = described(record, BASE, lang)
            metadata_text = json.dumps(to_builtins(record.metadata), ensure_ascii=False)
            page = {"https://schema.org", KIND_ROWS[record.kind].schema_org, "DataDownload", "Organization"}
            page |= {"Place", "GeoShape", *(box_of(place) for place in record.metadata.places)}
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


# -- the properties that Google's search for datasets requires and recommends, and the form of each

_ADDRESS = re.compile(r"https?://\S+")
_DATE = r"-?\d{4,}(?:-\d\d(?:-\d\d)?)?(?:T\S+)?"
_INTERVAL = re.compile(rf"(?:{_DATE}|\.\.)/(?:{_DATE}|\.\.)")
_BOX = re.compile(r"-?\d+(?:\.\d+)?(?: -?\d+(?:\.\d+)?){3}")
_FORMS: dict[str, re.Pattern[str]] = {
    "url": _ADDRESS, "license": _ADDRESS, "sameAs": _ADDRESS, "isPartOf": _ADDRESS, "temporalCoverage": _INTERVAL,
    "datePublished": re.compile(_DATE), "dateModified": re.compile(_DATE),
}  # fmt: skip
_RECOMMENDED = {  # property -> whether a record says it
    "keywords": lambda metadata: metadata.keywords,
    "publisher": lambda metadata: metadata.publisher and metadata.publisher.name,
    "creator": lambda metadata: any(creator.name for creator in metadata.creators),
    "license": lambda metadata: any(file.licence for file in metadata.distributions),
    "identifier": lambda metadata: metadata.identifiers,
    "temporalCoverage": lambda metadata: metadata.periods,
    "spatialCoverage": lambda metadata: any(place.name or place.bbox or place.geometry for place in metadata.places),
    "distribution": lambda metadata: any(file.access_url for file in metadata.distributions),
    "version": lambda metadata: metadata.version,
    "sameAs": lambda metadata: metadata.landing_page.startswith("http"),
}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def faults_for_google(data: dict[str, Any], metadata: Metadata) -> list[str]:
    """The properties that are missing or have a wrong form. A description is not made longer than its record has it."""
    faults = [name for name in ("name", "description", "url", "includedInDataCatalog") if not data.get(name)]
    longest = max(map(len, (metadata.description or metadata.abstract).values()), default=0)
    faults += ["description"] if not min(longest, 50) <= len(data.get("description", "")) <= 5000 else []
    faults += [name for name, says in _RECOMMENDED.items() if says(metadata) and not data.get(name)]
    faults += [
        name for name, form in _FORMS.items() for value in listed(data.get(name, [])) if not form.fullmatch(value)
    ]
    for place in listed(data.get("spatialCoverage", [])):
        faults += [] if _BOX.fullmatch(place.get("geo", {}).get("box", "0 0 0 0")) else ["box"]
    faults += (
        [] if all(_ADDRESS.fullmatch(file["contentUrl"]) for file in data.get("distribution", [])) else ["contentUrl"]
    )
    return faults


def test_pages_have_what_google_requires_and_recommends(city: Town, browser: TestClient) -> None:
    seen: set[str] = set()
    for record in city.catalog.store.find(Selection(shown=True)):
        if not KIND_ROWS[record.kind].has_files:
            continue
        for lang in LANGS:
            page = browser.get(addresses.page(record.kind, record.id, lang)).text
            (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
            data = json.loads(block)
            assert faults_for_google(data, record.metadata) == [], record.id
            seen |= data.keys()
    assert seen >= {"keywords", "publisher", "license", "temporalCoverage", "spatialCoverage", "distribution"}


def test_the_checker_sees_what_is_wrong() -> None:
    metadata = a_dataset(periods=(Period(start="2020"),), identifiers=("a",))
    whole = described(a_record("x", said=metadata), BASE, "de") | {"includedInDataCatalog": {"url": BASE}}
    assert faults_for_google(whole, metadata) == []
    for name, value in (("name", ""), ("description", "kurz"), ("temporalCoverage", "2020"), ("identifier", None),
                        ("license", "frei"), ("distribution", [{"contentUrl": "a.csv"}])):  # fmt: skip
        assert faults_for_google(whole | {name: value}, metadata), name
