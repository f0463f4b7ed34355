"""The table of all properties: a row names field, property, form of value and the classes that have it.

Reading RDF, writing RDF, forms, checks, the search entry and the documentation all walk these rows. A row belongs to one
or more classes: a kind of thing (`dataset`, `project`, …) or a described node (`Distribution`, `Agent`, …). Which profile
asks for which of them stands in profiles/ (`vocab.profile`). Within a class a field has one row.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from vocab.kinds import KIND_ROWS
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
    """A row. `many`: the field is a tuple. `range`: class that a referenced IRI is given in what we write. `all`: the
    field that holds all values, where `name` holds the first."""

    name: str
    property: str
    form: Form
    many: bool
    classes: tuple[str, ...]  # the kinds and node classes that have it
    values: str = ""
    node: str = ""
    range: str = ""
    former: tuple[str, ...] = ()  # properties of older profiles that are read as this one
    deprecated: bool = False  # read and handed on, never asked for
    label_de: str = ""
    label_en: str = ""
    all: str = ""

    def label(self, lang: str) -> str:
        """The name of the field for people, in German ("de") or English."""
        return self.label_de if lang == "de" else self.label_en


def _row(
    name: str,
    property: str,
    form: str,
    classes: str,
    label: str,
    *,
    values: str = "",
    range: str = "",
    former: str = "",
    deprecated: bool = False,
    all: str = "",
) -> Field:
    """`form` "text", "iri*" (many), "node:Agent*"; `classes` "dataset series"; `former` CURIEs."""
    many = form.endswith("*")
    kind, _, node = form.rstrip("*").partition(":")
    de, _, en = label.partition("|")
    return Field(
        name,
        iri(property),
        kind,  # type: ignore[arg-type]
        many,
        tuple(classes.split()),
        values,
        node,
        iri(range) if range else "",
        tuple(map(iri, former.split())),
        deprecated,
        de,
        en,
        all,
    )


# The RDF types of each class; the first tells the class, all are written (the range shapes are run without inference,
# and what a catalogue record is about must be a dcat:Resource).
TYPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {kind.name: kind.types for kind in KIND_ROWS.values()}
    | {
        cls: tuple(map(iri, types.split()))
        for cls, types in {
            "catalog": "dcat:Catalog",
            "record": "dcat:CatalogRecord",
            "Distribution": "dcat:Distribution",
            "Agent": "foaf:Agent",
            "Contact": "vcard:Kind",
            "Period": "dct:PeriodOfTime",
            "Place": "dct:Location",
            "Identifier": "adms:Identifier",
            "Checksum": "spdx:Checksum",
            "TableSchema": "csvw:Schema",
            "Column": "csvw:Column",
            "Attribution": "prov:Attribution",
            "Association": "prov:Association",
            "Relationship": "dcat:Relationship",
            "RightsStatement": "dct:RightsStatement",
            "ProvenanceStatement": "dct:ProvenanceStatement",
            "Funding": "schema:MonetaryGrant",
            "Money": "schema:MonetaryAmount",
            "Milestone": "lotse:Milestone",
            "PhaseStep": "lotse:PhaseStep",
            "CostStep": "lotse:CostStep",
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
    _row("title", "dct:title", "text",
         "dataset series service project publicservice Distribution Opportunity Milestone Indicator catalog record",
         "Titel|Title"),
    _row("title", "foaf:name", "text", "organization", "Name|Name", former="schema:name"),
    _row("title", "schema:name", "text", "event", "Titel|Title", former="dct:title"),
    _row("abstract", "dct:abstract", "text", "dataset series service project organization publicservice event",
         "Kurzfassung|Abstract"),
    _row("description", "dct:description", "text",
         "dataset series service project organization publicservice Distribution Column Opportunity Association catalog "
         "record", "Beschreibung|Description"),
    _row("description", "schema:description", "text", "event", "Beschreibung|Description", former="dct:description"),
    _row("identifiers", "dct:identifier", "literal*",
         "dataset series service project organization event publicservice Agent", "Kennung|Identifier"),
    _row("other_identifiers", "adms:identifier", "node:Identifier*", "dataset series service project organization",
         "Weitere Kennung|Other identifier"),
    _row("notation", "skos:notation", "literal", "Identifier", "Notation|Notation"),
    _row("version", "dcat:version", "literal", "dataset", "Version|Version", former="owl:versionInfo"),
    _row("version_notes", "adms:versionNotes", "text", "dataset", "Was ist neu|Version notes"),
    _row("types", "dct:type", "concept*", "dataset series service event publicservice", "Art|Type",
         values="dataset-types", range="skos:Concept"),
    # -- what it is about
    _row("themes", "dcat:theme", "concept*", "dataset series service project event publicservice", "Thema|Theme",
         values="themes", range="skos:Concept"),
    _row("subjects", "dct:subject", "concept*", "dataset series service project event", "Gegenstand|Subject"),
    _row("keywords", "dcat:keyword", "words", "dataset series service project event publicservice organization",
         "Schlagwort|Keyword"),
    _row("languages", "dct:language", "concept*", "dataset series service Distribution catalog record",
         "Sprache|Language", values="languages", range="dct:LinguisticSystem"),
    _row("hvd_categories", "dcatap:hvdCategory", "concept*", "dataset series service",
         "Hochwertiger Datensatz|High-value dataset category", values="hvd-categories", range="skos:Concept"),
    _row("legislation", "dcatap:applicableLegislation", "iri*", "dataset series service project Distribution catalog",
         "Rechtsgrundlage|Applicable legislation", range="eli:LegalResource"),
    _row("conforms_to", "dct:conformsTo", "iri*", "dataset series service Distribution record",
         "Entspricht dem Standard|Conforms to", range="dct:Standard"),
    # -- who answers for it
    _row("publisher", "dct:publisher", "node:Agent", "dataset series service catalog",
         "Veröffentlichende Stelle|Publisher"),
    _row("creators", "dct:creator", "node:Agent*", "dataset series service catalog", "Urheber|Creator"),
    _row("contributors", "dct:contributor", "node:Agent*", "dataset series service", "Mitwirkende|Contributor"),
    _row("custodians", "geodcatap:custodian", "node:Agent*", "dataset series service", "Datenhaltende Stelle|Custodian",
         former="dcatde:maintainer"),
    _row("originators", "geodcatap:originator", "node:Agent*", "dataset series service",
         "Ursprüngliche Stelle|Originator", former="dcatde:originator"),
    _row("publisher", "cv:hasCompetentAuthority", "node:Agent", "publicservice",
         "Zuständige Stelle|Competent authority", former="dct:publisher"),
    _row("contacts", "dcat:contactPoint", "node:Contact*",
         "dataset series service project organization event publicservice Opportunity", "Kontakt|Contact"),
    _row("participants", "prov:qualifiedAttribution", "node:Attribution*", "dataset", "Beteiligte|Attribution",
         former="dcat:qualifiedAttribution"),
    _row("participants", "prov:qualifiedAssociation", "node:Association*", "project event",
         "Wer macht mit|Participants"),
    _row("agent", "prov:agent", "node:Agent", "Attribution Association", "Stelle|Agent", former="dcat:agent"),
    _row("role", "dcat:hadRole", "concept", "Attribution Relationship", "Rolle|Role", range="dcat:Role"),
    _row("role", "prov:hadRole", "concept", "Association", "Rolle|Role", values="roles", range="prov:Role"),
    _row("period", "dct:temporal", "node:Period", "Association", "Zeitraum|Period"),
    _row("organizer", "schema:organizer", "node:Agent", "event", "Veranstalter|Organizer"),
    # -- where and when
    _row("places", "dct:spatial", "node:Place*", "dataset series service project organization publicservice catalog",
         "Ort|Place"),
    _row("places", "schema:location", "node:Place*", "event", "Ort|Place", former="dct:spatial"),
    _row("name", "skos:prefLabel", "text", "Place", "Name|Name", former="rdfs:label locn:geographicName"),
    _row("bbox", "dcat:bbox", "wkt", "Place", "Umgrenzung|Bounding box"),
    _row("centroid", "dcat:centroid", "wkt", "Place", "Mittelpunkt|Centroid"),
    _row("geometry", "locn:geometry", "wkt", "Place", "Geometrie|Geometry", deprecated=True),
    _row("period", "dct:temporal", "node:Period", "dataset series project", "Zeitraum|Period", all="periods"),
    _row("period", "dct:temporal", "node:Period", "catalog", "Zeitraum|Period"),
    _row("start", "dcat:startDate", "date", "Period", "von|from", former="schema:startDate"),
    _row("end", "dcat:endDate", "date", "Period", "bis|to", former="schema:endDate"),
    _row("starts", "prov:startedAtTime", "date", "project", "Begonnen|Started"),
    _row("ends", "prov:endedAtTime", "date", "project", "Beendet|Ended"),
    _row("starts", "schema:startDate", "date", "event", "Beginn|Starts"),
    _row("ends", "schema:endDate", "date", "event", "Ende|Ends"),
    _row("starts", "schema:availabilityStarts", "date", "Opportunity", "von|from"),
    _row("ends", "schema:availabilityEnds", "date", "Opportunity", "bis|until"),
    _row("issued", "dct:issued", "date",
         "dataset series service project event publicservice organization Distribution catalog record",
         "Veröffentlicht|Issued"),
    _row("modified", "dct:modified", "date",
         "dataset series service project event publicservice organization Distribution catalog record",
         "Geändert|Modified"),
    _row("frequency", "dct:accrualPeriodicity", "concept", "dataset series", "Rhythmus|Frequency", values="frequencies",
         range="dct:Frequency"),
    _row("spatial_resolution", "dcat:spatialResolutionInMeters", "decimal", "dataset Distribution",
         "Räumliche Auflösung in Metern|Spatial resolution in metres"),
    _row("temporal_resolution", "dcat:temporalResolution", "duration", "dataset Distribution",
         "Zeitliche Auflösung|Temporal resolution"),
    _row("geocoding_levels", "dcatde:politicalGeocodingLevelURI", "concept*", "dataset",
         "Verwaltungsebene|Administrative level", values="political-geocoding-levels"),
    _row("geocoding", "dcatde:politicalGeocodingURI", "iri*", "dataset", "Regionalschlüssel|Regional key",
         deprecated=True),
    _row("geocoding_description", "dcatde:geocodingDescription", "text", "dataset", "Raum in Worten|Place in words",
         deprecated=True),
    # -- how it may be used
    _row("access", "dct:accessRights", "concept", "dataset series service", "Zugang|Access", values="access-rights",
         range="dct:RightsStatement"),
    _row("access_reason", "lotse:accessReason", "text", "dataset series service",
         "Grund für den Zugang|Reason for the access"),
    _row("access_review", "lotse:accessReview", "date", "dataset series service",
         "Zugang wird geprüft|Access is reviewed"),
    _row("licence", "dct:license", "concept", "Distribution service catalog", "Lizenz|Licence", values="licences",
         range="dct:LicenseDocument"),
    _row("rights", "dct:rights", "node:RightsStatement*", "Distribution service dataset catalog",
         "Nutzungsrechte|Rights"),
    _row("label", "rdfs:label", "text", "RightsStatement ProvenanceStatement", "Text|Text", former="dct:description"),
    _row("attribution", "dcatde:licenseAttributionByText", "text", "Distribution", "Quellenangabe|Attribution text"),
    _row("policy", "odrl:hasPolicy", "iri", "Distribution", "Nutzungsregeln|Policy", range="odrl:Policy"),
    _row("availability", "dcatap:availability", "concept", "dataset service Distribution catalog",
         "Verfügbarkeit|Availability", values="availability", range="skos:Concept",
         former="dcatde:plannedAvailability"),
    _row("status", "adms:status", "concept", "Distribution", "Status|Status", values="distribution-status",
         range="skos:Concept"),
    _row("status", "adms:status", "concept", "record", "Status|Status", range="skos:Concept"),
    _row("contributor_ids", "dcatde:contributorID", "iri*", "dataset series service",
         "Datenbereitsteller|Contributor ID"),
    _row("legal_basis", "dcatde:legalBasis", "text", "dataset", "Rechtsgrundlage in Worten|Legal basis in words",
         deprecated=True),
    _row("quality_process", "dcatde:qualityProcessURI", "iri", "dataset", "Qualitätssicherung|Quality process",
         deprecated=True),
    _row("provenance", "dct:provenance", "node:ProvenanceStatement*", "dataset series", "Herkunft|Provenance"),
    # -- where to read on
    _row("landing_page", "dcat:landingPage", "iri", "dataset series service publicservice",
         "Internetseite|Landing page", range="foaf:Document"),
    _row("landing_page", "foaf:homepage", "iri", "project organization", "Internetseite|Home page",
         range="foaf:Document"),
    _row("landing_page", "schema:url", "iri", "event", "Internetseite|Web page", former="foaf:homepage"),
    _row("documentation", "foaf:page", "iri*",
         "dataset series service project organization publicservice event Distribution", "Dokumentation|Documentation",
         range="foaf:Document"),
    _row("image", "foaf:depiction", "iri", "project organization event", "Bild|Image", range="foaf:Image"),
    _row("image_text", "lotse:imageDescription", "text", "project organization event",
         "Bildbeschreibung|Image description"),
    _row("image_credit", "lotse:imageCredit", "literal", "project organization event", "Bildnachweis|Image credit"),
    _row("image_licence", "lotse:imageLicence", "concept", "project organization event",
         "Lizenz des Bildes|Licence of the image", values="licences", range="dct:LicenseDocument"),
    # -- the forms in which a dataset can be had
    _row("distributions", "dcat:distribution", "node:Distribution*", "dataset", "Dateien und Zugänge|Distributions"),
    _row("samples", "adms:sample", "iri*", "dataset", "Beispiel|Sample", range="dcat:Distribution"),
    _row("access_url", "dcat:accessURL", "iri", "Distribution", "Zugang|Access URL"),
    _row("download_url", "dcat:downloadURL", "iri", "Distribution", "Datei|Download URL"),
    _row("access_services", "dcat:accessService", "iri*", "Distribution", "Über den Datendienst|Access service",
         range="dcat:DataService"),
    _row("format", "dct:format", "concept", "Distribution", "Format|Format", values="file-types",
         range="dct:MediaTypeOrExtent"),
    _row("formats", "dct:format", "concept*", "service", "Format|Format", values="file-types",
         range="dct:MediaTypeOrExtent"),
    _row("media_type", "dcat:mediaType", "concept", "Distribution", "Medientyp|Media type", values="media-types",
         range="dct:MediaType"),
    _row("compress_format", "dcat:compressFormat", "concept", "Distribution", "Kompression|Compression",
         values="media-types", range="dct:MediaType"),
    _row("package_format", "dcat:packageFormat", "concept", "Distribution", "Paketformat|Package format",
         values="media-types", range="dct:MediaType"),
    _row("size", "dcat:byteSize", "integer", "Distribution", "Größe|Size"),
    _row("checksum", "spdx:checksum", "node:Checksum", "Distribution", "Prüfsumme|Checksum"),
    _row("algorithm", "spdx:algorithm", "concept", "Checksum", "Verfahren|Algorithm", values="checksum-algorithms",
         range="spdx:ChecksumAlgorithm"),
    _row("value", "spdx:checksumValue", "hex", "Checksum", "Wert|Value"),
    _row("table_schema", "csvw:tableSchema", "node:TableSchema", "Distribution", "Spalten der Datei|Columns of the file"),
    _row("columns", "csvw:column", "node:Column*", "TableSchema", "Spalten|Columns"),
    _row("number", "schema:position", "integer", "Column", "Nummer|Number"),
    _row("name", "csvw:name", "literal", "Column", "Name in der Datei|Name in the file"),
    _row("title", "csvw:title", "text", "Column", "Bezeichnung|Label"),
    _row("datatype", "csvw:datatype", "concept", "Column", "Typ|Type", values="column-types"),
    _row("aggregate", "lotse:aggregate", "concept", "Column", "Art des Werts|Kind of value", values="aggregates",
         range="skos:Concept"),
    _row("endpoint", "dcat:endpointURL", "iri", "service", "Adresse der Schnittstelle|Endpoint URL"),
    _row("endpoint_description", "dcat:endpointDescription", "iri", "service",
         "Beschreibung der Schnittstelle|Endpoint description"),
    # -- agents, contacts, addresses
    _row("name", "foaf:name", "text", "Agent", "Name|Name"),
    _row("type", "dct:type", "concept", "Agent", "Ebene|Publisher type", values="publisher-types",
         range="skos:Concept"),
    _row("homepage", "foaf:homepage", "iri", "Agent catalog", "Internetseite|Home page", range="foaf:Document"),
    _row("email", "foaf:mbox", "email", "Agent", "E-Mail|E-mail"),
    _row("name", "vcard:fn", "text", "Contact", "Name|Name",
         former="vcard:organization-name vcard:hasOrganizationName"),
    _row("email", "vcard:hasEmail", "email", "Contact", "E-Mail|E-mail", former="vcard:email"),
    _row("url", "vcard:hasURL", "iri", "Contact", "Internetseite|Web page", former="vcard:url"),
    _row("telephone", "vcard:hasTelephone", "telephone", "Contact", "Telefon|Telephone",
         former="vcard:tel vcard:telephone"),
    _row("classification", "org:classification", "concept", "organization", "Art der Organisation|Kind",
         values="organization-kinds", range="skos:Concept"),
    _row("aliases", "skos:altLabel", "literal*", "organization", "Auch genannt|Also known as"),
    _row("address", "vcard:hasAddress", "node:Address", "organization", "Anschrift|Address"),
    _row("street", "vcard:street-address", "literal", "Address", "Straße|Street"),
    _row("postal_code", "vcard:postal-code", "literal", "Address", "Postleitzahl|Postal code"),
    _row("locality", "vcard:locality", "literal", "Address", "Ort|Town"),
    _row("country", "vcard:country-name", "literal", "Address", "Land|Country"),
    # -- projects
    _row("phase", "adms:status", "concept", "project PhaseStep", "Phase|Phase", values="phases", range="skos:Concept"),
    _row("goals", "lotse:goal", "text*", "project", "Ziel|Goal"),
    _row("benefits", "lotse:benefit", "text*", "project", "Was bringt es|Benefit"),
    _row("chances", "lotse:chance", "text*", "project", "Chance|Opportunity"),
    _row("risks", "lotse:risk", "text*", "project", "Risiko|Risk"),
    _row("budget", "lotse:budget", "node:Money", "project", "Kosten|Budget"),
    _row("funding", "schema:funding", "node:Funding*", "project", "Förderung|Funding"),
    _row("milestones", "lotse:milestone", "node:Milestone*", "project", "Meilenstein|Milestone"),
    _row("phase_steps", "lotse:phaseStep", "node:PhaseStep*", "project", "Phase mit Datum|Phase with date"),
    _row("cost_steps", "lotse:costStep", "node:CostStep*", "project", "Stand der Kosten|State of costs"),
    _row("opportunities", "lotse:opportunity", "node:Opportunity*", "project", "Mitmachen|Take part"),
    _row("indicators", "lotse:indicator", "node:Indicator*", "project", "Kennzahl|Indicator"),
    _row("decisions", "dct:isReferencedBy", "iri*", "project", "Beschluss|Decision"),
    _row("name", "schema:name", "text", "Funding", "Programm|Programme"),
    _row("identifier", "schema:identifier", "literal", "Funding", "Förderkennzeichen|Grant number"),
    _row("funder", "schema:funder", "node:Agent", "Funding", "Fördergeber|Funder"),
    _row("amount", "schema:amount", "node:Money", "Funding", "Betrag|Amount"),
    _row("value", "schema:value", "decimal", "Money CostStep Observation", "Wert|Value"),
    _row("currency", "schema:currency", "literal", "Money CostStep", "Währung|Currency"),
    _row("state", "dct:type", "concept", "Money CostStep", "Stand|State", values="budget-states", range="skos:Concept"),
    _row("planned", "lotse:planned", "date", "Milestone PhaseStep", "geplant|planned"),
    _row("reached", "lotse:reached", "date", "Milestone PhaseStep", "erreicht|reached"),
    _row("reason", "lotse:reason", "text", "Milestone PhaseStep CostStep", "Grund|Reason"),
    _row("date", "dct:date", "date", "CostStep", "am|on"),
    _row("type", "dct:type", "concept", "Opportunity", "Art|Kind", values="opportunities", range="skos:Concept"),
    _row("page", "foaf:page", "iri", "Opportunity", "Internetseite|Web page", range="foaf:Document"),
    _row("unit", "schema:unitText", "literal", "Indicator Column", "Einheit|Unit"),
    _row("baseline", "lotse:baselineValue", "decimal", "Indicator", "Ausgangswert|Baseline"),
    _row("target", "lotse:targetValue", "decimal", "Indicator", "Zielwert|Target"),
    _row("observations", "lotse:observation", "node:Observation*", "Indicator", "Messwert|Observation"),
    _row("date", "schema:observationDate", "date", "Observation", "Stand|As of"),
    _row("source", "dct:source", "iri", "Indicator", "Datenquelle|Source"),
    # -- to other things
    _row("in_series", "dcat:inSeries", "link*", "dataset series", "Teil der Datenserie|In series",
         range="dcat:DatasetSeries"),
    _row("has_version", "dcat:hasVersion", "link*", "dataset", "Weitere Version|Has version", range="dcat:Dataset",
         former="dct:hasVersion"),
    _row("version_of", "dct:isVersionOf", "link*", "dataset", "Version von|Version of", range="dcat:Dataset",
         deprecated=True),
    _row("source", "dct:source", "link*", "dataset", "Abgeleitet aus|Source", range="dcat:Dataset"),
    _row("related", "dct:relation", "link*", "dataset series service project event publicservice", "Verwandt|Related"),
    _row("referenced_by", "dct:isReferencedBy", "link*", "dataset", "Erwähnt in|Referenced by"),
    _row("references", "dct:references", "link*", "dataset", "Verweist auf|References"),
    _row("generated_by", "prov:wasGeneratedBy", "link*", "dataset", "Entstanden in|Generated by",
         range="prov:Activity"),
    _row("serves", "dcat:servesDataset", "link*", "service", "Liefert Daten aus|Serves dataset", range="dcat:Dataset"),
    _row("produces", "prov:generated", "link*", "project", "Erzeugt|Produces"),
    _row("uses", "prov:used", "link*", "project", "Nutzt|Uses"),
    _row("public_service", "lotse:relatedService", "link*", "project", "Leistung|Public service"),
    _row("part_of", "dct:isPartOf", "link*", "project event publicservice series", "Teil von|Part of"),
    _row("has_part", "dct:hasPart", "link*", "project event", "Teile|Has part"),
    _row("follows", "prov:wasInformedBy", "link*", "project", "Folgt auf|Follows"),
    _row("event", "schema:subjectOf", "link*", "project", "Termin|Event"),
    _row("about", "schema:about", "link*", "event", "Gehört zu|About"),
    _row("unit_of", "org:unitOf", "link*", "organization", "Teil der Organisation|Unit of"),
    _row("relationships", "dcat:qualifiedRelation", "node:Relationship*", "dataset", "Beziehung|Relationship"),
    _row("relation", "dct:relation", "iri", "Relationship", "zu|to"),
    # -- the catalogue and its records
    _row("theme_taxonomies", "dcat:themeTaxonomy", "iri*", "catalog", "Themenliste|Theme taxonomy",
         range="skos:ConceptScheme"),
    _row("dataset", "dcat:dataset", "link*", "catalog", "Datensatz|Dataset", range="dcat:Dataset"),
    _row("service", "dcat:service", "link*", "catalog", "Datendienst|Service", range="dcat:DataService"),
    _row("catalog", "dcat:catalog", "link*", "catalog", "Katalog|Catalogue", range="dcat:Catalog"),
    _row("record", "dcat:record", "link*", "catalog", "Eintrag|Record", range="dcat:CatalogRecord"),
    _row("has_part", "dct:hasPart", "link*", "catalog", "Teilkatalog|Part", range="dcat:Catalog"),
    _row("part_of", "dct:isPartOf", "link*", "catalog", "Teil des Katalogs|Part of", range="dcat:Catalog"),
    _row("topic", "foaf:primaryTopic", "iri", "record", "Gegenstand|Primary topic"),
    _row("source", "dct:source", "iri", "record", "Übernommen aus|Source"),
)  # fmt: skip


@cache
def fields_of(cls: str) -> tuple[Field, ...]:
    """The rows of a class: a kind such as `dataset`, or a node class such as `Distribution`."""
    return tuple(field for field in FIELDS if cls in field.classes)


@cache
def rows_by_name(cls: str) -> Mapping[str, Field]:
    """Field -> row of a class, with a row for each field that holds all values of another (`periods`)."""
    rows = {row.name: row for row in fields_of(cls)}
    plural = {row.all: row._replace(name=row.all, many=True, all="") for row in rows.values() if row.all}
    return MappingProxyType(rows | plural)


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
