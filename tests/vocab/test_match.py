"""Free words to concepts: exact or none, over the real values of city catalogues.

Covers: vocab/folding.py, vocab/formats.py, vocab/frequencies.py, vocab/licences.py
"""

import csv
import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ended
from tests.paths import ROOT
from vocab import folding, formats, frequencies, licences, match
from vocab.concepts import Concept, ConceptList, concept_list, load
from vocab.folding import fold
from vocab.formats import FileType

DISTRICTS = load(ROOT / "deploy/heidelberg/districts.csv")
IANA = "https://www.iana.org/assignments/media-types/"


def notation(concept: Concept | None) -> str | None:
    return concept.notation if concept else None


def codes(answer: FileType | None) -> str | None:
    """ "SHP in ZIP" """
    if not answer:
        return None
    return answer.concept.notation + (f" in {answer.package.notation}" if answer.package else "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("CC BY 4.0", "cc-by/4.0"),
        ("cc-by", "cc-by"),
        ("Creative Commons Namensnennung 4.0 International (CC BY 4.0)", "cc-by/4.0"),
        ("Creative Commons Attribution 4.0", "cc-by/4.0"),
        ("Creative Commons Namensnennung 3.0 DE\r", "cc-by-de/3.0"),
        ("Creative Commons Namensnennung - Nicht kommerziell (CC BY-NC)", "cc-by-nc"),
        ("CC-BY-NC-SA-4.0", "CC_BYNCSA_4_0"),
        ("CC-BY-3.0", "CC_BY_3_0"),
        ("cc-by-3.0", "cc-by-de/3.0"),
        ("CC BY-SA 2.0 DE", None),
        ("CC BY 3.0 US", None),
        ("CC0 1.0 Universal", "cc-zero"),
        ("Datenlizenz Deutschland – Namensnennung – Version 2.0", "dl-by-de/2.0"),
        ("Lizenz: Datenlizenz Deutschland Namensnennung 2.0", "dl-by-de/2.0"),
        ("DL-DE->BY-2.0", "dl-by-de/2.0"),
        ("Datenlizenz Deutschland Namensnennung", None),
        ("Datenlizenz Deutschland Zero", "dl-zero-de/2.0"),
        ("Open Data Commons Open Database License (ODbL)", "odbl"),
        ("http://dcat-ap.de/def/licenses/cc-by-nc-de/4_0", "cc-by-nc/4.0"),
        ("https://www.dcat-ap.de/def/licenses/cc-zero/", "cc-zero"),
        ("http://creativecommons.org/licenses/by/3.0/de/legalcode", "cc-by-de/3.0"),
        ("creativecommons.org/licenses/by/4.0", None),
        ("https://creativecommons.org/licenses/by/4.0/deed.de", "cc-by/4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.de", "cc-zero"),
        ("https://spdx.org/licenses/CC-BY-3.0.html", "CC_BY_3_0"),
        ("http://creativecommons.org/licenses/by-sa/2.0/it/", None),
        ("http://www.opendefinition.org/licenses/cc-by-sa", "cc-by-sa"),
        ("https://www.govdata.de/dl-de/zero-2-0", "dl-zero-de/2.0"),
        ("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0", "cc-by/4.0"),
        ("Datenlizenz Deutschland Namensnennung 2.0 (https://www.govdata.de/dl-de/by-2-0)", "dl-by-de/2.0"),
        ("alle Daten außer https://creativecommons.org/licenses/by/4.0/", None),
        ("CC BY 3.0 und CC BY 4.0", None),
        ("Nutzung nur nach Genehmigung", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_words_name_a_licence(words, expected):
    assert notation(licences.licence(words)) == expected


@pytest.mark.parametrize(
    ("id", "url", "title", "expected"),
    [
        ("cc-by", "http://creativecommons.org/licenses/by/4.0/", "", "cc-by/4.0"),
        ("other-open", "", "Datenlizenz Deutschland Namensnennung 2.0", "dl-by-de/2.0"),
        ("other-closed", "", "Datenlizenz Deutschland Namensnennung 2.0", None),
        ("cc-by-3.0", "http://creativecommons.org/licenses/by/3.0/", "", "CC_BY_3_0"),
        ("cc-by", "", "Creative Commons BY-SA", None),
        ("cc-by-4.0", "http://creativecommons.org/licenses/by/3.0/", "", None),
        ("cc-by", "", "Creative Commons Namensnennung", "cc-by"),
        ("", "", "", None),
    ],
)
def test_id_address_and_title_of_a_licence_are_read_together(id, url, title, expected):
    assert notation(licences.licence(id, url, title)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("zip:shp", "SHP in ZIP"),
        ("kml, kmz", "KML"),
        ("WMS (http)", "WMS_SRVC"),
        ("OGC:WMS-1.3.0-http-get-map", "WMS_SRVC"),
        ("csv ", "CSV"),
        (".csv", "CSV"),
        ("text/csv; charset=utf-8", "CSV"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
        ("jrss", "JSON"),
        ("gjson", "GEOJSON"),
        ("excel", "XLS"),
        ("xla", "XLS"),
        ("bz2:nt", "RDF_N_TRIPLES in BZIP2"),
        ("csv (gezippt)", "CSV in ZIP"),
        ("shp.zip", "SHP in ZIP"),
        ("tar.gz", "TAR_GZ"),
        ("zip", "ZIP"),
        ("zip:mkz", None),
        ("csv, xlsx", None),
        ("WMS, WFS", None),
        ("http://publications.europa.eu/resource/authority/file-type/WFS", "WFS_SRVC"),
        ("https://www.iana.org/assignments/media-types/application/gml+xml", "GML"),
        ("", None),
        ("(", None),
    ],
)
def test_words_name_a_file_type(words, expected):
    assert codes(formats.file_type(words)) == expected


@pytest.mark.parametrize(
    ("format", "media_type", "url", "expected"),
    [
        ("kml, kmz", "", "https://example.org/a.kmz", "KMZ"),
        ("excel", "", "https://example.org/a.xlsx", "XLSX"),
        ("csv, xlsx", "text/csv", "", "CSV"),
        ("zip:shp", "", "https://example.org/a.zip", "SHP in ZIP"),
        ("", "text/csv", "https://example.org/a.zip", "CSV"),
        ("", "", "https://example.org/a.csv?x=1", "CSV"),
        ("", "application/octet-stream", "https://example.org/a.CSV", "CSV"),
        ("", "application/octet-stream", "https://example.org/a", "OCTET"),
        ("", "", "https://example.org/a.nt.bz2", "RDF_N_TRIPLES in BZIP2"),
        ("", "", "https://example.org/a.b.zip", "ZIP"),
        ("", "", "https://example.org/ows?SERVICE=WFS&REQUEST=GetCapabilities", "WFS_SRVC"),
        ("", "", "https://example.org/ows?service=WFS&outputFormat=csv", "CSV"),
        ("", "", "https://example.org/api/v1.0", None),
        ("", "", "https://example.org", None),
        ("", "", "http://[", None),
        ("unbekannt", "", "https://example.org/a.csv", None),
    ],
)
def test_media_type_and_address_help_where_words_leave_a_choice(format, media_type, url, expected):
    assert codes(formats.file_type(format, media_type, url)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("text/csv", IANA + "text/csv"),
        ("Text/CSV; charset=utf-8", IANA + "text/csv"),
        ("http://www.iana.org/assignments/media-types/text/csv", IANA + "text/csv"),
        ("csv", IANA + "text/csv"),
        ("application/x-zip-compressed", IANA + "application/zip"),
        ("application/vnd.ms-excel.sheet.macroenabled.12", IANA + "application/vnd.ms-excel.sheet.macroEnabled.12"),
        ("application/vnd.example.not-in-our-list+json", IANA + "application/vnd.example.not-in-our-list+json"),
        ("application/x-unheard-of", None),
        ("foo/bar", None),
        ("data", None),
        ("", None),
    ],
)
def test_words_name_a_media_type(words, expected):
    assert formats.media_type(words) == expected


@pytest.mark.parametrize(
    "words", ["de", "deu", "ger", "German", "Deutsch", "de-DE", "dt", "DE_at", "http://lexvo.org/id/iso639-3/deu"]
)
def test_german_has_many_names(words):
    assert notation(match.language(words)) == "DEU"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("täglich", "DAILY"),
        ("TAEGLICH", "DAILY"),
        ("jährlich", "ANNUAL"),
        ("alle 14 Tage", "BIWEEKLY"),
        ("vierzehntägig", "BIWEEKLY"),
        ("R/P1D", "DAILY"),
        ("R/P7D", "WEEKLY"),
        ("R/P12M", "ANNUAL"),
        ("P3M", "QUARTERLY"),
        ("R/P3.5D", "WEEKLY_2"),
        ("R/P0.33W", "WEEKLY_3"),
        ("R/PT1S", "CONT"),
        ("3 mal pro Woche", "WEEKLY_3"),
        ("2x jährlich", "ANNUAL_2"),
        ("2 mal täglich", None),
        ("zweimal täglich", "DAILY_2"),
        ("every two years", "BIENNIAL"),
        ("asNeeded", "AS_NEEDED"),
        ("http://purl.org/cld/freq/daily", "DAILY"),
        ("alle 5 Wochen", None),
        ("alle 99999999999999999999 Tage", None),
        ("R/P1.1.1D", None),
        ("P", None),
        ("", None),
    ],
)
def test_words_name_a_frequency(words, expected):
    assert notation(frequencies.frequency(words)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("envi", ["ENVI"]),
        ("Umwelt", ["ENVI"]),
        ("bildung_wissenschaft", ["EDUC", "TECH"]),
        ("geo", ["REGI"]),
        ("https://opendata.potsdam.de/id/theme/Bev%C3%B6lkerung", ["SOCI"]),
        ("http://publications.europa.eu/resource/authority/data-theme/NONE", []),
        ("stadt-koeln", []),
        ("", []),
    ],
)
def test_words_name_themes(words, expected):
    assert [one.notation for one in match.themes(words)] == expected
    assert notation(match.theme(words)) == (expected[0] if expected else None)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("laufend", "umsetzung"),
        ("laufend seit 2021", "umsetzung"),
        ("In Progress", "umsetzung"),
        ("in Umsetzung", "umsetzung"),
        ("Finished", "abgeschlossen"),
        ("Abgeschlossen, tägliche Datenaktualisierung", "abgeschlossen"),
        ("Laufend, Konzeptionierung, Sucht Mitmacher", None),
        ("zurückgestellt", "pausiert"),
        ("neu in der Liste", None),
        ("", None),
    ],
)
def test_words_name_a_phase(words, expected):
    assert notation(match.phase(words)) == expected


def test_words_name_a_role_and_a_kind_of_organization():
    roles, kinds = concept_list("roles").by_notation, concept_list("organization-kinds").by_notation
    assert match.concept("roles", "Projektleitung") == roles["federfuehrung"].iri
    assert match.concept("roles", "funder") == roles["foerdergeber"].iri
    assert match.concept("organization-kinds", "Universität") == kinds["hochschule"].iri
    assert match.concept("organization-kinds", "Universität Heidelberg") is None


def test_a_list_has_its_own_reader():
    eu, iana = "http://publications.europa.eu/resource/authority/", "https://www.iana.org/assignments/media-types/"
    assert match.concept("languages", "de-AT") == f"{eu}language/DEU"
    assert match.concept("frequencies", "alle 14 Tage") == f"{eu}frequency/BIWEEKLY"
    assert match.concept("licences", "CC BY 4.0") == licences.licence("CC BY 4.0").iri
    assert match.concept("phases", "laufend seit 2021") == match.phase("laufend seit 2021").iri
    assert match.concept("file-types", "zip:shp") == f"{eu}file-type/SHP"
    assert match.concept("media-types", "text/vnd.abc") == f"{iana}text/vnd.abc"
    assert match.concept("access-rights", "public") == f"{eu}access-right/PUBLIC"


def test_a_text_that_names_two_themes_names_no_single_one():
    two = match.concepts("themes", "bildung_wissenschaft")
    assert [iri.rpartition("/")[2] for iri in two] == ["EDUC", "TECH"]
    assert match.concept("themes", "bildung_wissenschaft") is None
    assert match.concepts("themes", "no theme") == ()


def test_codes_of_oc4ids_name_phases_and_roles(shared):
    folder = shared / "standards/oc4ids/codelists"
    for list_name, file in (("phases", "projectStatus.csv"), ("roles", "partyRole.csv")):
        with (folder / file).open() as rows:
            official = {row["Code"] for row in csv.DictReader(rows)}
        ours = {one.extra["oc4ids"] for one in concept_list(list_name)} - {""}
        assert ours <= official
        assert all(folding.match(list_name, code) for code in ours)


def test_a_district_is_known_by_its_spellings():
    assert notation(match.district("HD-Bahnstadt", DISTRICTS)) == "bahnstadt"
    assert notation(match.district("SUEDSTADT", DISTRICTS)) == "suedstadt"
    assert notation(match.district("gesamtstädtisch", DISTRICTS)) == "ganze-stadt"
    assert match.district("Metropolregion", DISTRICTS) is None


def test_a_text_mentions_districts_as_whole_words_and_never_the_city():
    text = "Straßenbahn durch die Bahnstadt, Kirchheimer Weg, Südstadt/Weststadt in Heidelberg; Bahnstadt-Promenade"
    assert [one.notation for one in match.districts_in(text, DISTRICTS)] == ["bahnstadt", "suedstadt", "weststadt"]
    assert match.districts_in("", DISTRICTS) == ()
    assert match.districts_in("Bahnstadt", ConceptList("none", ())) == ()


def test_a_longer_name_hides_the_shorter_one_in_it():
    old, new = (
        Concept(f"http://x/{key}", key, {"de": name, "en": name})
        for key, name in (("a", "Alt Rohrbach"), ("r", "Rohrbach"))
    )
    assert match.districts_in("in Alt-Rohrbach", ConceptList("two", (new, old))) == (old,)


def test_words_of_two_concepts_name_none():
    one, two = (Concept(f"http://x/{key}", key, {"de": key, "en": key}, ("same",)) for key in "ab")
    both = ConceptList("both", (one, two))
    assert folding.named(both, "Same") is None
    assert folding.named(both, "a") is one


@given(st.text(max_size=60))
def test_no_words_at_all_break_it(text):
    ask: tuple[Callable[[str], object], ...] = (
        licences.licence, formats.file_type, formats.media_type, match.language, frequencies.frequency, match.themes,
        match.phase,
    )  # fmt: skip
    for question in ask:
        question(text)
    for name in ("roles", "organization-kinds", "themes", "media-types"):
        match.concepts(name, text)
    formats.file_type("", text, text)
    licences.licence("", text, text)
    match.districts_in(text, DISTRICTS)
    assert folding.fold(folding.fold(text)) == folding.fold(text) or folding.fold(text).startswith("//")


# -- official tables of words


def test_the_licences_of_govdata_are_known_by_id_code_name_and_former_iri(shared):
    folder = shared / "standards/ckan/govdata"
    for row in json.loads((folder / "dcat_license_mapping.json").read_text())["list"]:
        for key in ("URI", "Lizenzcode", "OGDLizenzcode", "Name"):
            assert licences.licence(row[key]).iri == row["URI"], row[key]
    for former, now in json.loads((folder / "dcat_licenses_upgrade.json").read_text()).items():
        assert not now or licences.licence(former).iri == now, former


def test_the_crosswalk_resolves_from_every_column(shared):
    with (shared / "standards/derived/licence-crosswalk.csv").open() as file:
        for row in csv.DictReader(file):
            said = [row["dcat_ap_de"], row["eu_nal"], row["canonical_url"], row["ogd_license_id"]]
            for words in filter(None, said + row["ckan_license_ids"].split("|")):
                assert licences.licence(words).iri == row["dcat_ap_de"], words


def test_ogd_groups_follow_the_table_of_govdata(shared):
    table = json.loads((shared / "standards/ckan/govdata/category_mapping.json").read_text())
    assert set(table) == set(concept_list("ogd-groups").by_notation)
    for group, official in table.items():
        origin = concept_list("ogd-groups").by_notation[group].extra["origin"]
        assert origin == ("govdata" if official else "ours")
        if official:
            expected = [official] if isinstance(official, str) else official
            assert [one.notation.lower() for one in match.themes(group)] == expected


# -- real values: each is resolved, or stands in docs/vocab-unmatched.md

Value = tuple[str, str]  # field, value

RESOLVE: dict[str, Callable[[str], object]] = {
    "licence": licences.licence,
    "format": formats.file_type,
    "media type": formats.media_type,
    "language": match.language,
    "access": lambda words: folding.match("access-rights", words),
    "availability": lambda words: folding.match("availability", words),
    "status": lambda words: folding.match("distribution-status", words),
    "theme": match.theme,
}
PROPERTIES = {
    "license": "licence", "format": "format", "mediaType": "media type", "language": "language",
    "accessRights": "access", "plannedAvailability": "availability", "availability": "availability",
    "status": "status", "theme": "theme",
}  # fmt: skip


def listed() -> set[Value]:
    rows = re.findall(r"^\| ([a-z ]+) \| `(.+?)` \|", (ROOT / "docs/vocab-unmatched.md").read_text(), re.MULTILINE)
    return {(field, value) for field, value in rows}


def packages(path: Path) -> Iterator[dict[str, object]]:
    text = gzip.decompress(path.read_bytes()).decode()
    yield from map(json.loads, text.splitlines()) if path.name.endswith(".jsonl.gz") else json.loads(text)


def of_ckan(package: dict[str, object]) -> Iterator[tuple[str, object]]:
    extras = package.get("extras") or {}
    terms = extras.get("terms_of_use") or {} if isinstance(extras, dict) else {}
    for holder in (package, terms):
        yield from (("licence", holder.get(key)) for key in ("license_id", "license", "license_title", "license_url"))
    for resource in package["resources"]:
        yield from (("format", resource.get("format")), ("media type", resource.get("mimetype")))
        yield from (("language", resource.get("language")), ("licence", resource.get("license")))


def of_rdf(path: Path) -> Iterator[tuple[str, object]]:
    serialisation = pyoxigraph.RdfFormat.TURTLE if ".ttl" in path.name else pyoxigraph.RdfFormat.RDF_XML
    for quad in pyoxigraph.parse(gzip.decompress(path.read_bytes()), format=serialisation, lenient=True):
        name = re.split("[/#]", quad.predicate.value)[-1]
        if name in PROPERTIES and not isinstance(quad.object, pyoxigraph.BlankNode):
            yield PROPERTIES[name], quad.object.value


def real_values(shared: Path) -> set[Value]:
    ckan = [path for path in (shared / "data/ckan").rglob("*.gz") if path.name.startswith(("berlin", "koeln"))]
    rdf = [
        path for city in ("rostock", "bremen", "brandenburg") for path in (shared / "data/dcat").glob(f"{city}-*.gz")
    ]
    assert len(ckan) == 10
    assert len(rdf) == 4
    said = {value for path in ckan for package in packages(path) for value in of_ckan(package)}
    said |= {value for path in rdf for value in of_rdf(path)}
    return {(field, str(value).strip()) for field, value in said if value and str(value).strip()}


def test_every_real_value_is_resolved_or_listed_with_its_reason(shared):
    real = real_values(shared)
    assert len(real) > 80
    unresolved = {(field, value) for field, value in real if not RESOLVE[field](value)}
    assert unresolved - listed() == set()
    assert listed() - real == set()


def test_no_listed_value_does_resolve():
    assert listed()
    assert [value for value in listed() if RESOLVE[value[0]](value[1])] == []


def test_an_address_of_nothing_but_slashes_comes_to_an_end():
    code = "from vocab.folding import fold; print(len(fold('//' + '/' * 400_000 + 'x')))"
    assert ended(code) == "400003"


def test_addresses_are_the_same_without_scheme_www_and_last_slash():
    assert (
        fold("https://www.govdata.de/dl-de/by-2-0/")
        == fold("http://govdata.de/dl-de/by-2-0#")
        == "//govdata.de/dl-de/by-2-0"
    )
