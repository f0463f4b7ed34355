"""The namespaces that we write and read, with their prefixes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

OWN: Final = "https://w3id.org/lotse/ns#"  # our own small vocabulary, only for what the standards lack
VOC: Final = "https://w3id.org/lotse/voc/"  # our own concept schemes: phase, role, opportunity, …

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "adms": "http://www.w3.org/ns/adms#",
        "cpsv": "http://purl.org/vocab/cpsv#",
        "csvw": "http://www.w3.org/ns/csvw#",
        "cv": "http://data.europa.eu/m8g/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcatap": "http://data.europa.eu/r5r/",
        "dcatde": "http://dcat-ap.de/def/dcatde/",
        "dct": "http://purl.org/dc/terms/",
        "eli": "http://data.europa.eu/eli/ontology#",
        "eu": "http://publications.europa.eu/resource/authority/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "geo": "http://www.opengis.net/ont/geosparql#",
        "geodcatap": "http://data.europa.eu/930/",
        "hydra": "http://www.w3.org/ns/hydra/core#",
        "locn": "http://www.w3.org/ns/locn#",
        "lotse": OWN,
        "odrl": "http://www.w3.org/ns/odrl/2/",
        "org": "http://www.w3.org/ns/org#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "time": "http://www.w3.org/2006/time#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)

# Namespaces of older profiles and misspelt ones that occur in real catalogues: read as the prefix, never written. Of
# two with the same beginning the longer one comes first.
FORMER_NAMESPACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "http://dcat-ap.de/def/dcatde/1_0/": "dcatde",
        "http://dcat-ap.de/def/dcatde/1_0": "dcatde",  # the slash forgotten
        "http://dcat-ap.de/def/dcatde/1.0/": "dcatde",
        "http://dcat-ap.de/def/dcatde/1.0.1/": "dcatde",
        "http://dcat-ap.de/def/dcatde/2.0/": "dcatde",
        "http://dcat-ap.de/def/dcatde/3.0/": "dcatde",
        "https://www.dcat-ap.de/def/dcatde/1.1/": "dcatde",
        "http://www.dcat-ap.de/def/dcatde/1.1/": "dcatde",
        "https://dcat-ap.de/def/dcatde/": "dcatde",
        "http://data.europa.eu/r5r#": "dcatap",
        "http://schema.org/": "schema",
    }
)


class Namespace:
    """A namespace whose attributes are IRIs: `DCAT.inSeries`. Local names are not checked."""

    def __init__(self, iri: str) -> None:
        self.iri = iri

    def __getattr__(self, name: str) -> str:
        return self.iri + name

    def __getitem__(self, name: str) -> str:
        return self.iri + name


def iri(curie: str) -> str:
    """The IRI of a CURIE such as `dct:title`; raises KeyError for a prefix that is not ours."""
    prefix, _, name = curie.partition(":")
    return PREFIXES[prefix] + name


def curie(iri: str) -> str:
    """The CURIE of an IRI where one of our namespaces fits, else the IRI itself."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _BY_NAMESPACE.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix else iri


_BY_NAMESPACE = {namespace: prefix for prefix, namespace in PREFIXES.items()}

DCAT = Namespace(PREFIXES["dcat"])
DCT = Namespace(PREFIXES["dct"])
EU = Namespace(PREFIXES["eu"])
FOAF = Namespace(PREFIXES["foaf"])
HYDRA = Namespace(PREFIXES["hydra"])
RDF = Namespace(PREFIXES["rdf"])
RDFS = Namespace(PREFIXES["rdfs"])
SCHEMA = Namespace(PREFIXES["schema"])
SKOS = Namespace(PREFIXES["skos"])
XSD = Namespace(PREFIXES["xsd"])
