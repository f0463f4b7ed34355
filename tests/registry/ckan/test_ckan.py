"""CKAN packages to Metadata and back.

Covers: registry/ckan/agents.py, registry/ckan/places.py, registry/ckan/readers.py, registry/ckan/reading.py,
registry/ckan/resource_writing.py, registry/ckan/resources.py, registry/ckan/tables.py, registry/ckan/writing.py,
registry/ckan/written_values.py
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ckan import agents, to_metadata, to_package
from registry.ckan.readers import BOOKKEEPING
from registry.model import Agent, Contact, Finding, Link, Metadata, Period, Place, Record
from tests.builders import LICENCE, TRAN, a_dataset, a_record
from tests.effort import tries

SITE = "https://daten.example.org"
THEME = "http://publications.europa.eu/resource/authority/data-theme/"
FILE = "http://publications.europa.eu/resource/authority/file-type/"


def a_package(**words: Any) -> dict[str, Any]:
    """A package as CKAN gives it; a field that is None is left out."""
    package = {
        "id": "5f1d4f0e-27d5-4a3a-9c0e-0a1a6f2a7b11",
        "name": "radwege",
        "title": "Radwege",
        "notes": "Radwege im Stadtgebiet.",
        "license_id": "dl-de-by-2.0",
        "organization": {"name": "mobilitaet", "title": "Amt für Mobilität", "id": "o1", "description": "Ein Amt."},
        "resources": [a_resource()],
        "state": "active",
        "type": "dataset",
    } | words
    return {key: value for key, value in package.items() if value is not None}


def a_resource(**words: Any) -> dict[str, Any]:
    return {
        "id": "0c1fbb1e-5f0c-4d5c-8d3b-7c1cba0f3c77",
        "url": "https://daten.example.org/rad.csv",
        "format": "CSV",
    } | words


def read(**words: Any) -> Metadata:
    return to_metadata(a_package(**words), SITE, "de")[0]


def findings(**words: Any) -> list[tuple[str, str, str]]:
    return [(one.rule, one.field, one.value) for one in to_metadata(a_package(**words), SITE, "de")[1]]


def test_a_plain_package_is_read_without_a_finding() -> None:
    metadata = read()
    assert findings() == []
    assert metadata.kind == "dataset"
    assert metadata.title == {"de": "Radwege"}
    assert metadata.description == {"de": "Radwege im Stadtgebiet."}
    assert metadata.identifiers == ("5f1d4f0e-27d5-4a3a-9c0e-0a1a6f2a7b11",)
    assert metadata.publisher == Agent(name={"de": "Amt für Mobilität"}, identifiers=("mobilitaet",))
    assert metadata.extras == {"name": "radwege"}
    (one,) = metadata.distributions
    assert (one.id, one.access_url, one.licence) == (
        "0c1fbb1e-5f0c-4d5c-8d3b-7c1cba0f3c77",
        "https://daten.example.org/rad.csv",
        LICENCE,
    )
    assert one.format == FILE + "CSV"


def test_extras_may_be_a_mapping_a_list_of_pairs_or_json_in_a_string() -> None:
    pairs = [{"key": "frequency", "value": "monthly"}, {"key": "anlass", "value": "Radentscheid"}]
    mapping = {one["key"]: one["value"] for one in pairs}
    for extras in (pairs, mapping, json.dumps(pairs), json.dumps(mapping)):
        metadata = read(extras=extras)
        assert metadata.frequency.endswith("/MONTHLY")
        assert metadata.extras["anlass"] == "Radentscheid"


def test_lists_may_be_lists_or_json_in_a_string() -> None:
    languages = ("http://publications.europa.eu/resource/authority/language/DEU",
                 "http://publications.europa.eu/resource/authority/language/ENG")  # fmt: skip
    for value in (["de", "en"], '["de", "en"]', "de,en"):
        assert read(language=value).languages == languages


def test_a_field_of_the_package_wins_over_an_extra_of_that_name_and_the_other_is_kept() -> None:
    words = {"issued": "2020-01-01", "extras": {"issued": "2019-01-01"}}
    assert read(**words).issued == "2020-01-01"
    assert read(**words).extras["issued"] == ["2019-01-01"]
    assert ("value-extra", "issued", "2019-01-01") in findings(**words)


def test_what_nobody_knows_is_kept_and_bookkeeping_is_not() -> None:
    metadata = read(
        flughoehe=3, revision_id="x", tracking_summary={"total": 1}, resources=[a_resource(blatt="3", position=1)]
    )
    assert metadata.extras["flughoehe"] == 3
    assert metadata.extras["resources"] == {"0c1fbb1e-5f0c-4d5c-8d3b-7c1cba0f3c77": {"blatt": "3"}}
    assert "revision_id" not in metadata.extras
    assert "tracking_summary" not in metadata.extras


@pytest.mark.parametrize(
    ("words", "licence"),
    [
        ({"license_id": "dl-de-by-2.0"}, LICENCE),
        ({"license_id": None, "license_title": "Datenlizenz Deutschland Namensnennung 2.0"}, LICENCE),
        ({"license_id": None, "license_url": "https://www.govdata.de/dl-de/by-2-0"}, LICENCE),
        ({"license_id": None, "extras": {"terms_of_use": '{"license_id": "dl-de-by-2.0"}'}}, LICENCE),
        ({"license_id": "cc-by", "resources": [a_resource(license=LICENCE)]}, LICENCE),
    ],
)
def test_a_licence_is_the_resources_own_or_that_of_the_package_however_it_is_said(
    words: dict[str, Any], licence: str
) -> None:
    metadata = read(**words)
    assert [one.licence for one in metadata.distributions] == [licence]
    assert metadata.extras.get("license_title") is None


def test_an_unknown_licence_is_a_finding_and_its_words_stay_with_the_file() -> None:
    words = {"license_id": "hauslizenz", "license_title": "Unsere Hauslizenz"}
    assert ("licence-unknown", "licence", "hauslizenz") in findings(**words)
    (one,) = read(**words).distributions
    assert one.licence == ""
    assert [statement.label for statement in one.rights] == [{"de": "Unsere Hauslizenz"}]
    assert read(**words).extras["license_id"] == "hauslizenz"


def test_a_foreign_licence_with_an_address_is_passed_on() -> None:
    words = {"license_id": None, "license_url": "https://lizenzen.example.org/7", "license_title": "Lizenz 7"}
    (one,) = read(**words).distributions
    assert one.licence == "https://lizenzen.example.org/7"
    assert ("licence-unknown", "licence", "Lizenz 7") in findings(**words)


def test_groups_that_are_themes_become_themes_others_stay() -> None:
    metadata = read(groups=["transport_verkehr", {"name": "tran"}, {"name": "highlights", "title": "Highlights"}])
    assert metadata.themes == (TRAN,)
    assert metadata.extras["groups"] == [{"name": "highlights", "title": "Highlights"}]


def test_the_one_group_of_dkan_is_the_publisher() -> None:
    metadata = read(
        organization=None, groups=[{"name": "group/stadt", "title": "Stadt Beispiel", "description": "<p>…"}]
    )
    assert metadata.publisher == Agent(name={"de": "Stadt Beispiel"}, identifiers=("group/stadt",))
    assert "groups" not in metadata.extras


def test_without_a_publisher_the_author_is_it_and_that_is_said() -> None:
    words = {"organization": None, "author": "Amt für Statistik", "author_email": "statistik@stadt.example"}
    author = Agent(name={"de": "Amt für Statistik"}, email="statistik@stadt.example")
    assert read(**words).publisher == author
    assert read(**words).creators == (author,)
    assert read(**words).contacts == (Contact(name={"de": "Amt für Statistik"}, email="statistik@stadt.example"),)
    assert ("value-mended", "publisher", "Amt für Statistik") in findings(**words)


def test_the_maintainer_is_the_contact_unless_there_is_one() -> None:
    maintainer = {"maintainer": "Leitstelle", "maintainer_email": "leitstelle@stadt.example"}
    assert read(**maintainer).contacts == (Contact(name={"de": "Leitstelle"}, email="leitstelle@stadt.example"),)
    both = read(
        **maintainer,
        extras={"contact_name": "Geoportal", "contact_email": "geo@stadt.example", "contact_tel": "06221 1"},
    )
    assert both.contacts == (Contact(name={"de": "Geoportal"}, email="geo@stadt.example", telephone="06221 1"),)
    assert both.custodians == (Agent(name={"de": "Leitstelle"}, email="leitstelle@stadt.example"),)


def test_an_unreadable_mail_address_is_a_finding_and_stays() -> None:
    words = {"maintainer": "Leitstelle", "maintainer_email": "leitstelle ät stadt.example"}
    assert read(**words).contacts == (Contact(name={"de": "Leitstelle"}),)
    assert read(**words).extras["maintainer_email"] == "leitstelle ät stadt.example"
    assert ("value-unread", "email", "leitstelle ät stadt.example") in findings(**words)


def test_contacts_dates_and_terms_of_the_ogd_schema_are_read() -> None:
    extras = {
        "contacts": json.dumps(
            [
                {"role": "veroeffentlichende_stelle", "name": "Stadt Moers", "email": "info@moers.example"},
                {
                    "role": "ansprechpartner",
                    "name": "Geodaten",
                    "email": "geo@moers.example",
                    "address": "Platz 1",
                },
                {"role": "vertrieb", "name": "Vertrieb"},
            ]
        ),
        "temporal_coverage_from": "2000-01-01 00:00:00",
        "temporal_coverage_to": "2013-12-04 00:00:00",
        "temporal_granularity": "Quartal",
        "geographical_granularity": "stadt",
        "spatial_reference": '{"ags": "08221000", "nuts": "DE125", "text": "Heidelberg"}',
        "terms_of_use": '{"attribution_text": "Stadt Moers"}',
    }
    metadata = read(organization=None, extras=extras)
    assert metadata.publisher == Agent(name={"de": "Stadt Moers"}, email="info@moers.example")
    assert metadata.contacts == (Contact(name={"de": "Geodaten"}, email="geo@moers.example"),)
    assert metadata.custodians == (Agent(name={"de": "Vertrieb"}),)
    assert metadata.period == Period(start="2000-01-01T00:00:00", end="2013-12-04T00:00:00")
    assert metadata.temporal_resolution == "P3M"
    assert metadata.geocoding_levels == ("http://dcat-ap.de/def/politicalGeocoding/Level/municipality",)
    assert [place.iri for place in metadata.places] == [
        "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/08221000",
        "http://data.europa.eu/nuts/code/DE125",
    ]
    assert metadata.extras["contacts"] == [{"role": "ansprechpartner", "address": "Platz 1"}]


def test_ogd_dates_are_read_by_their_role() -> None:
    dates = [
        {"role": "erstellt", "date": "2012-05-01"},
        {"role": "veroeffentlicht", "date": "2012-06-01T00:00:00"},
        {"role": "aktualisiert", "date": "2013-01-02"},
    ]
    metadata = read(extras={"dates": json.dumps(dates)}, metadata_created="2020-01-01T00:00:00")
    assert (metadata.issued, metadata.modified) == ("2012-06-01T00:00:00", "2013-01-02")
    assert metadata.extras["dates"] == [{"role": "erstellt", "date": "2012-05-01"}]


@pytest.mark.parametrize("key", ["issued", "dcat_issued", "date_released"])
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2024-03-01T12:00:00", "2024-03-01T12:00:00"),
        ("2024-03-01 12:00", "2024-03-01 12:00"),
        ("2024-03-01T12:00:00+02:00", "2024-03-01T12:00:00+02:00"),
        ("01.03.2024 12:00", "2024-03-01T12:00:00"),
        ("2024-03", "2024-03"),
    ],
)
def test_dates_of_extras_are_as_written(key: str, written: str, kept: str) -> None:
    later = key.replace("issued", "modified").replace("date_released", "date_updated")
    metadata = read(extras={key: written, later: written}, metadata_created="2020-01-01T00:00:00")
    assert (metadata.issued, metadata.modified) == (read_iso(kept), read_iso(kept))
    resource = a_resource(issued=written, modified=written, created="2020-01-01T00:00:00")
    (file,) = read(resources=[resource]).distributions
    assert (file.issued, file.modified) == (read_iso(kept), read_iso(kept))


def read_iso(text: str) -> str:
    """With the T and the seconds that we write."""
    return text.replace(" ", "T") + ":00" if " " in text else text


def test_dates_of_ckan_itself_are_utc() -> None:
    metadata = read(metadata_created="2024-03-01T12:00:00.5", metadata_modified="2024-03-02 12:00:00")
    assert (metadata.issued, metadata.modified) == ("2024-03-01T12:00:00.5Z", "2024-03-02T12:00:00Z")
    (file,) = read(
        resources=[a_resource(created="2024-03-01T12:00:00", last_modified="2024-03-02T12:00:00+01:00")]
    ).distributions
    assert (file.issued, file.modified) == ("2024-03-01T12:00:00Z", "2024-03-02T12:00:00+01:00")
    in_extras = read(extras={"metadata_created": "2024-03-01T12:00:00"})
    assert in_extras.issued == "2024-03-01T12:00:00Z"


def test_the_attribution_of_the_terms_of_use_stands_with_each_file() -> None:
    metadata = read(extras={"terms_of_use": '{"license_id": "dl-de-by-2.0", "attribution_text": "Stadt Moers, 2013"}'})
    assert [one.attribution for one in metadata.distributions] == [{"de": "Stadt Moers, 2013"}]


def test_an_address_with_blanks_is_mended_and_said() -> None:
    resources = [a_resource(url="http://gsi.example.org/x?a=Ausgaben und Einnahmen")]
    (one,) = read(resources=resources).distributions
    assert one.access_url == "http://gsi.example.org/x?a=Ausgaben%20und%20Einnahmen"
    assert ("value-mended", "access_url", "http://gsi.example.org/x?a=Ausgaben und Einnahmen") in findings(
        resources=resources
    )


def test_there_is_always_an_access_url() -> None:
    file = "https://daten.example.org/rad.csv"
    for words in (
        {"url": file},
        {"url": "", "download_url": file},
        {"url": file, "download_url": file, "access_url": ""},
    ):
        (one,) = read(resources=[a_resource(**words)]).distributions
        assert one.access_url == file


def test_an_uploaded_file_can_be_downloaded() -> None:
    (one,) = read(resources=[a_resource(url_type="upload")]).distributions
    assert one.download_url == one.access_url == "https://daten.example.org/rad.csv"
    package = to_package(
        Record(id="rad", said=read(resources=[a_resource(url_type="upload")])), "https://lotse.example"
    )
    (again,) = to_metadata(package, SITE, "de")[0].distributions
    assert (again.download_url, again.access_url) == (one.download_url, one.access_url)


def test_resources_without_or_with_the_same_id_get_ids_of_their_own_that_stay() -> None:
    urls = ["https://a.example/1", "https://a.example/2"]
    resources = [{"url": url, "format": "CSV", "id": id} for url in urls for id in (None, "", "x", "x")]
    first, second = read(resources=resources), read(resources=resources)
    ids = [one.id for one in first.distributions]
    assert len(set(ids)) == len(ids) == 8
    assert ids == [one.id for one in second.distributions]


def test_uri_none_on_all_resources_does_not_merge_them() -> None:
    resources = [a_resource(id=str(n), uri="None") for n in range(3)]
    assert [one.iri for one in read(resources=resources).distributions] == ["", "", ""]


def test_an_unknown_format_is_a_finding_and_stays() -> None:
    resources = [a_resource(url="https://a.example/x", format="karteikasten")]
    metadata = read(resources=resources)
    assert metadata.distributions[0].format == ""
    assert metadata.extras["resources"][metadata.distributions[0].id]["format"] == "karteikasten"
    assert ("format-unknown", "format", "karteikasten") in findings(resources=resources)


def test_a_packed_format_says_what_it_is_packed_in() -> None:
    (one,) = read(resources=[a_resource(url="https://a.example/x", format="zip:shp")]).distributions
    assert one.format == FILE + "SHP"
    assert one.package_format == "https://www.iana.org/assignments/media-types/application/zip"


def test_dkan_times_and_sizes_are_read() -> None:
    resources = [
        a_resource(
            size="1.84 KB", created="2014-12-08T10:15:28+01:00", last_modified="Date changed\t2014-12-10T09:56:43+01:00"
        )
    ]
    (one,) = read(resources=resources).distributions
    assert (one.size, one.issued, one.modified) == (1884, "2014-12-08T10:15:28+01:00", "2014-12-10T09:56:43+01:00")


def test_times_that_ckan_writes_without_a_zone_are_utc() -> None:
    assert read(metadata_created="2013-04-19T15:40:23.682311").issued == "2013-04-19T15:40:23.682311Z"


def test_an_unreadable_date_is_a_finding_and_stays() -> None:
    words = {"extras": {"modified": "R/P1D"}}
    assert read(**words).modified == ""
    assert read(**words).extras["modified"] == "R/P1D"
    assert ("date-unreadable", "modified", "R/P1D") in findings(**words)


def test_a_new_metadata_modified_alone_is_no_change() -> None:
    before, after = (read(metadata_modified=f"2020-01-0{day}T00:00:00") for day in (1, 2))
    assert (before.modified, after.modified) == ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z")
    assert before.digest() == after.digest()
    assert before.digest() != read(metadata_modified="2020-01-01T00:00:00", title="Fußwege").digest()


def test_a_new_date_of_the_data_is_a_change() -> None:
    assert read(modified="2020-01-01").digest() != read(modified="2020-01-02").digest()
    touched = read(modified="2020-01-01", metadata_modified="2021-01-01T00:00:00")
    assert touched.digest() == read(modified="2020-01-01", metadata_modified="2022-01-01T00:00:00").digest()


def test_translations_are_words_by_language() -> None:
    metadata = read(
        title_translated={"de": "Radwege", "en": "Cycle paths"},
        notes_translated={"de": "Radwege im Stadtgebiet.", "en": "In the city."},
        tags_translated={"de": ["Rad"], "en": ["bike"]},
        tags=[{"name": "Rad"}],
        extras={"version_notes": '{"de": "neu", "en": "new"}'},
    )
    assert metadata.title == {"de": "Radwege", "en": "Cycle paths"}
    assert metadata.keywords == {"de": ("Rad",), "en": ("bike",)}
    assert metadata.version_notes == {"de": "neu", "en": "new"}
    assert metadata.extras == {"name": "radwege"}


def test_without_a_language_words_have_none() -> None:
    assert to_metadata(a_package(), SITE, "")[0].title == {"und": "Radwege"}


def test_places_are_read_from_geojson_iris_and_names() -> None:
    spatial = '{"type":"Polygon","coordinates":[[[8.5,49.3],[8.8,49.3],[8.8,49.5],[8.5,49.5],[8.5,49.3]]]}'
    box = "POLYGON((8.5 49.3, 8.8 49.3, 8.8 49.5, 8.5 49.5, 8.5 49.3))"
    flat = {"spatial": spatial, "spatial_uri": "https://sws.geonames.org/2907911/", "spatial_text": "Heidelberg"}
    place = Place(iri="https://sws.geonames.org/2907911/", name={"de": "Heidelberg"}, bbox=box)
    assert read(extras=flat).places == (place,)
    nested = [{"uri": place.iri, "text": "Heidelberg", "geom": json.loads(spatial)}, {"text": "Mannheim"}]
    assert read(spatial_coverage=nested).places == (place, Place(name={"de": "Mannheim"}))
    sides = {"bbox-west-long": "8.5", "bbox-south-lat": "49.3", "bbox-east-long": "8.8", "bbox-north-lat": "49.5"}
    assert read(extras=sides).places == (Place(bbox=box),)
    point = sides | {"bbox-east-long": "8.5", "bbox-north-lat": "49.3"}
    assert read(extras=point).places == (Place(centroid="POINT(8.5 49.3)"),)
    outside = sides | {"bbox-north-lat": "149.5"}
    assert (read(extras=outside).places, read(extras=outside).extras["bbox-north-lat"]) == ((), "149.5")
    assert read(extras={"spatial": "Altstadt"}).places == (Place(name={"de": "Altstadt"}),)


def test_a_broken_shape_is_a_finding_and_stays() -> None:
    words = {"extras": {"spatial": '{"type": "Polygon", "coordinates": [[[999, 1]]]}'}}
    assert read(**words).places == ()
    assert read(**words).extras["spatial"] == words["extras"]["spatial"]
    assert [one[0] for one in findings(**words)] == ["value-unread"]


def test_links_are_iris_and_what_is_none_stays() -> None:
    metadata = read(extras={"source": "HMDK/1", "related_resource": '["https://a.example/1", "Karte"]'})
    assert metadata.links == (Link("related", "https://a.example/1"),)
    assert metadata.extras["source"] == "HMDK/1"
    assert metadata.extras["related_resource"] == ["Karte"]


def test_series_and_services_are_told_by_type_and_unknown_types_stay() -> None:
    assert read(type="dataset_series").kind == "series"
    service = read(type="data_service", resources=[])
    assert (service.kind, service.licence) == ("service", LICENCE)
    dokument = read(type="dokument")
    assert (dokument.kind, dokument.extras["type"]) == ("dataset", "dokument")


# -- whatever comes

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    """
    id name title title_translated notes tags tags_translated groups extras resources theme organization
    author author_email maintainer publisher publisher_name contact contacts dates license_id license_url
    license_title license terms_of_use language spatial spatial_coverage spatial_reference temporal_coverage
    temporal_start bbox-west-long type url metadata_modified issued geographical_granularity
    temporal_granularity temporal_granularity_factor used_datasets provenance
    """.split()  # noqa: SIM905
)
RESOURCES = st.lists(
    st.dictionaries(
        st.sampled_from(
            ["id", "url", "name", "format", "mimetype", "size", "hash", "license", "access_services", "created"]
        ),
        JSON,
        max_size=5,
    )
    | JSON,
    max_size=3,
)


@settings(max_examples=tries(50, 200), deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=12), RESOURCES)
def test_whatever_a_package_says_it_is_read_and_can_be_stored(words: dict[str, Any], resources: list[Any]) -> None:
    metadata, found = to_metadata(words | {"resources": resources}, SITE, "de")
    again = msgspec.json.decode(msgspec.json.encode(metadata), type=Metadata)
    assert again.digest() == metadata.digest()
    assert all(isinstance(one, Finding) for one in found)
    orjson.dumps(to_package(Record(id="x", said=metadata), "https://lotse.example.org"))


# -- real catalogues


def packages(shared: Path, name: str) -> list[dict[str, Any]]:
    data = (shared / "data" / "ckan" / name).read_bytes()
    loaded = json.loads(gzip.decompress(data) if name.endswith(".gz") else data)
    found = loaded.get("result", loaded) if isinstance(loaded, dict) else loaded
    while found and isinstance(found, list) and isinstance(found[0], list):
        found = found[0]
    return found if isinstance(found, list) else [found]


REAL = (
    "berlin_2014-12-18_packages.json.gz",
    "koeln_2015-01-21_packages.json.gz",
    "govdata/govdata_dataset_response.json",
    "govdata/govdata_package_show.json",
    "govdata/govdata_dcatap_dataset.json",
    "examples/udata_dkan-french-w-license.json",
)
# Keys whose words are translated: into a concept, a number, a date, a mended address.
TRANSLATED = {
    "format": "format", "mimetype": "media_type", "language": "languages", "license": "licence",
    "license_id": "licence", "license_title": "licence", "license_url": "licence", "groups": "themes",
    "size": "size", "theme": "themes",
    "hash_algorithm": "checksum", "temporal_granularity": "temporal_resolution", "frequency": "frequency",
    "access_rights": "access", "plannedAvailability": "availability", "status": "status", "spatial": "places",
    "spatial_reference": "places", "terms_of_use": "licence", "type": "kind", "resource_type": "download_url",
}  # fmt: skip


def leaves(package: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a package says, key by key, without bookkeeping and without what describes groups and organizations."""
    extras = package.get("extras") or {}
    pairs = extras.items() if isinstance(extras, dict) else [(one["key"], one["value"]) for one in extras]
    for key, value in [*package.items(), *pairs]:
        if key == "resources":
            for resource in value:
                yield from leaves(resource)
        elif (
            key not in BOOKKEEPING
            and key not in ("extras", "groups", "organization")
            and value not in (None, "", "[]", "{}")
        ):
            if isinstance(value, str) and value.startswith('["'):
                value = json.loads(value)
            if isinstance(value, list):
                yield from ((key, one.get("name") if isinstance(one, dict) else one) for one in value)
            else:
                yield key, value


def stands(words: str, kept: str, mended: set[str]) -> bool:
    """Whether words are in what was kept, but for the case of a checksum and the blank of a timestamp."""
    bare = words.replace("Date changed", "").strip("\ufeff \t").replace(" ", "T")
    return json.dumps(words, ensure_ascii=False)[1:-1] in kept or words in mended or bare.lower() in kept.lower()


@pytest.mark.parametrize("name", REAL)
def test_of_a_real_catalogue_nothing_is_lost(shared: Path, name: str) -> None:
    lost = []
    for package in packages(shared, name):
        metadata, found = to_metadata(package, SITE, "de")
        kept = json.dumps(msgspec.to_builtins(metadata), ensure_ascii=False)
        mended = {one.value.strip() for one in found if one.rule == "value-mended"}
        for key, value in leaves(package):
            if not stands(str(value).strip(), kept, mended) and f'"{TRANSLATED.get(key)}": ' not in kept:
                lost.append((package["name"], key, value))
    assert lost == []


@pytest.mark.parametrize("name", REAL)
def test_a_real_package_written_again_says_the_same(shared: Path, name: str) -> None:
    for package in packages(shared, name):
        metadata, _ = to_metadata(package, SITE, "de")
        again, _ = to_metadata(json.loads(json.dumps(to_package(a_record(said=metadata), SITE))), SITE, "de")
        assert said(again) == said(metadata), package["name"]


def said(metadata: Metadata) -> dict[str, Any]:
    """Without what is another in our own catalogue: ids, IRIs of ours, what the model has no field for."""
    words: dict[str, Any] = msgspec.to_builtins(metadata)
    for key in ("iri", "identifiers", "extras"):
        words.pop(key, None)
    for one in words.get("distributions", ()):
        one.pop("id")
        if one.get("iri", "").startswith(f"{SITE}/id/"):  # ours, which the package has now
            del one["iri"]
    return words


# -- a record as a package


def test_a_package_has_what_clients_of_ckan_ask_for() -> None:
    package = to_package(a_record(said=a_dataset(keywords={"de": ("Rad", "Verkehr")})), "https://lotse.example.org")
    assert package["name"] == "radwege"
    assert package["license_id"] == "dl-by-de/2.0"
    assert package["isopen"] is True
    assert [tag["name"] for tag in package["tags"]] == ["Rad", "Verkehr"]
    assert [group["name"] for group in package["groups"]] == ["tran"]
    assert package["organization"]["title"] == "Amt für Mobilität"
    assert package["owner_org"] == package["organization"]["id"]
    assert package["resources"][0]["package_id"] == package["id"]
    assert (package["num_tags"], package["num_resources"]) == (2, 1)
    assert {"key": "uri", "value": "https://lotse.example.org/id/radwege"} in package["extras"]
    assert all(isinstance(one["value"], str) for one in package["extras"])


def test_ids_of_packages_stay_and_differ() -> None:
    first, again = (to_package(a_record(), "https://lotse.example.org") for _ in range(2))
    other = to_package(a_record(id="fusswege"), "https://lotse.example.org")
    assert first == again
    assert first["id"] != other["id"]
    assert first["resources"][0]["id"] != other["resources"][0]["id"]


# -- nothing lost, nothing invented


def test_a_tag_with_an_underscore_is_a_tag_with_a_hyphen() -> None:
    said = read(title=None, title_translated={"de_DE": "Radwege", "en_GB": "Cycle paths"})
    assert said.title == {"de-DE": "Radwege", "en-GB": "Cycle paths"}
    assert read(tags_translated={"de_DE": ["Rad"], "de-DE": ["Weg"]}).keywords == {"de-DE": ("Rad", "Weg")}


@pytest.mark.parametrize("tag", ["1234", "toolonglanguage", "d"])
def test_what_is_no_tag_stays_with_a_finding(tag: str) -> None:
    said, findings = to_metadata(a_package(title_translated={tag: "Radwege"}), SITE, "de")
    assert said.title == {"de": "Radwege"}
    assert said.extras["title_translated"] == {tag: "Radwege"}
    assert ("value-unread", "title") in [(one.rule, one.field) for one in findings]


def test_words_beside_a_known_licence_stay() -> None:
    said, findings = to_metadata(a_package(license_id="dl-by-de/2.0", license="nur nach Rücksprache"), SITE, "de")
    assert said.distributions[0].licence == LICENCE
    assert said.extras["license"] == "nur nach Rücksprache"
    assert ("value-extra", "licence", "nur nach Rücksprache") in [(one.rule, one.field, one.value) for one in findings]
    again = read(license_id="dl-by-de/2.0", licence="dl-de/by-2-0")
    assert "licence" not in again.extras


@pytest.mark.parametrize("factor", ["²", "9" * 5_000, "-1"])
def test_a_factor_that_is_no_number_costs_nothing(factor: str) -> None:
    said = read(temporal_granularity="Tag", temporal_granularity_factor=factor)
    assert said.extras["temporal_granularity_factor"] == factor
    assert read(temporal_granularity="Tag", temporal_granularity_factor="7").temporal_resolution == "P7D"


def test_a_long_text_of_an_agent_is_not_remembered() -> None:
    sizes = []
    for name in ("A", "A" * 50_000):
        agents._cached_agent.cache_clear()
        assert read(author=name).creators[0].name == {"de": name}
        sizes.append(agents._cached_agent.cache_info().currsize)
    assert sizes[1] == sizes[0] - 1


# -- objects in extras that are no text in several languages


def extra(key: str, value: Any) -> dict[str, Any]:
    return {"key": key, "value": value}


@pytest.mark.parametrize("written", [json.dumps, lambda value: value, lambda value: json.dumps([value])])
def test_an_object_in_an_extra_describes_the_publisher(written: Any) -> None:
    metadata = read(
        organization=None, extras=[extra("publisher", written({"name": "Amt für Grün", "email": "gruen@example.org"}))]
    )
    assert metadata.publisher == Agent(name={"de": "Amt für Grün"}, email="gruen@example.org")


@pytest.mark.parametrize(
    "written",
    ['{"quelle":"Vermessung","stand":"2024"}', '{"id":"7"}', '{ "text": "Vermessung" }', '{"de":"A","alt":"B"}'],
)
def test_an_object_whose_keys_are_no_languages_is_kept_with_a_finding(written: str) -> None:
    metadata = read(extras=[extra("provenance", written)])
    assert metadata.provenance == ()
    assert metadata.extras["provenance"] == written
    assert findings(extras=[extra("provenance", written)]) == [("value-unread", "provenance", written)]


def test_texts_by_language_are_still_read() -> None:
    written = '{"de_DE": "Vermessung", "en": "Survey", "hsb": ""}'
    metadata = read(extras=[extra("provenance", written)], title_translated={"de": "Wege", "sw": "Njia"})
    assert metadata.provenance[0].label == {"de-DE": "Vermessung", "en": "Survey"}
    assert metadata.title == {"de": "Wege", "sw": "Njia"}


# -- places and contacts in other notations

POINT = "POINT(8.6821 49.3988)"
BOX = "POLYGON((8.57 49.35, 8.8 49.35, 8.8 49.46, 8.57 49.46, 8.57 49.35))"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("POINT (8.6821 49.3988)", Place(centroid=POINT)),
        ("SRID=4326;POINT (8.6821 49.3988)", Place(centroid=POINT)),
        ("8.57,49.35,8.80,49.46", Place(bbox=BOX)),
        ("[8.57, 49.35, 8.80, 49.46]", Place(bbox=BOX)),
        ([8.57, 49.35, 8.80, 49.46], Place(bbox=BOX)),
        (
            '{"xmin":8.57,"ymin":49.35,"xmax":8.80,"ymax":49.46,"spatialReference": {"wkid":4326}}',
            Place(bbox=BOX),
        ),
        ('{"type": "Point", "coordinates": [8.6821, 49.3988]}', Place(centroid=POINT)),
    ],
)
def test_a_shape_in_any_notation_is_no_name(written: Any, place: Place) -> None:
    assert read(extras=[extra("spatial", written)]).places == (place,)
    nested = [{"geom": written}]
    assert read(spatial_coverage=nested).places == (place,)


@pytest.mark.parametrize("key", ["spatial", "spatial_text", "geographical_coverage"])
@pytest.mark.parametrize("written", ['["ARG", "02"]', "POLYGON((8.57 x))", "8.57,49.35,999,49.46"])
def test_coordinates_that_cannot_be_read_are_kept_with_a_finding(key: str, written: str) -> None:
    metadata = read(extras=[extra(key, written)])
    assert (metadata.places, metadata.extras[key]) == ((), written)
    assert findings(extras=[extra(key, written)]) == [("value-unread", "places", written)]


def test_numbers_and_mail_addresses_of_contacts_are_without_their_scheme() -> None:
    extras = [extra("contact_tel", "tel:+49-6221-58;ext=12"), extra("contact_email", "MAILTO:amt@example.org")]
    (contact,) = read(extras=extras).contacts
    assert (contact.telephone, contact.email) == ("+49-6221-58", "amt@example.org")


def test_mail_addresses_and_checksums_in_other_forms_are_read() -> None:
    extras = [extra("contact_tel", "callto:+49622158"), extra("contact_email", "Amt <amt@example.org>")]
    (contact,) = read(extras=extras).contacts
    assert (contact.telephone, contact.email) == ("+49622158", "amt@example.org")
    assert ("value-mended", "email", "Amt <amt@example.org>") in findings(extras=extras)
    file = {"url": "https://example.org/a.csv", "hash_algorithm": "sha1"}
    checksums = [
        read(resources=[{**file, "hash": written}]).distributions[0].checksum for written in ("DEADBEEF", "deadbee")
    ]
    assert [checksum and checksum.value for checksum in checksums] == ["deadbeef", None]


def test_empty_keywords_by_language_are_none() -> None:
    assert read(tags_translated={"de": [" Baum ", "Baum", " "], "en": [""]}).keywords == {"de": ("Baum",)}


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("in_extras", [False, True])
@pytest.mark.parametrize(
    ("key", "field", "written", "right"),
    [
        ("spatial_resolution_in_meters", "spatial_resolution", ["10.5", "20"], "10.5"),
        ("spatial_resolution_in_meters", "spatial_resolution", [10, "20"], "10"),
        ("temporal_resolution", "temporal_resolution", ["PT24H"], "PT24H"),
        ("temporal_resolution", "temporal_resolution", ["?", "P1D", "P1D"], "P1D"),
        ("issued", "issued", ["2020-01-02"], "2020-01-02"),
        ("url", "landing_page", ["https://x.example/a", "https://x.example/b"], "https://x.example/a"),
        ("qualityProcessURI", "quality_process", ["https://x.example/q"], "https://x.example/q"),
    ],
)
def test_of_a_list_where_one_value_has_room_the_first_readable_fills_the_field(
    key, field, written, right, in_extras, as_json
):
    value = json.dumps(written) if as_json else written
    package = {"title": "A", "extras": [{"key": key, "value": value}]} if in_extras else {"title": "A", key: value}
    metadata, findings = to_metadata(package, "https://p.example/", "de")
    assert getattr(metadata, field) == right
    others = [other for other in dict.fromkeys(written) if str(other) != right]
    assert metadata.extras == ({key: others} if others else {})
    assert [one.rule for one in findings if one.field == field] == ["value-extra"] * bool(others)


def test_a_list_without_a_readable_value_is_told_and_kept():
    for written in (["?", "!"], [""], ["?"]):
        metadata, findings = to_metadata({"temporal_resolution": written}, "https://p.example/", "de")
        assert metadata.extras == {"temporal_resolution": written}
        assert [one.rule for one in findings] == ["value-unread"]


def test_the_same_lists_are_read_in_a_resource():
    resource = {
        "url": "https://x.example/a.csv",
        "temporal_resolution": ["PT1H"],
        "spatial_resolution_in_meters": "[5]",
    }
    metadata, findings = to_metadata({"resources": [resource]}, "https://p.example/", "de")
    (distribution,) = metadata.distributions
    assert (distribution.temporal_resolution, distribution.spatial_resolution) == ("PT1H", "5")
    assert not {one.rule for one in findings} & {"value-unread", "value-extra"}
