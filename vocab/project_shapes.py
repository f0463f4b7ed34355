"""Our project profile as SHACL shapes; `python -m vocab.project_shapes` prints what stands in shapes.ttl.

They are for others who want to validate. Datasets, series and services have the shapes of DCAT-AP and DCAT-AP.de; here
are the classes that these do not have. A missing mandatory field is a violation, a recommended one a warning.
"""

from collections.abc import Iterator
from typing import Final

from vocab.fields import TYPES, Field, fields_of
from vocab.kinds import KIND_ROWS
from vocab.namespaces import OWN, PREFIXES, curie
from vocab.profile import PROJECT, level

CLASSES: Final = (*(kind.name for kind in KIND_ROWS.values() if not kind.in_dcat),
                  "Association", "Funding", "Money", "Milestone", "PhaseStep", "CostStep", "Opportunity", "Indicator",
                  "Observation")  # fmt: skip
USED_PREFIXES: Final = ("adms", "cpsv", "cv", "dcat", "dcatap", "dct", "foaf", "lotse", "org", "prov", "schema", "skos",
                        "vcard", "xsd")  # fmt: skip
LEAD: Final = "<https://w3id.org/lotse/voc/role/federfuehrung>"
EU_THEME: Final = "^http://publications.europa.eu/resource/authority/data-theme/"
OWN_LISTS: Final = {"phases": "phase", "roles": "role", "opportunities": "opportunity",
                    "organization-kinds": "organization-kind", "budget-states": "budget-state",
                    "aggregates": "aggregate"}  # fmt: skip
MAX_ABSTRACT: Final = 400  # characters

_DATE: Final = "sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:dateTime ] [ sh:datatype xsd:gYearMonth ] [ sh:datatype xsd:gYear ] )"  # noqa: E501
_FORMS: Final = {
    "text": ("sh:or ( [ sh:datatype rdf:langString ] [ sh:datatype xsd:string ] )", "sh:uniqueLang true"),
    "words": ("sh:nodeKind sh:Literal",),
    "literal": ("sh:datatype xsd:string",),
    "date": (_DATE,),
    "decimal": ("sh:or ( [ sh:datatype xsd:decimal ] [ sh:datatype xsd:integer ] )",),
    "integer": ("sh:datatype xsd:nonNegativeInteger",),
    "duration": ("sh:datatype xsd:duration",),
    "iri": ("sh:nodeKind sh:IRI",),
    "concept": ("sh:nodeKind sh:IRI",),
    "link": ("sh:nodeKind sh:IRI",),
    "email": ("sh:nodeKind sh:IRI", 'sh:pattern "^mailto:"'),
    "telephone": ("sh:nodeKind sh:IRI", 'sh:pattern "^tel:"'),
    "node": ("sh:nodeKind sh:BlankNodeOrIRI",),
}


def shapes() -> str:
    """The shapes as Turtle."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Made from vocab/fields.py by `python -m vocab.project_shapes`; do not edit."
    yield f"@prefix rdf: <{PREFIXES['rdf']}> ."
    yield "@prefix sh: <http://www.w3.org/ns/shacl#> ."
    yield from (f"@prefix {prefix}: <{PREFIXES[prefix]}> ." for prefix in USED_PREFIXES)
    for cls in CLASSES:
        rows = [row for row in fields_of(cls) if level(cls, row.name, PROJECT)]
        yield ""
        yield f"<{OWN}{cls.capitalize() if cls.islower() else cls}Shape> a sh:NodeShape ;"
        yield f"  sh:targetClass {curie(TYPES[cls][0])} ;"
        if cls == "project":
            yield from _project()
        blocks = [block for row in rows for block in _blocks(row, cls)]
        for number, block in enumerate(blocks, 1):
            yield f"  sh:property [ {' ; '.join(block)} ] {'.' if number == len(blocks) else ';'}"


def _project() -> Iterator[str]:
    """The shapes of a project that do not follow from a single row."""
    yield f"  sh:property [ sh:path prov:qualifiedAssociation ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [ sh:property [ sh:path prov:hadRole ; sh:hasValue {LEAD} ] ] ] ;"  # noqa: E501
    yield f'  sh:property [ sh:path dcat:theme ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [ sh:pattern "{EU_THEME}" ] ] ;'  # noqa: E501
    yield f"  sh:property [ sh:path dct:abstract ; sh:maxLength {MAX_ABSTRACT} ; sh:severity sh:Warning ] ;"
    yield "  sh:property [ sh:path dcat:contactPoint ; sh:node [ sh:or ( [ sh:property [ sh:path vcard:hasEmail ; sh:minCount 1 ] ] [ sh:property [ sh:path vcard:hasURL ; sh:minCount 1 ] ] ) ] ] ;"  # noqa: E501


def _blocks(row: Field, cls: str) -> Iterator[list[str]]:
    """The property shapes of a row: its form, and, with its own severity, that it must or should be there."""
    path = f"sh:path {curie(row.property)}"
    names = [f'sh:name "{row.label_de}"@de , "{row.label_en}"@en']
    block = [path, *names, *_FORMS[row.form]]
    if row.form == "text" and row.many:
        block.remove("sh:uniqueLang true")
    if not row.many and row.form not in ("text", "words"):
        block.append("sh:maxCount 1")
    if row.values in OWN_LISTS:
        block.append(f'sh:pattern "^https://w3id.org/lotse/voc/{OWN_LISTS[row.values]}/"')
    wanted = level(cls, row.name, PROJECT)
    if wanted == "M":
        block.append("sh:minCount 1")
    yield block
    if wanted == "R":
        yield [path, "sh:minCount 1", "sh:severity sh:Warning"]


if __name__ == "__main__":
    print(shapes(), end="")
