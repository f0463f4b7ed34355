"""Each property is said once, here: a row names field, property, form of value and level in the profiles.

Reading RDF, writing RDF, forms, checks, the search entry and the documentation all walk these rows. A row belongs to one
or more classes: a kind of thing (`dataset`, `project`, …) or a described node (`Distribution`, `Agent`, …), each with its
level in DCAT-AP 3.0.1, DCAT-AP.de 3.0, DCAT-AP HVD 3.0.0 and our project profile: M mandatory, R recommended,
O optional, - not in that profile.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from vocab.namespaces import iri

Form = Literal[
    "text",  # literals with language tags, one a language -> Text
    "words",  # literals with language tags, several a language -> {tag: (word, …)}
    "literal",  # a literal without language -> str
    "date",  # xsd:gYear, gYearMonth, date or dateTime, by the form of the string -> str
    "decimal",  # xsd:decimal -> str, as it was written
    "integer",  # xsd:nonNegativeInteger -> int
    "duration",  # xsd:duration -> str
    "hex",  # xsd:hexBinary -> str
    "wkt",  # geo:wktLiteral -> str
    "iri",  # any IRI -> str
    "email",  # mailto: IRI -> the address
    "telephone",  # tel: IRI -> the number
    "concept",  # an IRI, of the list `values` where one is named -> str
    "node",  # a described node of class `node` -> struct
    "link",  # another thing -> Link(relation=field, iri) in `links`
]


class Field(NamedTuple):
    """A row. `many`: the field is a tuple. `range`: class that a referenced IRI is given in what we write."""

    name: str
    property: str
    form: Form
    many: bool
    levels: Mapping[str, str]  # class -> four letters: EU, DE, HVD, project profile
    values: str = ""
    node: str = ""
    range: str = ""
    former: tuple[str, ...] = ()  # properties of older profiles that are read as this one
    deprecated: bool = False  # read and handed on, never asked for
    label_de: str = ""
    label_en: str = ""

    def level(self, cls: str, profile: int) -> str:
        """M, R, O or -; `profile` 0 EU, 1 DE, 2 HVD, 3 project."""
        return self.levels.get(cls, "----")[profile]


def _row(
    name: str,
    property: str,
    form: str,
    on: str,
    label: str,
    *,
    values: str = "",
    range: str = "",
    former: str = "",
    deprecated: bool = False,
) -> Field:
    """`form` "text", "iri*" (many), "node:Agent*"; `on` "dataset:MM-- series:MM--"; `former` CURIEs."""
    many = form.endswith("*")
    kind, _, node = form.rstrip("*").partition(":")
    levels = dict(part.split(":") for part in on.split())
    de, _, en = label.partition("|")
    return Field(
        name,
        iri(property),
        kind,  # type: ignore[arg-type]
        many,
        MappingProxyType({cls: letters.ljust(4, "-") for cls, letters in levels.items()}),
        values,
        node,
        iri(range) if range else "",
        tuple(map(iri, former.split())),
        deprecated,
        de,
        en,
    )


# The RDF types of each class; the first tells the class, all are written (the range shapes are run without inference,
# and what a catalogue record is about must be a dcat:Resource).
TYPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        cls: tuple(map(iri, types.split()))
        for cls, types in {
            "dataset": "dcat:Dataset dcat:Resource",
            "series": "dcat:DatasetSeries dcat:Resource",
            "service": "dcat:DataService dcat:Resource",
            "project": "foaf:Project prov:Activity",
            "organization": "foaf:Agent org:Organization",
            "event": "schema:Event",
            "publicservice": "cpsv:PublicService",
            "catalog": "dcat:Catalog",
            "record": "dcat:CatalogRecord",
            "Distribution": "dcat:Distribution",
            "Agent": "foaf:Agent",
            "Contact": "vcard:Kind",
            "Period": "dct:PeriodOfTime",
            "Place": "dct:Location",
            "Identifier": "adms:Identifier",
            "Checksum": "spdx:Checksum",
            "Attribution": "prov:Attribution",
            "Association": "prov:Association",
            "Relationship": "dcat:Relationship",
            "RightsStatement": "dct:RightsStatement",
            "ProvenanceStatement": "dct:ProvenanceStatement",
            "Funding": "schema:MonetaryGrant",
            "Money": "schema:MonetaryAmount",
            "Milestone": "lotse:Milestone",
            "Opportunity": "schema:Demand",
            "Indicator": "lotse:Indicator",
            "Observation": "schema:Observation",
            "Address": "vcard:Address",
        }.items()
    }
)

# The struct of registry/model/metadata.py that holds a node class, where the names differ.
STRUCTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Attribution": "Participation",
        "Association": "Participation",
        "RightsStatement": "Statement",
        "ProvenanceStatement": "Statement",
        "catalog": "Catalogue",
        "record": "CatalogRecord",
    }
)


FIELDS: Final[tuple[Field, ...]] = (
    # -- what it is
    _row("title", "dct:title", "text", "dataset:MM- series:MM- service:MM- project:---M publicservice:---M "
         "Distribution:OR- Opportunity:---M Milestone:---M Indicator:---M catalog:MM- record:OO-", "Titel|Title"),
    _row("title", "foaf:name", "text", "organization:MM-M", "Name|Name", former="schema:name"),
    _row("title", "schema:name", "text", "event:---M", "Titel|Title", former="dct:title"),
    _row("abstract", "dct:abstract", "text", "dataset:---- series:---- service:---- project:---M organization:---O "
         "publicservice:---O event:---O", "Kurzfassung|Abstract"),
    _row("description", "dct:description", "text", "dataset:MM- series:MM- service:OO- project:---O organization:---O "
         "publicservice:---O Distribution:RO- Opportunity:---O Association:---O catalog:MM- record:OO-",
         "Beschreibung|Description"),
    _row("description", "schema:description", "text", "event:---O", "Beschreibung|Description", former="dct:description"),
    _row("identifiers", "dct:identifier", "literal*", "dataset:OO- series:---- service:---- project:---O "
         "organization:---O event:---O publicservice:---O Agent:----", "Kennung|Identifier"),
    _row("other_identifiers", "adms:identifier", "node:Identifier*", "dataset:OO- series:---- service:---- project:---O "
         "organization:---O", "Weitere Kennung|Other identifier"),
    _row("notation", "skos:notation", "literal", "Identifier:MM-", "Notation|Notation"),
    _row("version", "dcat:version", "literal", "dataset:OO-", "Version|Version", former="owl:versionInfo"),
    _row("version_notes", "adms:versionNotes", "text", "dataset:OO-", "Was ist neu|Version notes"),
    _row("types", "dct:type", "concept*", "dataset:OO- series:---- service:---- event:---- publicservice:----",
         "Art|Type", values="dataset-types", range="skos:Concept"),
    # -- what it is about
    _row("themes", "dcat:theme", "concept*", "dataset:RR- series:---- service:R-- project:---M event:---O "
         "publicservice:---O", "Thema|Theme", values="themes", range="skos:Concept"),
    _row("subjects", "dct:subject", "concept*", "dataset:---- series:---- service:---- project:---O event:----",
         "Gegenstand|Subject"),
    _row("keywords", "dcat:keyword", "words", "dataset:RR- series:---- service:R-- project:---O event:---O "
         "publicservice:---O organization:----", "Schlagwort|Keyword"),
    _row("languages", "dct:language", "concept*", "dataset:OO- series:---- service:---- Distribution:OO- catalog:RR- "
         "record:OO-", "Sprache|Language", values="languages", range="dct:LinguisticSystem"),
    _row("hvd_categories", "dcatap:hvdCategory", "concept*", "dataset:--M series:--M service:--M",
         "Hochwertiger Datensatz|High-value dataset category", values="hvd-categories", range="skos:Concept"),
    _row("legislation", "dcatap:applicableLegislation", "iri*", "dataset:OOM series:OOM service:OOM project:---O "
         "Distribution:OOM catalog:OO-", "Rechtsgrundlage|Applicable legislation", range="eli:LegalResource"),
    _row("conforms_to", "dct:conformsTo", "iri*", "dataset:OOO series:---- service:R-- Distribution:OOO record:RR-",
         "Entspricht dem Standard|Conforms to", range="dct:Standard"),
    # -- who answers for it
    _row("publisher", "dct:publisher", "node:Agent", "dataset:RM- series:RM- service:RM- catalog:MM-",
         "Veröffentlichende Stelle|Publisher"),
    _row("creators", "dct:creator", "node:Agent*", "dataset:OO- series:---- service:---- catalog:OO-",
         "Urheber|Creator"),
    _row("contributors", "dct:contributor", "node:Agent*", "dataset:-O- series:---- service:----",
         "Mitwirkende|Contributor"),
    _row("custodians", "geodcatap:custodian", "node:Agent*", "dataset:-O- series:---- service:----",
         "Datenhaltende Stelle|Custodian", former="dcatde:maintainer"),
    _row("originators", "geodcatap:originator", "node:Agent*", "dataset:-O- series:---- service:----",
         "Ursprüngliche Stelle|Originator", former="dcatde:originator"),
    _row("publisher", "cv:hasCompetentAuthority", "node:Agent", "publicservice:---O",
         "Zuständige Stelle|Competent authority", former="dct:publisher"),
    _row("contacts", "dcat:contactPoint", "node:Contact*", "dataset:RRR series:RR- service:R-M project:---M "
         "organization:---O event:---O publicservice:---O Opportunity:---O", "Kontakt|Contact"),
    _row("participants", "prov:qualifiedAttribution", "node:Attribution*", "dataset:OO-",
         "Beteiligte|Attribution"),
    _row("participants", "prov:qualifiedAssociation", "node:Association*", "project:---M event:---O",
         "Wer macht mit|Participants"),
    _row("agent", "prov:agent", "node:Agent", "Attribution:-M- Association:---M", "Stelle|Agent"),
    _row("role", "dcat:hadRole", "concept", "Attribution:-M- Relationship:MM-", "Rolle|Role", range="dcat:Role"),
    _row("role", "prov:hadRole", "concept", "Association:---M", "Rolle|Role", values="roles", range="prov:Role"),
    _row("period", "dct:temporal", "node:Period", "Association:---O", "Zeitraum|Period"),
    _row("organizer", "schema:organizer", "node:Agent", "event:---O", "Veranstalter|Organizer"),
    # -- where and when
    _row("places", "dct:spatial", "node:Place*", "dataset:RR- series:RR- service:---- project:---O organization:---- "
         "publicservice:---O catalog:RR-", "Ort|Place"),
    _row("places", "schema:location", "node:Place*", "event:---O", "Ort|Place", former="dct:spatial"),
    _row("name", "skos:prefLabel", "text", "Place:----", "Name|Name", former="rdfs:label locn:geographicName"),
    _row("bbox", "dcat:bbox", "wkt", "Place:RR-", "Umgrenzung|Bounding box"),
    _row("centroid", "dcat:centroid", "wkt", "Place:RR-", "Mittelpunkt|Centroid"),
    _row("geometry", "locn:geometry", "wkt", "Place:OO-", "Geometrie|Geometry", deprecated=True),
    _row("period", "dct:temporal", "node:Period", "dataset:RR- series:OR- project:---O catalog:O--",
         "Zeitraum|Period"),
    _row("start", "dcat:startDate", "date", "Period:RR-", "von|from", former="schema:startDate"),
    _row("end", "dcat:endDate", "date", "Period:RR-", "bis|to", former="schema:endDate"),
    _row("starts", "prov:startedAtTime", "date", "project:---O", "Begonnen|Started"),
    _row("ends", "prov:endedAtTime", "date", "project:---O", "Beendet|Ended"),
    _row("starts", "schema:startDate", "date", "event:---M", "Beginn|Starts"),
    _row("ends", "schema:endDate", "date", "event:---O", "Ende|Ends"),
    _row("starts", "schema:availabilityStarts", "date", "Opportunity:---O", "von|from"),
    _row("ends", "schema:availabilityEnds", "date", "Opportunity:---O", "bis|until"),
    _row("issued", "dct:issued", "date", "dataset:OO- series:OO- service:---- project:---O event:---- "
         "publicservice:---- organization:---- Distribution:OO- catalog:RR- record:RR-", "Veröffentlicht|Issued"),
    _row("modified", "dct:modified", "date", "dataset:OO- series:OO- service:---- project:---M event:---- "
         "publicservice:---- organization:---- Distribution:OR- catalog:RR- record:MM-", "Geändert|Modified"),
    _row("frequency", "dct:accrualPeriodicity", "concept", "dataset:OO- series:OO-", "Rhythmus|Frequency",
         values="frequencies", range="dct:Frequency"),
    _row("spatial_resolution", "dcat:spatialResolutionInMeters", "decimal", "dataset:OO- Distribution:OO-",
         "Räumliche Auflösung in Metern|Spatial resolution in metres"),
    _row("temporal_resolution", "dcat:temporalResolution", "duration", "dataset:OO- Distribution:OO-",
         "Zeitliche Auflösung|Temporal resolution"),
    _row("geocoding_levels", "dcatde:politicalGeocodingLevelURI", "concept*", "dataset:-R-",
         "Verwaltungsebene|Administrative level", values="political-geocoding-levels"),
    _row("geocoding", "dcatde:politicalGeocodingURI", "iri*", "dataset:-R-", "Regionalschlüssel|Regional key",
         deprecated=True),
    _row("geocoding_description", "dcatde:geocodingDescription", "text", "dataset:-O-",
         "Raum in Worten|Place in words", deprecated=True),
    # -- how it may be used
    _row("access", "dct:accessRights", "concept", "dataset:OO- series:---- service:OO-", "Zugang|Access",
         values="access-rights", range="dct:RightsStatement"),
    _row("licence", "dct:license", "concept", "Distribution:RMR service:OOO catalog:RR-", "Lizenz|Licence",
         values="licences", range="dct:LicenseDocument"),
    _row("rights", "dct:rights", "node:RightsStatement*", "Distribution:OOO service:--O dataset:---- catalog:OO-",
         "Nutzungsrechte|Rights"),
    _row("label", "rdfs:label", "text", "RightsStatement:---- ProvenanceStatement:----", "Text|Text",
         former="dct:description"),
    _row("attribution", "dcatde:licenseAttributionByText", "text", "Distribution:-O-",
         "Quellenangabe|Attribution text"),
    _row("policy", "odrl:hasPolicy", "iri", "Distribution:OO-", "Nutzungsregeln|Policy", range="odrl:Policy"),
    _row("availability", "dcatap:availability", "concept", "dataset:-R- service:-R- Distribution:RR- catalog:-R-",
         "Verfügbarkeit|Availability", values="availability", range="skos:Concept",
         former="dcatde:plannedAvailability"),
    _row("status", "adms:status", "concept", "Distribution:OO-", "Status|Status",
         values="distribution-status", range="skos:Concept"),
    _row("status", "adms:status", "concept", "record:RR-", "Status|Status", range="skos:Concept"),
    _row("contributor_ids", "dcatde:contributorID", "iri*", "dataset:-O- series:---- service:----",
         "Datenbereitsteller|Contributor ID"),
    _row("legal_basis", "dcatde:legalBasis", "text", "dataset:-O-", "Rechtsgrundlage in Worten|Legal basis in words",
         deprecated=True),
    _row("quality_process", "dcatde:qualityProcessURI", "iri", "dataset:-O-", "Qualitätssicherung|Quality process",
         deprecated=True),
    _row("provenance", "dct:provenance", "node:ProvenanceStatement*", "dataset:OO- series:----",
         "Herkunft|Provenance"),
    # -- where to read on
    _row("landing_page", "dcat:landingPage", "iri", "dataset:OO- series:---- service:O-- publicservice:----",
         "Internetseite|Landing page", range="foaf:Document"),
    _row("landing_page", "foaf:homepage", "iri", "project:---O organization:---O", "Internetseite|Home page",
         range="foaf:Document"),
    _row("landing_page", "schema:url", "iri", "event:---O", "Internetseite|Web page", former="foaf:homepage"),
    _row("documentation", "foaf:page", "iri*", "dataset:OO- series:---- service:O-M project:---O organization:---- "
         "publicservice:---- event:---- Distribution:OO-", "Dokumentation|Documentation", range="foaf:Document"),
    _row("image", "foaf:depiction", "iri", "project:---O organization:---- event:----", "Bild|Image",
         range="foaf:Image"),
    # -- the forms in which a dataset can be had
    _row("distributions", "dcat:distribution", "node:Distribution*", "dataset:RRR", "Dateien und Zugänge|Distributions"),
    _row("samples", "adms:sample", "iri*", "dataset:OO-", "Beispiel|Sample", range="dcat:Distribution"),
    _row("access_url", "dcat:accessURL", "iri", "Distribution:MMM", "Zugang|Access URL"),
    _row("download_url", "dcat:downloadURL", "iri", "Distribution:OO-", "Datei|Download URL"),
    _row("access_services", "dcat:accessService", "iri*", "Distribution:OOR", "Über den Datendienst|Access service",
         range="dcat:DataService"),
    _row("format", "dct:format", "concept", "Distribution:RR-", "Format|Format", values="file-types",
         range="dct:MediaTypeOrExtent"),
    _row("formats", "dct:format", "concept*", "service:OO-", "Format|Format", values="file-types",
         range="dct:MediaTypeOrExtent"),
    _row("media_type", "dcat:mediaType", "concept", "Distribution:OO-", "Medientyp|Media type", values="media-types",
         range="dct:MediaType"),
    _row("compress_format", "dcat:compressFormat", "concept", "Distribution:OO-", "Kompression|Compression",
         values="media-types", range="dct:MediaType"),
    _row("package_format", "dcat:packageFormat", "concept", "Distribution:OO-", "Paketformat|Package format",
         values="media-types", range="dct:MediaType"),
    _row("size", "dcat:byteSize", "integer", "Distribution:OO-", "Größe|Size"),
    _row("checksum", "spdx:checksum", "node:Checksum", "Distribution:OO-", "Prüfsumme|Checksum"),
    _row("algorithm", "spdx:algorithm", "concept", "Checksum:MM-", "Verfahren|Algorithm",
         values="checksum-algorithms", range="spdx:ChecksumAlgorithm"),
    _row("value", "spdx:checksumValue", "hex", "Checksum:MM-", "Wert|Value"),
    _row("endpoint", "dcat:endpointURL", "iri", "service:MMM", "Adresse der Schnittstelle|Endpoint URL"),
    _row("endpoint_description", "dcat:endpointDescription", "iri", "service:RRR",
         "Beschreibung der Schnittstelle|Endpoint description"),
    # -- agents, contacts, addresses
    _row("name", "foaf:name", "text", "Agent:MM-", "Name|Name"),
    _row("type", "dct:type", "concept", "Agent:RO-", "Ebene|Publisher type",
         values="publisher-types", range="skos:Concept"),
    _row("homepage", "foaf:homepage", "iri", "Agent:---- catalog:RR-", "Internetseite|Home page",
         range="foaf:Document"),
    _row("email", "foaf:mbox", "email", "Agent:----", "E-Mail|E-mail"),
    _row("name", "vcard:fn", "text", "Contact:-R-", "Name|Name"),
    _row("email", "vcard:hasEmail", "email", "Contact:-RR", "E-Mail|E-mail"),
    _row("url", "vcard:hasURL", "iri", "Contact:-RR", "Internetseite|Web page"),
    _row("telephone", "vcard:hasTelephone", "telephone", "Contact:-O-", "Telefon|Telephone"),
    _row("classification", "org:classification", "concept", "organization:---O", "Art der Organisation|Kind",
         values="organization-kinds", range="skos:Concept"),
    _row("aliases", "skos:altLabel", "literal*", "organization:----", "Auch genannt|Also known as"),
    _row("address", "vcard:hasAddress", "node:Address", "organization:----", "Anschrift|Address"),
    _row("street", "vcard:street-address", "literal", "Address:----", "Straße|Street"),
    _row("postal_code", "vcard:postal-code", "literal", "Address:----", "Postleitzahl|Postal code"),
    _row("locality", "vcard:locality", "literal", "Address:----", "Ort|Town"),
    _row("country", "vcard:country-name", "literal", "Address:----", "Land|Country"),
    # -- projects
    _row("phase", "adms:status", "concept", "project:---M", "Phase|Phase", values="phases", range="skos:Concept"),
    _row("goals", "lotse:goal", "text*", "project:---O", "Ziel|Goal"),
    _row("benefits", "lotse:benefit", "text*", "project:---O", "Was bringt es|Benefit"),
    _row("chances", "lotse:chance", "text*", "project:---O", "Chance|Opportunity"),
    _row("risks", "lotse:risk", "text*", "project:---O", "Risiko|Risk"),
    _row("budget", "lotse:budget", "node:Money", "project:---O", "Kosten|Budget"),
    _row("funding", "schema:funding", "node:Funding*", "project:---O", "Förderung|Funding"),
    _row("milestones", "lotse:milestone", "node:Milestone*", "project:---O", "Meilenstein|Milestone"),
    _row("opportunities", "lotse:opportunity", "node:Opportunity*", "project:---O", "Mitmachen|Take part"),
    _row("indicators", "lotse:indicator", "node:Indicator*", "project:---O", "Kennzahl|Indicator"),
    _row("decisions", "dct:isReferencedBy", "iri*", "project:---O", "Beschluss|Decision"),
    _row("name", "schema:name", "text", "Funding:---O", "Programm|Programme"),
    _row("identifier", "schema:identifier", "literal", "Funding:---O", "Förderkennzeichen|Grant number"),
    _row("funder", "schema:funder", "node:Agent", "Funding:---O", "Fördergeber|Funder"),
    _row("amount", "schema:amount", "node:Money", "Funding:---O", "Betrag|Amount"),
    _row("value", "schema:value", "decimal", "Money:---O Observation:---O", "Wert|Value"),
    _row("currency", "schema:currency", "literal", "Money:---O", "Währung|Currency"),
    _row("state", "dct:type", "concept", "Money:---O", "Stand|State", values="budget-states", range="skos:Concept"),
    _row("planned", "lotse:planned", "date", "Milestone:---O", "geplant|planned"),
    _row("reached", "lotse:reached", "date", "Milestone:---O", "erreicht|reached"),
    _row("reason", "lotse:reason", "text", "Milestone:---O", "Grund|Reason"),
    _row("type", "dct:type", "concept", "Opportunity:---M", "Art|Kind", values="opportunities", range="skos:Concept"),
    _row("page", "foaf:page", "iri", "Opportunity:---O", "Internetseite|Web page", range="foaf:Document"),
    _row("unit", "schema:unitText", "literal", "Indicator:---O", "Einheit|Unit"),
    _row("baseline", "lotse:baselineValue", "decimal", "Indicator:---O", "Ausgangswert|Baseline"),
    _row("target", "lotse:targetValue", "decimal", "Indicator:---O", "Zielwert|Target"),
    _row("observations", "lotse:observation", "node:Observation*", "Indicator:---O", "Messwert|Observation"),
    _row("date", "schema:observationDate", "date", "Observation:---O", "Stand|As of"),
    _row("source", "dct:source", "iri", "Indicator:---O", "Datenquelle|Source"),
    # -- to other things
    _row("in_series", "dcat:inSeries", "link*", "dataset:OOO series:----", "Teil der Datenserie|In series",
         range="dcat:DatasetSeries"),
    _row("has_version", "dcat:hasVersion", "link*", "dataset:OO-", "Weitere Version|Has version",
         range="dcat:Dataset", former="dct:hasVersion"),
    _row("version_of", "dct:isVersionOf", "link*", "dataset:-O-", "Version von|Version of", range="dcat:Dataset",
         deprecated=True),
    _row("source", "dct:source", "link*", "dataset:OO-", "Abgeleitet aus|Source", range="dcat:Dataset"),
    _row("related", "dct:relation", "link*", "dataset:OO- series:---- service:---- project:---O event:---- "
         "publicservice:----", "Verwandt|Related"),
    _row("referenced_by", "dct:isReferencedBy", "link*", "dataset:OO-", "Erwähnt in|Referenced by"),
    _row("references", "dct:references", "link*", "dataset:-O-", "Verweist auf|References"),
    _row("generated_by", "prov:wasGeneratedBy", "link*", "dataset:OO-", "Entstanden in|Generated by",
         range="prov:Activity"),
    _row("serves", "dcat:servesDataset", "link*", "service:RRR", "Liefert Daten aus|Serves dataset",
         range="dcat:Dataset"),
    _row("produces", "prov:generated", "link*", "project:---O", "Erzeugt|Produces"),
    _row("uses", "prov:used", "link*", "project:---O", "Nutzt|Uses"),
    _row("public_service", "lotse:relatedService", "link*", "project:---O", "Leistung|Public service"),
    _row("part_of", "dct:isPartOf", "link*", "project:---O event:---O publicservice:---O series:----",
         "Teil von|Part of"),
    _row("has_part", "dct:hasPart", "link*", "project:---O event:---O", "Teile|Has part"),
    _row("follows", "prov:wasInformedBy", "link*", "project:---O", "Folgt auf|Follows"),
    _row("event", "schema:subjectOf", "link*", "project:---O", "Termin|Event"),
    _row("about", "schema:about", "link*", "event:---O", "Gehört zu|About"),
    _row("unit_of", "org:unitOf", "link*", "organization:---O", "Teil der Organisation|Unit of"),
    _row("relationships", "dcat:qualifiedRelation", "node:Relationship*", "dataset:OO-", "Beziehung|Relationship"),
    _row("relation", "dct:relation", "iri", "Relationship:MM-", "zu|to"),
    # -- the catalogue and its records
    _row("theme_taxonomies", "dcat:themeTaxonomy", "iri*", "catalog:RR-", "Themenliste|Theme taxonomy",
         range="skos:ConceptScheme"),
    _row("dataset", "dcat:dataset", "link*", "catalog:RRR", "Datensatz|Dataset", range="dcat:Dataset"),
    _row("service", "dcat:service", "link*", "catalog:ROR", "Datendienst|Service", range="dcat:DataService"),
    _row("catalog", "dcat:catalog", "link*", "catalog:OO-", "Katalog|Catalogue", range="dcat:Catalog"),
    _row("record", "dcat:record", "link*", "catalog:OOO", "Eintrag|Record", range="dcat:CatalogRecord"),
    _row("has_part", "dct:hasPart", "link*", "catalog:OO-", "Teilkatalog|Part", range="dcat:Catalog"),
    _row("part_of", "dct:isPartOf", "link*", "catalog:-O-", "Teil des Katalogs|Part of", range="dcat:Catalog"),
    _row("topic", "foaf:primaryTopic", "iri", "record:MMM", "Gegenstand|Primary topic"),
    _row("source", "dct:source", "iri", "record:OO-", "Übernommen aus|Source"),
)  # fmt: skip


@cache
def fields_of(cls: str) -> tuple[Field, ...]:
    """The rows of a class: a kind such as `dataset`, or a node class such as `Distribution`."""
    return tuple(field for field in FIELDS if cls in field.levels)


@cache
def field(cls: str, name: str) -> Field:
    """The row of a field of a class; raises KeyError."""
    for row in fields_of(cls):
        if row.name == name:
            return row
    raise KeyError(f"{cls}.{name}")


@cache
def by_property(cls: str) -> Mapping[str, Field]:
    """Property IRI -> row, former properties included; a present property wins over a former one."""
    rows = {former: row for row in fields_of(cls) for former in row.former}
    return MappingProxyType(rows | {row.property: row for row in fields_of(cls)})


LINK_RELATIONS: Final = tuple(dict.fromkeys(row.name for row in FIELDS if row.form == "link"))
