"""The kinds of things in the catalogue, a row each: words, addresses, RDF types, what a kind may hold.

`KIND_ROWS` is the only list of them: addresses of pages, words of pages and API, reading and writing of RDF, CKAN and
schema.org follow from its rows. Which fields a kind has stands in `vocab/fields.py`. The order of the rows is the order
on pages and in documents.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from vocab.namespaces import iri

Words = Mapping[str, str]  # language ("de", "en") -> words


class KindRow(NamedTuple):
    """A kind of thing. Texts have "de" and "en"."""

    name: str
    singular: Words
    plural: Words
    short: Words  # the plural as tabs and headings say it
    address: Words  # first word of its pages' addresses
    types: tuple[str, ...]  # IRIs of RDF classes, all are written; the first tells the kind
    also_read: tuple[str, ...]  # IRIs of RDF classes that are read as this kind, too
    catalog_property: str  # IRI of the property by which a dcat:Catalog lists it; "": not a class of DCAT
    has_files: bool  # whether it may have distributions
    in_navigation: bool  # stands in the main navigation, and among the tabs of a search also where nothing is found
    schema_org: str  # its class at schema.org
    ckan_type: str  # `type` of its CKAN package
    aliases: tuple[str, ...]  # further words by which a source may name the kind
    drawing: str  # shapes of an SVG of 16 by 16

    @property
    def in_dcat(self) -> bool:
        """Whether it is a class of DCAT: data, with a dcat:CatalogRecord and the rules of DCAT-AP."""
        return bool(self.catalog_property)


def _both(words: str) -> Words:
    """Words in both languages from "German|English"."""
    de, _, en = words.partition("|")
    return {"de": de, "en": en}


def _row(
    name: str,
    words: tuple[str, str],
    address: str,
    types: str,
    *,
    drawing: str,
    schema_org: str,
    short: str = "",
    also_read: str = "",
    catalog_property: str = "",
    has_files: bool = False,
    in_navigation: bool = False,
    ckan_type: str = "",
    aliases: str = "",
) -> KindRow:
    """`words`: singular and plural, each "German|English"; `types`, properties: CURIEs; `aliases` parted by "|"."""
    return KindRow(
        name,
        _both(words[0]),
        _both(words[1]),
        _both(short or words[1]),
        _both(address),
        tuple(map(iri, types.split())),
        tuple(map(iri, also_read.split())),
        iri(catalog_property) if catalog_property else "",
        has_files,
        in_navigation,
        schema_org,
        ckan_type or name,
        tuple(filter(None, aliases.split("|"))),
        drawing,
    )


_ROWS = (
    _row("dataset", ("Datensatz|Dataset", "Datensätze|Datasets"), "daten|datasets", "dcat:Dataset dcat:Resource",
         short="Daten|Data", catalog_property="dcat:dataset", has_files=True, in_navigation=True, schema_org="Dataset",
         drawing='<rect x="1.5" y="2.5" width="13" height="11" rx="1"/><path d="M1.5 6h13M1.5 9.75h13M5.5 6v7.5"/>'),
    # DCAT-AP lists datasets and services only: a series is found through its datasets, and as a resource of the catalog
    _row("series", ("Datenserie|Dataset series", "Datenserien|Dataset series"), "datenserien|series",
         "dcat:DatasetSeries dcat:Resource", catalog_property="dcat:resource", has_files=True, schema_org="Dataset",
         ckan_type="dataset_series",
         drawing='<rect x="1.5" y="5" width="10" height="9" rx="1"/><path d="M4.5 5V2h10v9h-3M1.5 8.5h10"/>'),
    _row("service", ("Datendienst|Data service", "Datendienste|Data services"), "datendienste|services",
         "dcat:DataService dcat:Resource", catalog_property="dcat:service", schema_org="WebAPI",
         ckan_type="data_service", drawing='<path d="M5 4L1.5 8 5 12M11 4l3.500 4L11 12M9 3l-2 10"/>'),
    _row("project", ("Projekt|Project", "Projekte|Projects"), "projekte|projects", "foaf:Project prov:Activity",
         in_navigation=True, schema_org="Project", aliases="Vorhaben",
         drawing='<path d="M0 8h5M11 8h5"/><circle cx="8" cy="8" r="3"/>'),
    _row("organization", ("Organisation|Organization", "Organisationen|Organizations"), "organisationen|organizations",
         "foaf:Agent org:Organization",
         also_read="org:Organization foaf:Organization org:FormalOrganization org:OrganizationalUnit",
         in_navigation=True, schema_org="Organization",
         drawing='<path d="M1.5 6.500L8 2l6.500 4.500V14h-13zM5 14V9M8 14V9M11 14V9"/>'),
    _row("event", ("Veranstaltung|Event", "Veranstaltungen|Events"), "veranstaltungen|events", "schema:Event",
         schema_org="Event", aliases="Termin",
         drawing='<rect x="2" y="3" width="12" height="11" rx="1"/><path d="M2 6.500h12M5 1v3M11 1v3"/>'),
    _row("publicservice", ("Leistung|Public service", "Leistungen|Public services"), "leistungen|public-services",
         "cpsv:PublicService", schema_org="GovernmentService",
         drawing='<path d="M2 12h12M3.500 12a4.500 4.500 0 0 1 9 0M8 7V5M6.500 4.500h3"/>'),
)  # fmt: skip
KIND_ROWS: Final[Mapping[str, KindRow]] = MappingProxyType({row.name: row for row in _ROWS})
