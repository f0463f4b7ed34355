"""Any Metadata that the structs can say, made from the rows; for tests with hypothesis."""

from typing import Any

from hypothesis import strategies as st

from registry import model
from registry.model import Kind, Link, Metadata
from vocab.fields import STRUCTS, Field, fields_of

# Words as sources send them: any character but those that no RDF or XML can hold.
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\"\\\n\t'<>&{}"),
    min_size=1,
    max_size=30,
).filter(str.strip)  # blank words say nothing
KEYWORDS = WORDS.map(str.strip)  # and those around a keyword neither
TAGS = st.sampled_from(("de", "en", "und", "de-at", "nds"))
IRIS = st.builds(
    lambda host, path: f"https://{host}.example.org/{path}",
    st.sampled_from(("a", "b", "daten")),
    st.text("abcäö0-_/#?=%", max_size=12).map(
        lambda path: path.replace("%", "%C3").replace("#", "", path.count("#") - 1)
    ),
) | st.sampled_from(("urn:isbn:3", "geo:49.4,8.7", "https://[2001:db8::1]:8080/x", "dct:ohne-bedeutung"))
DATES = st.sampled_from(
    ("2021", "2021-03", "2021-03-04", "2021-03-04Z", "2021-03-04T10:00:00", "2021-03-04T10:00:00.123+01:00", "2024Z")
)
FORMS = {
    "text": st.dictionaries(TAGS, WORDS, max_size=3),
    "words": st.dictionaries(TAGS, st.lists(KEYWORDS, min_size=1, max_size=3, unique=True).map(tuple), max_size=2),
    "literal": WORDS,
    "date": DATES,
    "decimal": st.sampled_from(("0", "10.50", "-3.0", "250000.00")),
    "integer": st.integers(0, 10**17),
    "duration": st.sampled_from(("P1D", "PT15M", "P1Y2M3DT4H5M6.5S")),
    "hex": st.sampled_from(("ab12cd34", "00ff00ff")),
    "wkt": st.sampled_from(("POINT(8.69 49.41)", "POLYGON((8 49,9 49,9 50,8 49))")),
    "iri": IRIS,
    "concept": IRIS | st.just("http://dcat-ap.de/def/licenses/dl-by-de/2.0"),
    "email": st.sampled_from(("daten@example.org", "amt.fuer-umwelt@stadt.example.org")),
    "telephone": st.sampled_from(("+49-6221-58-0", "115")),
}


def nodes(cls: str) -> st.SearchStrategy[Any]:
    """Structs of a node class, without an IRI."""
    return st.fixed_dictionaries({}, optional={row.name: _field(row) for row in fields_of(cls)}).map(
        lambda fields: getattr(model, STRUCTS.get(cls, cls))(**_filled(fields))
    )


def _field(row: Field) -> st.SearchStrategy[Any]:
    strategy = nodes(row.node) if row.form == "node" else FORMS[row.form]
    if row.form == "text" and row.many:  # one language each: RDF does not say which words are translations
        strategy = st.dictionaries(TAGS, WORDS, min_size=1, max_size=1)
    if not row.many:
        return strategy
    return st.lists(strategy, min_size=1, max_size=2, unique_by=repr).map(tuple)


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in ({}, (), "", None)}


def metadata(kind: Kind) -> st.SearchStrategy[Metadata]:
    """Metadata of a kind with an IRI and a title, and some of what its rows allow."""
    rows = [row for row in fields_of(kind) if row.form != "link"]
    relations = [row.name for row in fields_of(kind) if row.form == "link"]
    links = (
        st.lists(st.builds(Link, st.sampled_from(relations), IRIS), max_size=3, unique=True)
        if relations
        else st.just([])
    )
    return st.builds(
        lambda fields, title, links: Metadata(
            kind=kind,
            iri="https://daten.example.org/das-ding",
            **{**_filled(fields), "title": title, "links": tuple(links)},
        ),
        st.fixed_dictionaries({}, optional={row.name: _field(row) for row in rows}),
        st.dictionaries(TAGS, WORDS, min_size=1, max_size=2),
        links,
    )
