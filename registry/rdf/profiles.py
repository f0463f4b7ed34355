"""The application profiles in which records are written: each changes the graphs that `graphs` builds.

Those graphs satisfy DCAT-AP.de, DCAT-AP and, where it applies, DCAT-AP HVD at once; a profile names itself in the
catalogue's entries, and has its own licences or further statements. `PROFILES` is the table, the default first.

Entry points: `PROFILES`, `profile_of` (by token or IRI), `with_contributor`.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import count
from typing import Final, NamedTuple

from registry.model import Metadata
from registry.rdf.graphs import Graph
from registry.rdf.terms import TYPE, iri_term
from vocab import profile as asked
from vocab.concepts import concept_list
from vocab.legal_bases import marks_high_value
from vocab.namespaces import DCAT, DCT, EU, PREFIXES, SKOS

Change = Callable[[Graph], Graph]


class OutputProfile(NamedTuple):
    """A profile of what is written. `token`: its name in addresses; `iri`: where it is published, `aliases`: other
    IRIs by which clients ask for it; `only`: which things have it; `change`: of a graph, None for schema.org."""

    token: str
    iri: str
    title: str
    aliases: tuple[str, ...] = ()
    change: Change | None = None
    only: Callable[[Metadata], bool] = lambda _: True


# -- changes of graphs


@cache
def _european_licences() -> Mapping[str, str]:
    """Term of a licence of our list -> term of the EU licence that is the same."""
    licences = ((licence.iri, match) for licence in concept_list("licences") for match in licence.matches)
    return {iri_term(iri): iri_term(match) for iri, match in licences if match.startswith(EU.licence)}


def _with_european_licences(graph: Graph) -> Graph:
    """The graph with the licences of the EU; of each of them it says which German licence is the same."""
    european = _european_licences()
    renamed = with_other_terms(graph, european)
    match = iri_term(SKOS.exactMatch)
    for german in graph.keys() & european.keys():
        renamed[european[german]][match] = {german: None}
    return renamed


def with_other_terms(graph: Graph, other: Mapping[str, str]) -> Graph:
    """The graph with other terms in place of some, as subject and as object."""
    changed: Graph = {}
    for subject, about in graph.items():
        target = changed.setdefault(other.get(subject, subject), {})
        for predicate, terms in about.items():
            target.setdefault(predicate, {}).update(dict.fromkeys(other.get(term, term) for term in terms))
    return changed


_ROLES: Final = "http://inspire.ec.europa.eu/metadata-codelist/ResponsiblePartyRole/"
_PARTIES: Final = {
    iri_term(DCT.publisher): "publisher",
    iri_term(DCT.creator): "author",
    iri_term(PREFIXES["geodcatap"] + "custodian"): "custodian",
    iri_term(PREFIXES["geodcatap"] + "originator"): "originator",
}
_ATTRIBUTION: Final = {
    name: iri_term(PREFIXES["prov"] + name) for name in ("qualifiedAttribution", "Attribution", "agent")
}
_GEOMETRY, _BOX = iri_term(PREFIXES["locn"] + "geometry"), iri_term(DCAT.bbox)
_GEOMETRY_CLASS, _AS_WKT = iri_term(PREFIXES["locn"] + "Geometry"), iri_term(PREFIXES["geo"] + "asWKT")
_RESOURCES: Final = frozenset(iri_term(DCAT[name]) for name in ("Dataset", "DatasetSeries", "DataService"))


def _with_parties_and_geometries(graph: Graph) -> Graph:
    """The graph as geographical clients read it: each party also with its role in ISO 19115, each box as a geometry."""
    changed: Graph = {}
    numbers = count()
    for subject, about in graph.items():
        changed[subject] = dict(about)
        if _BOX in about:
            node = f"_:geometry{next(numbers)}"
            changed[subject][_GEOMETRY] = {node: None}
            changed[node] = {TYPE: {_GEOMETRY_CLASS: None}, _AS_WKT: about[_BOX]}
        if _RESOURCES.isdisjoint(about.get(TYPE, ())):
            continue
        for agent, role in _parties(about):
            node = f"_:party{next(numbers)}"
            attributions = changed[subject].get(_ATTRIBUTION["qualifiedAttribution"], {})
            changed[subject][_ATTRIBUTION["qualifiedAttribution"]] = {**attributions, node: None}
            changed[node] = {
                TYPE: {_ATTRIBUTION["Attribution"]: None},
                _ATTRIBUTION["agent"]: {agent: None},
                iri_term(DCAT.hadRole): {iri_term(_ROLES + role): None},
            }
    return changed


def _parties(about: Mapping[str, Mapping[str, None]]) -> Iterable[tuple[str, str]]:
    return [(agent, role) for property, role in _PARTIES.items() for agent in about.get(property, ())]


def _named(iri: str, change: Change = lambda graph: graph) -> Change:
    """A change, after which the catalogue's entries name the profile `iri`."""
    german = iri_term(asked.profile(asked.DE).iri)
    return lambda graph: with_other_terms(change(graph), {german: iri_term(iri)})


def _is_high_value(metadata: Metadata) -> bool:
    return marks_high_value(metadata.legislation)


def _profile(name: str, token: str, *aliases: str) -> OutputProfile:
    table = asked.profile(name)
    return OutputProfile(token, table.iri, table.title, aliases, _named(table.iri, _with_european_licences))


_GEO: Final = "https://semiceu.github.io/GeoDCAT-AP/releases/3.0.0/"
_DCAT: Final = "https://www.w3.org/TR/vocab-dcat-3/"
PROFILES: Final = (
    OutputProfile(
        "dcat-ap-de-3",
        asked.profile(asked.DE).iri,
        "DCAT-AP.de 3.0",
        ("http://dcat-ap.de/def/dcatde/", "https://www.dcat-ap.de/def/dcatde/3.0/spec"),
        lambda graph: graph,
    ),
    _profile(asked.EU, "dcat-ap-3", "http://data.europa.eu/r5r/", "https://semiceu.github.io/DCAT-AP/releases/3.0.1"),
    _profile(asked.HVD, "dcat-ap-hvd", "https://semiceu.github.io/DCAT-AP/releases/3.0.0-hvd")._replace(
        only=_is_high_value
    ),
    OutputProfile("geodcat-ap", _GEO, "GeoDCAT-AP 3.0", (PREFIXES["geodcatap"],),
                  _named(_GEO, lambda graph: _with_parties_and_geometries(_with_european_licences(graph)))),
    OutputProfile("schema-org", "https://schema.org/", "schema.org", ("http://schema.org/", "https://schema.org")),
    OutputProfile("dcat-3", _DCAT, "DCAT 3", (PREFIXES["dcat"], "http://www.w3.org/ns/dcat"), _named(_DCAT)),
)  # fmt: skip
DEFAULT: Final = PROFILES[0]


def profile_of(name: str) -> OutputProfile | None:
    """The profile with this token, IRI or alias; None if there is none."""
    return next((row for row in PROFILES if name in (row.token, row.iri, *row.aliases)), None)


# -- the data provider of DCAT-AP.de


def contributor_iri(contributor: str) -> str:
    """The IRI of a data provider: an IRI itself, else an id of GovData's list."""
    concept = concept_list("contributors").get(contributor)
    return concept.iri if concept else contributor


_CONTRIBUTOR: Final = iri_term(PREFIXES["dcatde"] + "contributorID")


def with_contributor(graph: Graph, contributor: str) -> Graph:
    """The graph in which each dataset names its data provider: that of its source, else `contributor` ("": none)."""
    if not contributor:
        return graph
    term = iri_term(contributor_iri(contributor))
    dataset = iri_term(DCAT.Dataset)
    return {
        subject: {**about, _CONTRIBUTOR: {term: None}}
        if dataset in about.get(TYPE, ()) and _CONTRIBUTOR not in about
        else about
        for subject, about in graph.items()
    }
