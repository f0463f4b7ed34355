"""What of a record is searchable."""

from datetime import UTC, date, datetime

import pytest

from registry.model import Agent, Distribution, Metadata, Origin, Participation, Period, Place
from registry.search.analysis import NOTHING
from registry.search.entry import BREAK, MAX_DESCRIBED_FILES, entry
from registry.search.facet_values import MAX_YEARS, WHOLE_CITY, named_publisher, publisher_value
from tests.builders import CSV, TRAN, a_dataset, a_distribution, a_metadata, a_record
from vocab.concepts import Concept, ConceptList

AREA = {"kind": "district"}
DISTRICTS = ConceptList(
    "districts",
    (
        Concept("https://example.org/d/altstadt", "altstadt", {"de": "Altstadt", "en": "Old town"}, (), (), AREA),
        Concept("https://example.org/d/bahnstadt", "bahnstadt", {"de": "Bahnstadt", "en": "Bahnstadt"}, (), (), AREA),
        Concept(
            "https://example.org/city",
            "ganze-stadt",
            {"de": "ganze Stadt", "en": "whole city"},
            ("Stadtgebiet",),
            (),
            {"kind": "city"},
        ),
    ),
)


def facets(**fields: object) -> dict[str, tuple[str, ...]]:
    return dict(entry(a_record(said=a_metadata(**fields)), DISTRICTS).facets)  # type: ignore[arg-type]


def test_facets_are_notations():
    found = entry(a_record(said=a_dataset(), origin=Origin("stadt", "1"))).facets
    assert found["kind"] == ("dataset",)
    assert found["theme"] == ("TRAN",)
    assert found["format"] == ("CSV",)
    assert found["licence"] == ("dl-by-de/2.0",)
    assert found["source"] == ("stadt",)
    assert found["phase"] == found["district"] == found["year"] == ()


@pytest.mark.parametrize("format", [CSV, "csv", ".CSV", "text/csv", CSV.replace("http:", "https:")])
def test_a_format_is_recognised_however_it_is_written(format):
    assert facets(distributions=(a_distribution(format=format),))["format"] == ("CSV",)


def test_what_no_list_knows_is_no_facet_value():
    odd = Distribution(id="x", access_url="https://example.org/x", format="Wollknäuel", licence="https://example.org/l")
    found = facets(distributions=(odd,), themes=("https://example.org/theme",), phase="irgendwann")
    assert found["format"] == found["licence"] == found["theme"] == found["phase"] == ()


def test_no_value_is_counted_twice():
    found = facets(themes=(TRAN, TRAN), distributions=(a_distribution(), a_distribution(id="zwei")))
    assert found["theme"] == ("TRAN",)
    assert found["format"] == ("CSV",)
    assert found["licence"] == ("dl-by-de/2.0",)


def test_a_project_has_its_phase():
    found = entry(a_record(said=a_metadata(kind="project", phase="https://w3id.org/lotse/voc/phase/idee"))).facets
    assert found["phase"] == ("idee",)


@pytest.mark.parametrize(
    ("place", "districts"),
    [
        (Place(iri="https://example.org/d/altstadt"), ("altstadt",)),
        (Place(name={"de": "Altstadt"}), ("altstadt",)),
        (Place(name={"de": "Marktplatz, Altstadt und Bahnstadt"}), ("altstadt", "bahnstadt")),
        (Place(name={"de": "Altstädter Straße"}), ()),
        (Place(name={"de": "Stadtgebiet"}), ("ganze-stadt",)),
        (Place(iri="https://example.org/elsewhere"), ()),
        (Place(), ()),
    ],
)
def test_districts_are_those_that_a_place_is_or_names(place, districts):
    of_the_city = districts in ((), ("ganze-stadt",))
    assert facets(places=(place,))["district"] == (*districts, *((WHOLE_CITY,) if of_the_city else ()))
    assert facets(places=(place,), kind="organization")["district"] == districts


@pytest.mark.parametrize(
    ("fields", "years"),
    [
        ({"period": Period(start="2019-05-01", end="2021")}, ("2019", "2020", "2021")),
        ({"period": Period(start="2019"), "modified": "2021-01-01"}, ("2019", "2020", "2021")),
        ({"period": Period(end="2021")}, ("2021",)),
        ({"period": Period(start="2021", end="2019")}, ("2019",)),
        ({"issued": "2018-03-01T00:00:00Z"}, ("2018",)),
        ({"period": Period(), "issued": "2018"}, ("2018",)),
        ({"kind": "event", "starts": "2024-05-01"}, ("2024",)),
        ({"issued": "gestern"}, ()),
        ({"issued": "-0012-11-29"}, ()),
        ({"issued": "12024-01-01"}, ()),
        ({}, ()),
    ],
)
def test_years_are_those_of_the_period_else_of_issue(fields, years):
    assert facets(**fields)["year"] == years


def test_a_period_without_measure_counts_with_its_first_and_last_year():
    found = entry(a_record(said=a_metadata(period=Period(start="0001", end="9999"))))
    assert found.facets["year"] == ("1", "9999")
    assert found.counted["years"] == ("1-1", "9999-9999")
    assert MAX_YEARS < 9999 - 1


def test_a_publisher_is_its_record_else_its_folded_name():
    known, unknown = Agent(id="stadtwerke", name={"de": "Stadtwerke"}), Agent(name={"de": "Amt für Mobilität"})
    assert (publisher_value(known), named_publisher(known)) == ("stadtwerke", "stadtwerke\t")
    assert publisher_value(unknown) == publisher_value(Agent(name={"en": "AMT FUER MOBILITAET"}))
    assert named_publisher(unknown) == "amt-fur-mobilitat\tAmt für Mobilität"
    assert named_publisher(Agent(iri="https://amt.example.org/")).endswith("\thttps://amt.example.org/")


def test_the_title_counts_more_than_the_rest():
    found = entry(a_record(said=a_metadata("Radwege", description={"de": "Brunnen"})))
    assert found.title.stems == "radweg"
    assert found.text.stems.replace(BREAK, " ") == "radweg radweg radweg radweg radweg brunn"


def test_an_entry_without_words_holds_the_sentinel():
    found = entry(a_record(said=Metadata(kind="event")))
    assert (found.title, found.text) == ((NOTHING, NOTHING), (NOTHING, NOTHING))


def test_contacts_are_not_searched():
    from registry.model import Contact

    said = a_metadata(contacts=(Contact(name={"de": "Geschäftszimmer"}, email="post@example.org"),))
    assert "geschaftszimm" not in entry(a_record(said=said)).text.stems


def test_who_takes_part_is_searched():
    said = a_metadata(kind="project", participants=(Participation(agent=Agent(name={"de": "Hochschule"})),))
    assert "hochschul" in entry(a_record(said=said)).text.stems


def test_descriptions_of_files_are_searched_once_each_and_bounded():
    files = tuple(Distribution(description={"de": text}) for text in ("Plan Spreeweg", "Plan Spreeweg", "Uferstraße"))
    text = entry(a_record(said=a_metadata("Bebauungsplan", distributions=files))).text.stems
    assert (text.split().count("spreeweg"), "uferstrass" in text) == (1, True)
    long = tuple(Distribution(description={"de": f"Datei {n} hinten"}) for n in range(MAX_DESCRIBED_FILES + 9))
    words = entry(a_record(said=a_metadata("Viele", distributions=long))).text.stems.split()
    assert words.count("hint") == MAX_DESCRIBED_FILES
    assert str(MAX_DESCRIBED_FILES - 1) in words
    assert str(MAX_DESCRIBED_FILES) not in words


def test_the_day_is_that_of_the_last_change_else_of_issue_else_of_the_record():
    changed = datetime(2024, 5, 6, tzinfo=UTC)
    changed_first = entry(a_record(said=a_metadata(modified="2020-02-03", issued="1999")))
    assert changed_first.day == 737458
    assert changed_first.by_date == f"{date.max.toordinal() - 737458:07}\t{changed_first.by_title}"
    assert entry(a_record(said=a_metadata(modified="bald", issued="2020-02-03"))).day == 737458
    assert entry(a_record(said=a_metadata(modified="2020-02-31"), changed=changed)).day == changed.toordinal()
    assert entry(a_record(said=a_metadata())).day == 0


def test_keys_to_sort_by_are_unique():
    one, other = entry(a_record("eins", "Ähre")), entry(a_record("zwei", "Ähre"))
    assert one.by_title == "ahre\teins"
    assert other.by_title == "ahre\tzwei"


def test_quality_is_the_part_of_what_makes_an_entry_useful():
    assert entry(a_record(said=a_metadata())).quality == 0
    poor, rich = entry(a_record(said=a_dataset())), entry(a_record(said=a_dataset(modified="2020")))
    assert 0 < poor.quality < rich.quality < 100


def test_suggested_words_are_bounded_and_none_is_a_stop_word():
    said = a_metadata("Die Wege durch das Grün", keywords={"de": tuple(f"Wort {number}" for number in range(500))})
    found = entry(a_record(said=said)).words
    assert found[:2] == ("wege\tWege", "grun\tGrün")
    assert len(found) <= 60


def test_a_publisher_without_name_and_address_is_no_value():
    for nobody in (Agent(iri="_:b0"), Agent(email="a@b.example"), Agent()):
        found = entry(a_record(said=a_metadata(publisher=nobody)))
        assert (found.facets["publisher"], found.counted["publishers"]) == ((), ())
    assert facets(publisher=Agent(iri="_:b0", name={"de": "Amt"}))["publisher"] == ("amt",)
