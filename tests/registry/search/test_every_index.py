"""What every search index does, on Tantivy and on Elasticsearch alike.

Covers: registry/search/answering.py, registry/search/facet_counts.py, registry/search/matching.py,
registry/search/tantivy_reading.py, registry/search/tantivy_trees.py, registry/search/word_parts.py
"""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from registry.errors import NotReadyError, UsageError
from registry.model import Agent, Change, Link, Metadata, Origin, Period, Place, Position, Record
from registry.model.timing import today
from registry.search.elastic_index import ElasticIndex
from registry.search.facet_counts import normal_where
from registry.search.limits import Limits
from registry.search.matching import asked
from registry.search.query import MAX_DEPTH, Query, SearchIndex
from registry.search.tantivy_index import TantivyIndex
from tests.benchmarks.made_up import aged, made_up_once
from tests.builders import CSV, LICENCE, TRAN, a_dataset, a_distribution, a_metadata, a_record
from vocab.concepts import Concept, ConceptList

ENVI = "http://publications.europa.eu/resource/authority/data-theme/ENVI"
JSON = "http://publications.europa.eu/resource/authority/file-type/JSON"
ZERO = "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"
DISTRICTS = ConceptList(
    "districts",
    tuple(
        Concept(f"https://example.org/district/{word}", word, {"de": name, "en": name}, (), (), {"kind": "district"})
        for word, name in (("altstadt", "Altstadt"), ("bahnstadt", "Bahnstadt"))
    ),
)
names = (f"test{number}" for number in itertools.count())


@pytest.fixture(params=["tantivy", pytest.param("elastic", marks=pytest.mark.elastic)])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    if request.param == "tantivy":
        yield TantivyIndex(tmp_path / "search", DISTRICTS)
        return
    elastic = ElasticIndex(request.getfixturevalue("elastic_address"), next(names), DISTRICTS)
    yield elastic
    for name in elastic.client.indices.get(index=f"{elastic.prefix}-*"):
        elastic.client.indices.delete(index=name)
    elastic.client.close()


def changes(*records: Record, after: int = 0) -> list[Change]:
    return [Change(number, record.id, record) for number, record in enumerate(records, after + 1)]


def filled(index: SearchIndex, *records: Record) -> SearchIndex:
    index.rebuild(changes(*records), Position("epoch", len(records)))
    return index


def titled(*titles: str) -> list[Record]:
    """Records with nothing but a title, which is also their id."""
    return [a_record(title.lower().replace(" ", "-"), said=a_metadata(title)) for title in titles]


def ids(index: SearchIndex, words: str = "", **more: object) -> list[str]:
    return [hit.id for hit in index.search(Query(words=words, **more)).hits]  # type: ignore[arg-type]


def counted(index: SearchIndex, facet: str, words: str = "", **where: tuple[str, ...]) -> dict[str, int]:
    return {one.value: one.count for one in index.search(Query(words=words, where=where)).facets[facet]}


# -- what it holds


def test_an_index_that_was_never_built_says_so_and_how_to_build_it(index):
    assert index.position() is None
    with pytest.raises(NotReadyError, match="lotse rebuild"):
        index.search(Query())
    with pytest.raises(NotReadyError, match="lotse rebuild"):
        index.apply([], Position("epoch", 1))


def test_what_was_put_is_found_and_the_position_is_known(index):
    filled(index, *titled("Radwege", "Brunnen"))
    assert index.position() == Position("epoch", 2)
    assert ids(index, "Radwege") == ["radwege"]
    assert sorted(ids(index)) == ["brunnen", "radwege"]
    assert index.search(Query()).total == 2


def test_an_index_of_nothing_finds_nothing(index):
    filled(index)
    page = index.search(Query(words="Radwege"))
    assert (page.total, page.hits, page.facets["kind"]) == (0, (), ())
    assert index.suggest("rad", 5) == ()
    assert index.position() == Position("epoch", 0)


def test_a_change_replaces_what_was_there(index):
    filled(index, *titled("Radwege"))
    index.apply([Change(2, "radwege", a_record("radwege", said=a_metadata("Trinkbrunnen")))], Position("epoch", 2))
    assert ids(index, "Radwege") == []
    assert ids(index, "Trinkbrunnen") == ["radwege"]
    assert index.search(Query()).total == 1
    assert index.position() == Position("epoch", 2)


def test_a_withdrawn_record_is_forgotten(index):
    filled(index, *titled("Radwege", "Brunnen"))
    index.apply([Change(3, "radwege", None)], Position("epoch", 3))
    assert ids(index) == ["brunnen"]


def test_forgetting_what_was_never_there_is_no_error(index):
    filled(index, *titled("Radwege"))
    index.apply([Change(2, "nie-gesehen", None)], Position("epoch", 2))
    assert ids(index) == ["radwege"]


def test_taking_the_same_changes_in_again_changes_nothing(index):
    filled(index, *titled("Radwege"))
    again = [*changes(*titled("Brunnen", "Radwege"), after=1), Change(4, "radwege", None)]
    index.apply(again, Position("epoch", 4))
    index.apply(again, Position("epoch", 4))
    assert ids(index) == ["brunnen"]
    assert index.search(Query()).total == 1


def test_a_crash_before_the_position_was_written_only_repeats(index):
    filled(index, *titled("Radwege"))

    def broken() -> Iterator[Change]:
        yield from changes(*titled("Brunnen"), after=1)
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        index.apply(broken(), Position("epoch", 2))
    assert index.position() == Position("epoch", 1)
    index.apply(changes(*titled("Brunnen"), after=1), Position("epoch", 2))
    assert sorted(ids(index)) == ["brunnen", "radwege"]


def test_a_rebuild_leaves_nothing_of_what_was_there(index):
    filled(index, *titled("Radwege"))
    index.rebuild(changes(*titled("Brunnen")), Position("another epoch", 1))
    assert ids(index) == ["brunnen"]
    assert index.position() == Position("another epoch", 1)


def test_a_rebuild_that_breaks_off_leaves_the_index_as_it_was(index):
    filled(index, *titled("Radwege"))

    def broken() -> Iterator[Change]:
        yield from changes(*titled("Brunnen"))
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        index.rebuild(broken(), Position("epoch", 9))
    assert ids(index) == ["radwege"]
    filled(index, *titled("Brunnen"))
    assert ids(index) == ["brunnen"]


def test_a_record_that_cannot_be_rendered_is_left_out_and_remembered(index):
    broken = a_record("kaputt", said=Metadata(kind="dataset", title={"de": 7}))  # type: ignore[dict-item]
    filled(index, *titled("Radwege"), broken)
    assert ids(index) == ["radwege"]
    assert index.position() == Position("epoch", 2)
    assert list(index.faults()) == ["kaputt"]
    index.apply([Change(3, "kaputt", a_record("kaputt"))], Position("epoch", 3))
    assert index.faults() == {}
    assert sorted(ids(index)) == ["kaputt", "radwege"]


def test_a_change_that_breaks_takes_the_old_state_out(index):
    filled(index, *titled("Radwege"))
    broken = a_record("radwege", said=Metadata(kind="dataset", title={"de": 7}))  # type: ignore[dict-item]
    index.apply([Change(2, "radwege", broken)], Position("epoch", 2))
    assert ids(index) == []
    assert list(index.faults()) == ["radwege"]


# -- words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Hauptstraße", "hauptstrasse"),
        ("Hauptstrasse", "HAUPTSTRASSE"),
        ("Bäume im Park", "Baum"),
        ("Baumkataster", "Bäume"),
        ("Fahrradabstellanlagen", "Fahrrad"),
        ("Lastenfahrräder", "Fahrrad"),
        ("Müllabfuhr", "Muellabfuhr"),
        ("Müllabfuhr", "mullabfuhr"),
        ("Bürger:innenbeteiligung", "Bürgerinnen"),
        ("Radwege", "Rad"),
        ("Bodenrichtwerte 2021", "2021"),
        ("R&amp;D-Einrichtungen", "Einrichtung"),
    ],
)
def test_a_word_is_found_in_every_spelling_and_inside_compounds(index, title, words):
    filled(index, a_record("gesucht", said=a_metadata(title)), *titled("Kindergärten", "Wahlbezirke 2014"))
    page = index.search(Query(words=words))
    assert [hit.id for hit in page.hits] == ["gesucht"]
    assert page.relaxed is None
    assert page.note is None


def test_a_typing_error_finds_similar_words_and_the_page_says_so(index):
    filled(index, *titled("Schuleingangsuntersuchungen", "Brunnen"))
    page = index.search(Query(words="Schuleingangsunteruchung"))
    assert [hit.id for hit in page.hits] == ["schuleingangsuntersuchungen"]
    assert page.relaxed is not None
    assert "ähnlich" in page.relaxed


def test_numbers_are_not_similar_to_numbers(index):
    filled(index, *titled("Wahl 2013", "Wahl 2014"))
    assert ids(index, "2014") == ["wahl-2014"]
    assert ids(index, "2015") == []


def test_all_words_are_needed_where_the_hits_stand_out(index):
    filled(index, *titled("Brunnen der Altstadt", "Museen der Altstadt", "Parkhäuser"))
    page = index.search(Query(words="Museen Altstadt"))
    assert page.hits[0].id == "museen-der-altstadt"
    assert page.relaxed is None


def test_all_words_are_needed_where_many_records_have_them(index):
    both = [a_record(f"beides-{number}", said=a_metadata(f"Museen Barock {number}")) for number in range(30)]
    filled(index, *both, *titled("Museen", "Barock"))
    page = index.search(Query(words="Museen im Barock", size=50))
    assert page.total == 30
    assert (page.relaxed, page.note) == (None, None)


def test_where_few_have_all_words_similar_ones_follow_and_the_page_says_so(index):
    filled(index, *titled("Spielplätze Weststadt", "Spielplätze Südstadt", "Spielplätze Oststadt", "Brunnen"))
    page = index.search(Query(words="Spielplätze Weststadt"))
    assert page.hits[0].id == "spielplätze-weststadt"
    assert page.relaxed is None
    assert page.note is None or "1 Treffer" in page.note


def test_where_nothing_has_all_words_the_page_says_what_was_loosened_in_the_readers_language(index):
    filled(index, *titled("Radwege", "Brunnen", "Museen"))
    page = index.search(Query(words="Radwege Xylophonverleih"))
    assert [hit.id for hit in page.hits] == ["radwege"]
    assert page.relaxed is not None
    assert page.relaxed.startswith("Kein Treffer enthält alle Wörter.")
    english = index.search(Query(words="Radwege Xylophonverleih", lang="en"))
    assert english.relaxed is not None
    assert english.relaxed.startswith("No hit contains all words.")


def test_fillers_need_not_match_but_count_where_there_is_nothing_else(index):
    filled(index, *titled("Baumkataster", "Offene Daten der Schulen"))
    assert ids(index, "Übersicht der Daten zum Baumkataster") == ["baumkataster"]
    assert ids(index, "offene Daten") == ["offene-daten-der-schulen"]


def test_what_stands_in_the_title_comes_first(index):
    said = a_metadata("Parkhäuser", description={"de": "Nicht zu verwechseln mit Brunnen im Park, Teich und Wiese."})
    filled(index, a_record("anderswo", said=said), *titled("Brunnen"))
    assert ids(index, "Brunnen") == ["brunnen", "anderswo"]


def test_words_are_sought_in_everything_that_describes_a_record(index):
    said = a_metadata(
        "Ohne Belang",
        abstract={"de": "Kurzfassung"},
        description={"de": "Beschreibung <b>fett</b>", "en": "A description of fountains"},
        keywords={"de": ("Lärmschutz",)},
        publisher=Agent(name={"de": "Amt für Umweltschutz"}),
        themes=(TRAN,),
        places=(Place(name={"de": "Bahnstadt"}),),
        distributions=(a_distribution(title={"de": "Messreihe als Tabelle"}),),
    )
    filled(index, a_record("gesucht", said=said), *titled("Zweitens"))
    for words in (
        "Kurzfassung",
        "fett",
        "fountain",
        "Lärm",
        "Umweltschutz",
        "Verkehr",
        "Bahnstadt",
        "Messreihe",
        "CSV",
    ):
        assert ids(index, words) == ["gesucht"], words


@pytest.mark.parametrize("words", ['"', "a:b AND (", "*", "~", "\x00", "<script>", "und", "  ", "-", "ä" * 5000])
def test_no_words_break_the_search(index, words):
    filled(index, *titled("Radwege"))
    index.search(Query(words=words))
    index.suggest(words, 5)


def test_a_hit_by_a_synonym_is_exact_and_names_the_synonym(index):
    filled(index, *titled("Abfuhrtermine", "Müllabfuhr Nord", "Brunnen"))
    page = index.search(Query(words="Müllabfuhr"))
    assert [(hit.id, hit.exact, hit.synonyms) for hit in page.hits] == [
        ("müllabfuhr-nord", True, {}),
        ("abfuhrtermine", True, {"Müllabfuhr": "Abfuhr"}),
    ]
    english = index.search(Query(words="Where is garbage collection?"))
    assert {hit.id for hit in english.hits if hit.exact} == {"abfuhrtermine", "müllabfuhr-nord"}


def test_a_question_asks_for_its_content(index):
    filled(index, *titled("Spielplätze", "Gemeinsam leben", "Wohin gehen wir", "Was macht die Stadt"))
    for words in ("Wo sind die Spielplätze?", "Wie viele Spielplätze gibt es?", "where can I find my playgrounds"):
        page = index.search(Query(words=words))
        assert [hit.id for hit in page.hits] == ["spielplätze"], words
        assert page.total == 1


def test_a_compound_is_not_matched_by_a_frequent_ending_alone(index):
    filled(index, *titled("Digitalität", "Qualität des Essens", "Oststadt", "Zeitung", "Luftmessungen"))
    assert ids(index, "Luftqualität")[0] == "luftmessungen"
    assert "digitalität" not in ids(index, "Luftqualität")
    assert ids(index, "Weststadt") == []
    assert ids(index, "Wohnung") == []


def test_hits_counts_and_facets_mean_exact_hits(index):
    filled(index, *titled("Museen im Barock", "Museen Nord", "Barockfest", "Museen Süd", "Barock Ost"))
    page = index.search(Query(words="Museen Barock", facets=("kind",)))
    assert page.total == sum(hit.exact for hit in page.hits) == 1
    assert page.facets["kind"][0].count == 1
    assert page.similar_total == sum(not hit.exact for hit in page.hits) > 0


def test_what_a_refiner_finds_is_scored_by_words_and_filtered(index):
    filled(index, *city())
    wanted = asked(Query(words="Rad", where={"kind": ("dataset",)}))
    engine = index._read() if isinstance(index, TantivyIndex) else index
    documents = engine.documents(wanted, ["a", "c", "d", "gone"])
    assert {document.id: document.score > 0 for document in documents} == {"a": True, "c": False}


# -- what the words name


def places_of_play() -> list[Record]:
    def at(id: str, *districts: str) -> Record:
        places = tuple(Place(iri=f"https://example.org/district/{name}") for name in districts)
        return a_record(id, said=a_dataset("Spielplätze", places=places))

    return [at("beide", "altstadt", "bahnstadt"), at("dort", "bahnstadt"), at("hier", "altstadt"), at("stadtweit")]


def test_a_named_district_orders_hits_there_first_then_the_whole_city_then_others(index):
    filled(index, *places_of_play(), *titled("Altstadtfest"))
    page = index.search(Query(words="Wo sind Spielplätze in der Altstadt?"))
    exact = [hit.id for hit in page.hits if hit.exact]
    assert (set(exact[:2]), exact[2:]) == ({"beide", "hier"}, ["stadtweit", "dort"])
    assert page.named == {"district": ("altstadt",)}
    assert (page.total, page.whole_city) == (4, 1)


def test_a_district_contains_what_holds_for_the_whole_city_and_says_how_much(index):
    filled(index, *places_of_play(), a_record("amt", kind="organization"))
    where = {"district": ("altstadt",)}
    page = index.search(Query(words="Spielplätze", where=where))
    assert {hit.id for hit in page.hits} == {"beide", "hier", "stadtweit"}
    assert (page.total, page.whole_city) == (3, 1)
    assert {count.value: count.count for count in page.facets["district"]} == {"altstadt": 2, "bahnstadt": 2}
    assert page.facets["kind"][0].count == 3
    alone = index.search(Query(words="Spielplätze", where=where, limits=Limits(whole_city=False)))
    assert {hit.id for hit in alone.hits} == {"beide", "hier"}
    assert alone.facets["kind"][0].count == 2
    assert ids(index, where={"district": ("altstadt",), "kind": ("organization",)}) == []


@pytest.mark.parametrize(
    ("question", "first", "named"),
    [
        ("Ladesäulen CSV", "csv", {"format": ("CSV",)}),
        ("Ladesäulen 2021", "jahr", {"year": ("2021",)}),
        ("Projekte Ladesäulen", "projekt", {"kind": ("project",)}),
    ],
)
def test_a_named_format_year_or_kind_orders_and_is_not_needed(index, question, first, named):
    csv = a_record("csv", said=a_dataset("Ladesäulen", issued="2001"))
    year = a_record("jahr", said=a_metadata("Ladesäulen", period=Period(start="2021", end="2021")))
    filled(index, year, csv, a_record("projekt", "Ladesäulen", kind="project"))
    page = index.search(Query(words=question))
    assert page.hits[0].id == first
    assert (page.total, page.named) == (3, named)


def test_what_is_named_alone_is_looked_for(index):
    filled(index, *places_of_play(), *titled("Projektliste"))
    assert set(ids(index, "Altstadt")) == {"beide", "hier"}
    assert ids(index, "Projekte") == ["projektliste"]


def test_a_kind_and_a_phase_named_alone_are_what_is_looked_for(index):
    phases = {"fertig": "abgeschlossen", "neu": "idee"}
    projects = [a_record(id, said=a_metadata("Laternen", kind="project", phase=phase)) for id, phase in phases.items()]
    filled(index, *projects, *titled("Laternen", "Projektliste"), a_record("fest", "Stadtfest", kind="event"))
    assert set(ids(index, "Projekte")) == {"fertig", "neu", "projektliste"}
    assert ids(index, "Veranstaltungen") == ["fest"]
    page = index.search(Query(words="abgeschlossene Projekte"))
    assert [hit.id for hit in page.hits if hit.exact] == ["fertig"]
    assert page.named == {"kind": ("project",), "phase": ("abgeschlossen",)}
    assert ids(index, "abgeschlossene Projekte Laternen")[0] == "fertig"
    assert index.search(Query(words="abgeschlossen Laternen")).named == {}  # without projects it is a word like others


def test_a_topic_beside_a_district_is_looked_for_and_the_district_ranks(index):
    def at(id: str, title: str, *districts: str) -> Record:
        places = tuple(Place(iri=f"https://example.org/district/{name}") for name in districts)
        return a_record(id, said=a_dataset(title, places=places))

    filled(index, at("dort", "Bildung", "bahnstadt"), at("hier", "Bildung", "altstadt"), at("fest", "Fest", "altstadt"))
    page = index.search(Query(words="Bildung in der Altstadt"))
    assert [hit.id for hit in page.hits if hit.exact] == ["hier", "dort"]
    assert all(hit.score <= 113 for hit in page.hits)


def test_words_in_quotes_stand_next_to_one_another(index):
    filled(index, *titled("Amt für Mobilität", "Mobilität im Amt", "Amt für Umwelt"))
    assert ids(index, '"Amt für Mobilität"')[0] == "amt-für-mobilität"
    assert index.search(Query(words='"Amt für Mobilität"')).total == 1
    assert index.search(Query(words="Amt für Mobilität")).total == 2
    assert index.search(Query(words="„Mobilität im Amt“")).total == 1


def test_a_word_behind_a_minus_is_left_out(index):
    filled(index, *titled("Radwege", "Radwege und Brücken", "Brunnen"))
    assert ids(index, "Radwege -Brücke") == ["radwege"]
    assert set(ids(index, "-Radwege")) == {"brunnen"}
    assert ids(index, "Rad-Wege") == ["radwege", "radwege-und-brücken"]
    assert ids(index, 'Radwege -"und Brücken"') == ["radwege"]


def test_a_kind_behind_a_minus_is_left_out_and_not_the_word_for_it(index):
    project = a_record("projekt", "Radwege", kind="project")
    filled(index, *titled("Radwege aus dem Projekt Neckar", "Brunnen"), project)
    assert ids(index, "Radwege -Projekt") == ids(index, "Radwege -projects") == ["radwege-aus-dem-projekt-neckar"]
    assert set(ids(index, "-Projekte")) == {"radwege-aus-dem-projekt-neckar", "brunnen"}
    assert index.search(Query(words="Radwege -Projekt")).total == 1


def test_a_rare_synonym_does_not_outrank_a_frequent_word_in_the_title(index):
    title = "Termine und Bezirke der Müllabfuhr im gesamten Stadtgebiet nach Straßen und Hausnummern"
    filled(index, *titled(*(f"Müllabfuhr am Tag {number}" for number in range(30)), title, "Abfuhr"))
    hits = index.search(Query(words="Müllabfuhr", size=40)).hits
    assert [hit.id for hit in hits if hit.exact][-1] == "abfuhr"
    assert len(hits) == 32


def test_the_page_speaks_of_words_where_several_were_typed_that_mean_one_thing(index):
    page = filled(index, *titled("Counters", "Brunnen")).search(Query(words="bike counters", lang="en"))
    assert page.relaxed == "No hit contains all words. We show hits that contain some of them or similar ones."


def test_what_begins_next_comes_first_then_the_latest_of_what_is_over(index):
    days = {"morgen": 1, "gestern": -1, "bald": 30, "früher": -30, "heute": 0}
    filled(index, *(a_record(id, said=event(delta)) for id, delta in days.items()), a_record("irgendwann", "Fest"))
    order = ["heute", "morgen", "bald", "gestern", "früher", "irgendwann"]
    assert ids(index, sort="starts") == order
    pages = [ids(index, "Fest", sort="starts", size=2, page=page) for page in (1, 2, 3)]
    assert [id for page in pages for id in page] == order
    assert index.search(Query(words="Fest", sort="starts", size=2)).total == 6
    assert ids(index, sort="ends")[:3] == ["heute", "morgen", "bald"]


def event(days: int) -> Metadata:
    day = (today() + timedelta(days)).isoformat()
    return Metadata(kind="event", title={"de": "Fest"}, starts=f"{day}T18:00:00", ends=f"{day}T20:00:00")


# -- facets and filters


def city() -> list[Record]:
    office, works = Agent(name={"de": "Amt für Mobilität"}), Agent(name={"de": "Stadtwerke"}, id="stadtwerke")
    return [
        a_record("a", said=a_dataset("Radwege", publisher=office, issued="2019-02-03"), origin=Origin("stadt", "1")),
        a_record(
            "b",
            said=a_dataset(
                "Radzählstellen",
                publisher=replace(office, name={"de": "AMT FÜR MOBILITÄT"}),
                themes=(TRAN, ENVI),
                period=Period(start="2020-01-01", end="2022-12-31"),
                places=(Place(iri="https://example.org/district/altstadt"),),
            ),
            origin=Origin("stadt", "2"),
        ),
        a_record(
            "c",
            said=a_dataset(
                "Ladesäulen",
                publisher=works,
                themes=(ENVI,),
                distributions=(a_distribution(format=JSON, licence=ZERO), a_distribution(format=CSV)),
                places=(Place(name={"de": "Ecke Bahnstadt / Altstadt"}),),
            ),
            origin=Origin("werke", "1"),
        ),
        a_record("d", "Radschnellweg", kind="project"),
    ]


def test_facets_count_notations_ids_names_and_sources(index):
    filled(index, *city())
    assert counted(index, "kind") == {"dataset": 3, "project": 1}
    assert counted(index, "theme") == {"TRAN": 2, "ENVI": 2}
    assert counted(index, "format") == {"CSV": 3, "JSON": 1}
    assert counted(index, "licence") == {"dl-by-de/2.0": 3, "dl-zero-de/2.0": 1}
    assert counted(index, "district") == {"altstadt": 2, "bahnstadt": 1}
    assert counted(index, "source") == {"stadt": 2, "werke": 1}
    assert counted(index, "year") == {"2019": 1, "2020": 1, "2021": 1, "2022": 1}
    assert counted(index, "publisher") == {"amt-fur-mobilitat": 2, "stadtwerke": 1}


def test_a_publisher_without_a_record_brings_its_name_along(index):
    filled(index, *city())
    labels = {one.value: one.label for one in index.search(Query()).facets["publisher"]}
    assert labels["amt-fur-mobilitat"].lower() == "amt für mobilität"
    assert labels["stadtwerke"] == ""


def test_counts_leave_out_the_facets_own_filter(index):
    filled(index, *city())
    assert counted(index, "theme", theme=("TRAN",)) == {"TRAN": 2, "ENVI": 2}
    assert counted(index, "format", theme=("TRAN",)) == {"CSV": 2}
    assert counted(index, "theme", theme=("TRAN",), format=("JSON",)) == {"ENVI": 1, "TRAN": 0}
    assert counted(index, "format", theme=("TRAN",), format=("JSON",)) == {"CSV": 2, "JSON": 0}
    assert counted(index, "publisher", theme=("ENVI",), format=("CSV",)) == {"amt-fur-mobilitat": 1, "stadtwerke": 1}


def test_values_of_a_facet_are_alternatives_and_facets_are_combined(index):
    filled(index, *city())
    assert sorted(ids(index, where={"theme": ("TRAN", "ENVI")})) == ["a", "b", "c"]
    assert ids(index, where={"theme": ("TRAN", "ENVI"), "format": ("JSON",)}) == ["c"]
    assert ids(index, "Rad", where={"kind": ("project",)}) == ["d"]
    assert ids(index, where={"theme": ("nie gehört",)}) == []
    assert len(ids(index, where={"theme": ()})) == 4


def test_facets_count_what_the_words_found(index):
    filled(index, *city())
    assert counted(index, "kind", "Rad") == {"dataset": 2, "project": 1}
    assert counted(index, "theme", "Ladesäulen", theme=("TRAN",)) == {"ENVI": 1, "TRAN": 0}


def test_full_iris_are_filter_values_too(index):
    filled(index, *city())
    where = normal_where(
        {
            "theme": [TRAN, ENVI],
            "format": [CSV],
            "licence": [LICENCE],
            "district": ["https://example.org/district/altstadt"],
        },
        DISTRICTS,
    )
    assert where == {
        "theme": ("TRAN", "ENVI"),
        "format": ("CSV",),
        "licence": ("dl-by-de/2.0",),
        "district": ("altstadt",),
    }
    assert sorted(ids(index, where=where, limits=Limits(whole_city=False))) == ["b", "c"]
    assert sorted(ids(index, where=where)) == ["a", "b", "c"]
    assert ids(index, where=normal_where({"publisher": ["https://example.org/id/stadtwerke"]})) == ["c"]


def test_a_publishers_own_iri_finds_its_records(index):
    agent = Agent(iri="https://amt.example.org/", name={"de": "Amt für Mobilität"})
    filled(index, a_record("a", said=a_dataset(publisher=agent)), *titled("Brunnen"))
    assert ids(index, where={"publisher": ("https://amt.example.org/",)}) == ["a"]
    assert counted(index, "publisher", publisher=("https://amt.example.org/",)) == {"amt-fur-mobilitat": 1}


def test_a_selected_value_is_counted_however_rare_it_is(index):
    records = [
        a_record(f"r{number}", said=a_metadata("Ding", publisher=Agent(name={"de": f"Amt Nummer {number % 150}"})))
        for number in range(300)
    ]
    rare = a_record("selten", said=a_metadata("Ding", publisher=Agent(name={"de": "Zwergamt"})))
    filled(index, *records, rare)
    counts = counted(index, "publisher", publisher=("zwergamt",))
    assert counts["zwergamt"] == 1
    assert len(counts) == 101


def test_hostile_filter_values_find_nothing_and_break_nothing(index):
    filled(index, *city())
    for value in ('"', "a\\", '" OR kind:"dataset', "*", "\n", "[a TO b]", "x" * 10_000):
        assert ids(index, where={"theme": (value,)}) == []
        assert counted(index, "kind", theme=(value,)) == {}


def test_only_the_facets_that_are_asked_for_are_counted(index):
    filled(index, *city())
    assert set(index.search(Query(facets=("kind",))).facets) == {"kind"}
    assert index.search(Query(facets=())).facets == {}


# -- pages and order


def test_pages_follow_each_other_without_gaps_and_repeats(index):
    filled(index, *(a_record(f"r{number:03}", said=a_metadata("Radweg")) for number in range(250)))
    for sort in ("relevance", "title", "newest"):
        pages = [index.search(Query(words="Radweg", size=40, page=page, sort=sort)) for page in range(1, 8)]
        found = [hit.id for page in pages for hit in page.hits]
        assert len(found) == len(set(found)) == 250
        assert [page.next for page in pages] == ["2", "3", "4", "5", "6", "7", None]


def test_a_page_that_lies_too_deep_is_refused(index):
    filled(index, *titled("Radwege"))
    assert index.search(Query(page=MAX_DEPTH // 20)).hits == ()
    with pytest.raises(UsageError, match="export"):
        index.search(Query(page=MAX_DEPTH // 20 + 1))


def test_a_page_of_no_size_only_counts(index):
    filled(index, *titled("Radwege", "Brunnen"))
    for words in ("", "Radwege"):
        page = index.search(Query(words=words, size=0))
        assert page.hits == ()
        assert page.total == (1 if words else 2)


def test_titles_are_sorted_as_people_do(index):
    filled(index, *titled("Übersicht", "ufer", "Zoo", "Ärzte", "Allee", "Straße 2"))
    assert ids(index, sort="title") == ["allee", "ärzte", "straße-2", "übersicht", "ufer", "zoo"]


def test_the_newest_come_first_and_without_words_that_is_the_order(index):
    said = {
        "alt": "2001-05-05",
        "neu": "2024",
        "mittel": "2019-03-01T10:00:00Z",
        "unbekannt": "",
        "falsch": "2020-99-99",
    }
    filled(index, *(a_record(id, said=a_metadata(modified=day)) for id, day in said.items()))
    assert ids(index, sort="newest")[:3] == ["neu", "mittel", "alt"]
    assert ids(index) == ids(index, sort="newest")


def test_of_equal_words_the_fresher_and_better_described_come_first(index):
    old, new = a_metadata("Radwege", issued="2001-01-01"), a_metadata("Radwege", issued="2999-01-01")
    filled(index, a_record("old", said=old), a_record("new", said=new))
    page = index.search(Query(words="Radwege"))
    assert [hit.id for hit in page.hits] == ["new", "old"]
    best = page.hits[0]
    assert best.parts["freshness"] > 1
    product = best.parts["words"] * best.parts["freshness"] * best.parts["quality"]
    assert best.score == pytest.approx(product, rel=1e-3)


# -- suggestions


def test_suggestions_are_words_of_titles_and_keywords_as_they_are_written(index):
    filled(
        index,
        *titled("Straßenbäume", "Straßenbäume im Park", "Straßennamen"),
        a_record("x", said=a_metadata("Andere", keywords={"de": ("Straßenverkehr", "Öffentlicher Nahverkehr")})),
    )
    assert [(one.text, one.count) for one in index.suggest("straßen", 5)] == [
        ("Straßenbäume", 2),
        ("Straßennamen", 1),
        ("Straßenverkehr", 1),
    ]
    assert [one.text for one in index.suggest("STRASSENB", 5)] == ["Straßenbäume"]
    assert [one.text for one in index.suggest("öffentlicher n", 5)] == ["Öffentlicher Nahverkehr"]
    assert index.suggest("xyz", 5) == index.suggest("", 5) == ()
    assert len(index.suggest("straßen", 2)) == 2


def test_inflections_are_suggested_once(index):
    filled(index, *titled("Radweg", "Radwege Süd", "Radwege Nord"))
    assert [(one.text, one.count) for one in index.suggest("rad", 5)] == [("Radwege", 3)]


# -- the two alike


@pytest.mark.elastic
def test_elasticsearch_and_tantivy_give_the_same_scores_order_counts_and_suggestions(elastic_address, tmp_path):
    elastic, tantivy = ElasticIndex(elastic_address, next(names)), TantivyIndex(tmp_path)
    records = [aged(record, number) for number, record in enumerate(made_up_once(400), 1)]
    bare = a_record("leer", said=Metadata(kind="event", links=(Link("related", "https://example.org/x"),)))
    try:
        for index in (elastic, tantivy):
            filled(index, *records, bare)
        for words in (
            "Radwege",
            "Bäume Straße",
            "Luftqualität Messwerte 2014",
            "Haushalte je Jahr",
            "Grundwaser",
            "bike lanes",
            "Wo ist ein Parkplatz?",
            "Rathausplatz",
            "",
        ):
            for where in ({}, {"kind": ("project",)}, {"source": ("stadt",), "kind": ("dataset",)}):
                query = Query(words=words, where=where, size=100)
                one, other = elastic.search(query), tantivy.search(query)
                assert one.total == other.total, words
                assert one.facets == other.facets
                assert [(hit.exact, hit.synonyms) for hit in one.hits] == [
                    (hit.exact, hit.synonyms) for hit in other.hits
                ]
                assert (one.relaxed, one.note) == (other.relaxed, other.note)
                assert [hit.score for hit in one.hits] == pytest.approx([hit.score for hit in other.hits], rel=1e-4)
                assert [hit.id for hit in one.hits] == [hit.id for hit in other.hits]
        for prefix in ("s", "rad", "bev", "zz"):
            assert elastic.suggest(prefix, 8) == tantivy.suggest(prefix, 8)
    finally:
        elastic.client.indices.delete(index=",".join(elastic.client.indices.get(index=f"{elastic.prefix}-*")))
        elastic.client.close()


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("CO2", {"co₂-bilanz"}),
        ("CO₂", {"co₂-bilanz"}),
        ("NO₂", {"no2-messung"}),
        ("Bus", {"nachtbuslinien", "busplan"}),
        ("Amt", {"jugendämter"}),
        ("amt jugend", {"jugendämter"}),
        ("Öl", {"heizölpreise"}),
    ],
)
def test_chemical_names_and_short_words_in_compounds_are_found_without_others(index, query, ids):
    records = titled("CO₂-Bilanz", "NO2-Messung", "Radwege 2 Arten", "Nachtbuslinien", "Busplan", "Robuste Bäume")
    records += titled("Jugendämter", "Gesamtplan", "Heizölpreise", "Polizei")
    page = filled(index, *records).search(Query(words=query))
    assert {hit.id for hit in page.hits} == ids
    assert not page.relaxed


@pytest.mark.parametrize(
    ("query", "exact"),
    [
        ("Stau", {"staumeldungen"}),
        ("Tier", {"haustiere", "tierheim"}),
        ("tree", {"tree-register"}),
        ("reet", set()),
        ("Fahrrad", {"lastenfahrradverleih"}),
        ("Rasse", {"hunderassen"}),
        ("Straße", {"hauptstraße", "hauptstraßen-der-stadt", "street-lights"}),
        ("Strassen", {"hauptstraße", "hauptstraßen-der-stadt", "street-lights"}),
    ],
)
def test_letters_in_the_middle_of_a_word_are_at_most_similar(index, query, exact):
    records = titled("Feinstaub in der Stadt", "Staumeldungen", "Haustiere", "Tierheim", "Quartiere", "Street lights")
    records += titled("Tree register", "Lastenfahrradverleih", "Hunderassen", "Hauptstraße", "Hauptstraßen der Stadt")
    page = filled(index, *records).search(Query(words=query))
    assert {hit.id for hit in page.hits if hit.exact} == exact
    assert page.total == len(exact)


@pytest.mark.parametrize(
    ("query", "exact"),
    [
        ("Steuer", {"grundsteuer"}),
        ("Regen", {"regenwasser"}),
        ("Lager", {"hochregallager"}),
        ("Alter", {"einwohner-nach-alter", "altersgruppen"}),
        ("Bilder", {"luftbilder"}),
        ("Bücher", {"bücherbus", "das-buch"}),
        ("Bild", {"luftbilder"}),
        ("Insel", {"verkehrsinseln"}),
        ("water", {"water-levels", "regenwasser"}),
        ("parking", {"parken-am-ring", "parkplätze"}),
        ("kluger Zähler", {"kluge-zähler"}),
        ("Parken", {"parken-am-ring", "parkplätze", "parks-office"}),
        ("age", {"einwohner-nach-alter", "altersgruppen"}),
        ("verbraucht", {"stromverbrauch"}),
    ],
)
def test_a_short_stem_is_not_that_of_other_words(index, query, exact):
    """Snowball gives Alter and alte, Regen and rege, Bücher and buchen one stem each."""
    records = titled("Steuerung", "Grundsteuer", "Region", "Regenwasser", "Lageplan", "Hochregallager", "Altstadt")
    records += titled("Einwohner nach Alter", "Altersgruppen", "Luftbilder", "Bildung", "Bücherbus", "Das Buch")
    records += titled("Termin buchen", "Pinsel", "Verkehrsinseln", "Watt", "Water levels")
    records += titled("Agentur", "Stromverbrauch", "Parken am Ring", "Parkplätze", "Parks office", "Kluge Zähler")
    page = filled(index, *records).search(Query(words=query))
    assert {hit.id for hit in page.hits if hit.exact} == exact
    assert page.total == len(exact)


def test_what_has_one_word_of_a_synonym_of_several_words_is_similar(index):
    page = filled(index, *titled("Counters", "Brunnen")).search(Query(words="bike counters"))
    assert page.total == 0
    assert [hit.id for hit in page.hits] == ["counters"]
    page = filled(index, *titled("Counters", "Radzähler", "Brunnen")).search(Query(words="bike counters"))
    assert [hit.id for hit in page.hits if hit.exact] == ["radzähler"]


def test_older_versions_of_records_that_an_engine_still_counts_disturb_no_search(index: SearchIndex) -> None:
    record = a_record("radwege", "Radwege")
    filled(index, record)
    for number in range(2, 12, 2):  # each time with another one, so that the older version stays in the index
        index.apply(changes(record, a_record(f"weg-{number}", "Radwege"), after=number), Position("epoch", number + 2))
    assert index.search(Query(words="Radwegge")).total == 0  # a slip: at most similar hits
    assert index.search(Query(words="Radwege")).total == 6
