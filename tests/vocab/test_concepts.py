"""The controlled lists: whole, unique, labelled, and loaded with a message where a table is at fault."""

import csv
from pathlib import Path

import pyoxigraph
import pytest

from tests.paths import ROOT
from vocab import concepts, fields, folding
from vocab.concepts import Concept, ConceptList, concept_list, load
from vocab.namespaces import PREFIXES, VOC

EU = PREFIXES["eu"]
OWN = (
    "phases", "roles", "opportunities", "organization-kinds", "budget-states", "participation", "format-families",
    "aggregates",
)  # fmt: skip
IDENTIFIER = "http://purl.org/dc/elements/1.1/identifier"
CITY = ROOT / "deploy/heidelberg/districts.csv"


def a_table(folder: Path, *rows: str) -> Path:
    path = folder / "colours.csv"
    path.write_text("\n".join(("iri,notation,label_de,label_en,alternatives,matches,warm", *rows)), encoding="utf-8")
    return path


def subjects(path: Path, prefix: str) -> set[str]:
    """The IRIs that a file of the standards describes, below a prefix."""
    serialisation = pyoxigraph.RdfFormat.from_extension("rdf" if path.suffix == ".xml" else path.suffix[1:])
    quads = pyoxigraph.parse(path.read_bytes(), format=serialisation, lenient=True)
    named = {quad.subject.value for quad in quads if isinstance(quad.subject, pyoxigraph.NamedNode)}
    return {iri for iri in named if iri.startswith(prefix)}


def test_the_names_are_those_of_the_tables():
    tables = {path.stem for path in (ROOT / "vocab/lists").glob("*.csv")}
    assert tuple(sorted(tables - {"synonyms", "equivalents"})) == concepts.LISTS  # rings of words are no concepts


def test_a_list_that_is_not_shipped_is_named_as_such():
    with pytest.raises(KeyError, match=r"colours.*themes"):
        concept_list("colours")


def test_each_list_of_a_field_is_shipped():
    assert {row.values for row in fields.FIELDS if row.values} <= set(concepts.LISTS)


@pytest.mark.parametrize("name", concepts.LISTS)
def test_a_list_is_labelled_in_both_languages_and_found_by_either_key(name):
    one = concept_list(name)
    assert len(one) == len(one.by_iri) == len(one.by_notation) > 0
    for concept in one:
        assert concept.labels["de"]
        assert concept.labels["en"]
        assert one.get(concept.iri) is concept is one.get(concept.notation)
        assert concept.iri.startswith(("http://", "https://"))


@pytest.mark.parametrize("name", concepts.LISTS)
def test_no_word_names_two_concepts_of_a_list(name):
    owners: dict[str, str] = {}
    for concept in concept_list(name):
        for key in folding.keys(concept):
            assert owners.setdefault(key, concept.notation) == concept.notation, f"{name}: {key!r}"


@pytest.mark.parametrize("name", OWN)
def test_our_own_concepts_stand_below_our_own_address(name):
    assert all(one.iri.startswith(VOC) and one.iri.endswith("/" + one.notation) for one in concept_list(name))


@pytest.mark.parametrize(
    ("name", "file", "prefix", "number"),
    [
        ("themes", "data-theme-skos.rdf", EU + "data-theme/", 14),
        ("frequencies", "frequencies-skos.rdf", EU + "frequency/", 31),
        ("access-rights", "access-right-skos-ap-act.rdf", EU + "access-right/", 6),
        ("access-rights", "access-right-sparql-result.ttl", EU + "access-right/", 6),
        ("availability", "planned-availability-sparql-result.ttl", EU + "planned-availability/", 4),
        ("distribution-status", "distribution-status-sparql-result.ttl", EU + "distribution-status/", 4),
        ("dataset-types", "dataset-types-sparql-result.ttl", EU + "dataset-type/", 24),
        ("file-types", "file-type-20240925.xml", EU + "file-type/", 200),
        ("file-types", "filetypes-skos.rdf", EU + "file-type/", 130),
        ("hvd-categories", "high-value-dataset-categories.ttl", "http://data.europa.eu/bna/c_", 96),
        ("publisher-types", "adms-publisher-type.ttl", "http://purl.org/adms/publishertype/", 11),
    ],
)
def test_an_official_table_is_carried_whole(shared, name, file, prefix, number):
    official = {iri for iri in subjects(shared / "standards/eu-authority" / file, prefix) if not iri.endswith("/1.0")}
    assert len(official) >= number
    assert not official - set(concept_list(name).by_iri)


def test_the_lists_of_dcat_ap_de_are_carried_whole(shared):
    folder = shared / "standards/dcat-ap-de/vocabularies"
    licences = subjects(folder / "licenses-open.rdf", "http://dcat-ap.de/def/licenses/")
    assert len(licences) == 34
    assert licences == {one.iri for one in concept_list("licences") if one.extra["govdata"] == "true"}
    assert subjects(folder / "contributors.rdf", "http://dcat-ap.de/def/contributors/") == set(
        concept_list("contributors").by_iri
    )


def test_the_frequencies_are_all_thirty_nine(shared):
    background = shared / "standards/derived/codelists-background.ttl"
    assert subjects(background, EU + "frequency/") == set(concept_list("frequencies").by_iri)
    assert len(concept_list("frequencies")) == 39


def test_languages_and_checksums_of_the_stand_ins_are_there(shared):
    derived = shared / "standards/derived"
    assert not subjects(derived / "language-subset.ttl", EU + "language/") - set(concept_list("languages").by_iri)
    checksums = subjects(derived / "spdx-checksum-algorithms.ttl", "http://spdx.org/rdf/terms#")
    assert checksums == set(concept_list("checksum-algorithms").by_iri)


def test_licences_agree_with_the_crosswalk_in_match_and_openness(shared):
    with (shared / "standards/derived/licence-crosswalk.csv").open() as file:
        for row in csv.DictReader(file):
            licence = concept_list("licences").by_iri[row["dcat_ap_de"]]
            assert licence.extra["open"] == row["open"], licence.notation
            assert licence.matches == ((row["eu_nal"],) if row["eu_nal"] else ()), licence.notation


def test_formats_agree_with_the_lists_of_the_mqa(shared):
    with (shared / "standards/mqa/csv/non-proprietary.csv").open() as file:
        free = {row[0] for row in csv.reader(file)}
    assert free == {one.iri for one in concept_list("file-types") if one.extra["proprietary_free"] == "true"}
    readable = subjects(shared / "standards/mqa/edp-machine-readable-format.rdf", EU + "file-type/")
    assert readable == {one.iri for one in concept_list("file-types") if one.extra["machine_readable"] == "true"}


def test_media_types_are_registered_ones(shared):
    with (shared / "standards/eu-authority/csv/media-types.csv").open() as file:
        registered = {row[1].lower() for row in csv.reader(file)}
    ours = {one.notation.lower() for one in concept_list("media-types")}
    of_formats = {one.extra["media_type"].lower() for one in concept_list("file-types")} - {""}
    assert not (ours | of_formats) - registered
    assert of_formats <= ours


def test_references_between_lists_hit():
    families, themes, types = (concept_list(name).by_notation for name in ("format-families", "themes", "file-types"))
    for one in concept_list("file-types"):
        assert not one.extra["family"] or one.extra["family"] in families
        assert not one.extra["packs"] or one.extra["packs"] in types
    for one in concept_list("ogd-groups"):
        assert concepts.split_values(one.extra["themes"])
        assert all(code in themes for code in concepts.split_values(one.extra["themes"]))
    categories = concept_list("hvd-categories")
    tops = [one for one in categories if not one.extra["broader"]]
    assert len(tops) == 6
    assert all(one.extra["broader"] in categories.by_notation for one in categories if one not in tops)


def test_the_districts_of_the_first_city_are_fifteen_and_the_whole_city():
    districts = load(CITY)
    assert districts.name == "districts"
    assert sum(one.extra["kind"] == "district" for one in districts) == 15
    assert [one.iri for one in districts if one.extra["kind"] == "city"] == [EU + "place/DEU_HEI"]


def test_a_table_is_read_with_its_further_columns(tmp_path):
    path = a_table(tmp_path, 'http://x/red,red,"Rot, warm",Red,crimson| scarlet |,http://y/rot,true')
    assert load(path).get("red") == Concept(
        "http://x/red",
        "red",
        {"de": "Rot, warm", "en": "Red"},
        ("crimson", "scarlet"),
        ("http://y/rot",),
        {"warm": "true"},
    )


def test_a_label_falls_back_to_german():
    assert concept_list("phases").by_notation["idee"].label("fr") == "Idee"
    assert concept_list("phases").by_notation["idee"].label("en") == "Idea"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["http://x/red,red,Rot,Red,,,", "http://x/red,blue,Blau,Blue,,,"], r"line 3: 'http://x/red'.* line 2"),
        (["http://x/red,red,Rot,Red,,,", "http://x/blue,red,Blau,Blue,,,"], r"line 3: 'red'.* line 2"),
        (["http://x/red,red,,Red,,,"], "line 2: label_de is empty"),
        (["http://x/red,red,Rot"], "line 2: the row has not the 7 values"),
        (["http://x/red,red,Rot,Red,,,true,more"], "line 2: the row has not the 7 values"),
        (['http://x/red,red,"Rot'], "line 2"),
    ],
)
def test_a_fault_of_a_table_names_file_and_line(tmp_path, rows, said):
    with pytest.raises(ValueError, match=rf"colours\.csv, {said}"):
        load(a_table(tmp_path, *rows))


def test_a_table_without_a_column_or_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "colours.csv"
    path.write_text("iri,notation,label_de\n")
    with pytest.raises(ValueError, match=r"colours\.csv, line 1: column label_en, alternatives, matches"):
        load(path)
    path.write_bytes(a_table(tmp_path).read_bytes() + b"\nhttp://x/red,red,R\xf6t,Red,,,")
    with pytest.raises(ValueError, match=r"colours\.csv, line"):
        load(path)


def test_an_endless_table_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(concepts, "MAX_BYTES", 10)
    with pytest.raises(ValueError, match="larger than 10 bytes"):
        load(a_table(tmp_path))


def test_concepts_can_be_members_of_sets_and_lists_of_their_own():
    red = Concept("http://x/red", "red", {"de": "Rot", "en": "Red"})
    colours = ConceptList("colours", (red,))
    assert {red} == set(colours)
    assert "red" in colours
    assert "http://x/red" in colours
    assert "blue" not in colours
