"""Our own context, and the contexts of others.

Covers: registry/rdf/nesting.py, registry/rdf/foreign_contexts.py
"""

import orjson
import pytest

from registry import rdf
from registry.errors import SourceError
from registry.rdf.descriptions import things
from registry.rdf.jsonld import CONTEXT
from registry.rdf.parsing import parse
from registry.rdf.reading import read
from tests.builders import a_dataset, a_record
from vocab.fields import FIELDS


def written(**fields) -> dict:
    data = b"".join(rdf.write([a_record(said=a_dataset(**fields))], "jsonld", base_url="https://k.example"))
    return orjson.loads(data)


def test_each_property_has_one_term_and_each_term_one_property():
    properties = [term["@id"] for term in CONTEXT.values() if isinstance(term, dict)]
    assert len(properties) == len(set(properties))
    assert {row.property for row in FIELDS} <= set(properties)


def test_a_property_has_one_form_in_all_its_rows():
    """The context cannot say two, for a term means the same wherever it stands."""
    by_id = ("iri", "concept", "link", "node", "email", "telephone")
    forms: dict[str, set[str]] = {}
    for row in FIELDS:
        form = "id" if row.form in by_id else "text" if row.form == "words" else row.form
        forms.setdefault(row.property, set()).add(form)
    assert {property: found for property, found in forms.items() if len(found) > 1} == {}


def test_no_term_can_be_taken_for_a_prefix():
    assert all(not term.endswith(("#", "/", ":")) for term in CONTEXT.values() if isinstance(term, str))
    assert not {"geo", "tel", "mailto", "urn", "http", "https"} & set(CONTEXT)


def test_a_record_reads_like_its_fields():
    document = written(title="Radwege", iri="https://x.example/d")
    node = next(one for one in document["@graph"] if one["@id"] == "https://x.example/d")
    assert node["title"] == {"de": "Radwege"}
    assert node["@type"] == ["Dataset", "Resource"]
    assert node["theme"] == "http://publications.europa.eu/resource/authority/data-theme/TRAN"
    assert node["publisher"] == {"@type": "Agent", "name": {"de": "Amt für Mobilität"}}
    assert document["@context"] == CONTEXT


def test_words_without_a_language_stay_so():
    document = written(description={"und": "x", "de": "y"}, iri="https://x.example/d")
    node = next(one for one in document["@graph"] if one["@id"] == "https://x.example/d")
    assert node["description"] == {"@none": "x", "de": "y"}


def one_dataset(text: str):
    (description,) = things(parse(text.encode(), name="a.jsonld").graph)
    return read(description.payload)


def test_the_context_of_dcat_ap_is_replaced_and_means_what_it_means_there(shared):
    folder = shared / "standards/dcat-ap/3.0.1/examples"
    for file in sorted(folder.glob("example-bee-*.jsonld")):
        assert list(things(parse(file.read_bytes(), name=file.name).graph)), file.name
    bees, _ = one_dataset((folder / "example-bee-population.jsonld").read_text())
    assert bees.title == {"en": "Bee population"}
    assert bees.publisher.iri == "example-ag:GreekEnvironmentAgency"
    said, _ = one_dataset("""{"@context": "https://semiceu.github.io/DCAT-AP/releases/3.0.0/context/dcat-ap.jsonld",
"@id": "http://x.example/d", "@type": "Dataset", "Dataset.title": {"de": "T"}, "Dataset.theme": "http://x.example/t"}""")
    assert said.title == {"de": "T"}
    assert said.themes == ("http://x.example/t",)


def test_schema_org_is_known_without_fetching():
    said, _ = one_dataset("""{"@context": "https://schema.org", "@type": "Event", "@id": "http://x.example/e",
"name": "Fest", "startDate": "2026-05-01T10:00:00+02:00", "url": "http://x.example/fest"}""")
    assert (said.kind, said.title, said.starts) == ("event", {"und": "Fest"}, "2026-05-01T10:00:00+02:00")
    assert said.landing_page == "http://x.example/fest"


@pytest.mark.parametrize(
    "context",
    [
        '"http://127.0.0.1:9/context.jsonld"',
        '["https://schema.org", "https://evil.example/c"]',
        '{"@import": "https://evil.example/c"}',
        '{"t": {"@id": "http://x.example/t", "@context": "https://evil.example/c"}}',
        '{"t": {"@id": "http://x.example/t", "@context": {"@import": "https://evil.example/c"}}}',
        '"https://semiceu.github.io.evil.example/dcat-ap.jsonld"',
    ],
)
def test_other_contexts_are_refused_by_name_wherever_they_stand(context):
    for text in (f'{{"@context": {context}, "@id": "http://x.example/d"}}',
                 f'{{"@graph": [{{"http://p.example": {{"@context": {context}}}}}]}}'):  # fmt: skip
        with pytest.raises(SourceError, match="(127.0.0.1:9|evil.example)"):
            parse(text.encode(), name="a.jsonld")


def test_an_address_of_a_context_that_is_endless_is_refused_at_once():
    for part in ("context", "dcat-ap"):
        address = "https://semiceu.github.io/" + part * 300_000
        for context in (address, [address], {"x": {"@id": "http://x.example", "@context": address}}):
            with pytest.raises(SourceError, match="would have to be fetched"):
                parse(orjson.dumps({"@context": context, "@id": "http://a.example"}), name="a.jsonld")
