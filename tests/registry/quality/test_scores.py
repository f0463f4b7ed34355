"""Points of the catalogue, its sources and organizations, with a row a day; duties of high-value data; GovData.

Covers: registry/quality/scores.py, registry/quality/mqa.py, registry/quality/hvd.py, registry/quality/govdata.py
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from registry.model import Agent, Origin, Place, Record
from registry.model.message import sentence
from registry.model.timing import today
from registry.quality.govdata import preflight
from registry.quality.hvd import SIGNS, duty
from registry.quality.mqa import BANDS, DIMENSIONS, METRICS, band, mqa
from registry.quality.scores import Measured, Score, Scores, measured, open_scores, refresh
from tests.builders import a_dataset, a_distribution, a_metadata
from tests.town import Town, take
from vocab.concepts import concept_list
from vocab.legal_bases import HVD_ACT

RICH = a_dataset(
    "Zählstellen",
    keywords={"de": ("Rad",)},
    places=(Place(name={"de": "Bahnstadt"}),),
    distributions=(a_distribution(),),
)
POOR = a_dataset("Liste", distributions=(), keywords={}, themes=())


def a_record(id: str, metadata: object, source: str = "") -> Record:
    origin = Origin(source, id) if source else None
    return Record(id=id, said=metadata, origin=origin)  # type: ignore[arg-type]


# -- MQA


def test_the_metrics_are_the_23_of_data_europa_eu_with_their_points(shared: Path) -> None:
    vocabulary = (shared / "standards/mqa/piveau-dqv-vocabulary.ttl").read_text()
    vocabulary = vocabulary.replace("reusablity", "reusability")  # misspelt there once
    assert len(METRICS) == 23
    assert sum(metric.points for metric in METRICS) == 405
    for metric in METRICS:
        about = vocabulary.partition(f"pv:{metric.name}\n")[2].partition("\n\n")[0].split()
        assert f"pv:{metric.dimension}" in about, metric
        assert f'"{metric.points}"^^xsd:integer' in about, metric
    for name, most in DIMENSIONS.items():
        assert sum(metric.points for metric in METRICS if metric.dimension == name) == most


@pytest.mark.parametrize(
    ("points", "name"), [(405, 0), (351, 0), (350, 1), (221, 1), (220, 2), (121, 2), (120, 3), (0, 3), (350.6, 0)]
)
def test_the_bands_are_those_of_the_page_of_data_europa_eu(points: float, name: int) -> None:
    assert band(points) == BANDS[name]


def test_each_metric_can_be_missed() -> None:
    met = mqa(RICH, {"https://x.example/a": True}).met
    assert not mqa(POOR).met & {"keywordAvailability", "categoryAvailability", "licenceAvailability"}
    assert {"licenceAvailability", "keywordAvailability"} <= met


# -- sums


def test_sums_are_of_all_of_each_source_and_of_each_organization() -> None:
    published = replace(RICH, publisher=Agent(name={"de": "Amt"}, id="amt"))
    records = [a_record("a", published, "stadt"), a_record("b", POOR, "stadt"), a_record("c", published)]
    scores = {(score.scope, score.name): score for score in measured(records)}
    assert {key: score.records for key, score in scores.items()} == {
        ("catalogue", ""): 3, ("source", "stadt"): 2, ("organization", "amt"): 2,
    }  # fmt: skip
    assert scores["organization", "amt"].points == mqa(published).total
    assert scores["catalogue", ""].met["govdata-no"] == 1  # the one without files
    assert scores["source", "stadt"].met["govdata-changed"] == 1  # the id of the data provider is added there
    average = (2 * mqa(published).total + mqa(POOR).total) / 3
    assert scores["catalogue", ""].points == pytest.approx(average)
    assert sum(scores["catalogue", ""].by_dimension.values()) == pytest.approx(average)


@pytest.fixture
def scores(any_database_url: str) -> Iterator[Scores]:
    opened = open_scores(any_database_url)
    yield opened
    with opened._engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM scores"))


def test_a_day_is_kept_once_and_days_are_a_trend(scores: Scores) -> None:
    assert scores.latest() is None
    town = measured([a_record("a", RICH, "stadt")])
    day = refreshed_day(scores, town, 0)
    refreshed_day(scores, measured([a_record("a", POOR, "stadt")]), -1)
    refreshed_day(scores, town, 0)
    latest = scores.latest()
    assert latest is not None
    assert (latest.day, latest.change, latest.scores) == (day, 7, town)
    assert [round(score.points) for _, score in scores.trend("source", "stadt")] == [mqa(POOR).total, mqa(RICH).total]
    assert scores.trend("organization", "nobody") == []


def refreshed_day(scores: Scores, listed: list[Score], days: int) -> date:
    day = today() + timedelta(days=days)
    scores.keep(Measured(day, 7, listed))
    return day


def test_what_changed_is_measured_anew_and_only_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(tmp_path / "data")
    take(town.catalog, RICH, a_metadata("P", "project"))
    first = refresh(town.catalog.store, town.catalog.scores)
    assert first.of("catalogue")[0].records == 1
    with monkeypatch.context() as patched:
        patched.setattr("registry.quality.scores.measured", lambda records: pytest.fail("nothing changed"))
        assert refresh(town.catalog.store, town.catalog.scores) == first
    take(town.catalog, POOR, source="andere")
    assert refresh(town.catalog.store, town.catalog.scores).of("catalogue")[0].records == 2
    town.catalog.close()


# -- high-value data


def test_each_sign_belongs_to_a_category_of_the_regulation() -> None:
    categories = concept_list("hvd-categories")
    assert all(categories.get(notation) for notation in SIGNS)


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Luftqualität in der Altstadt", "Erdbeobachtung und Umwelt"), ("Einwohner nach Stadtteil", "Statistik"),
        ("Amtliche Hausnummern", "Georaum"), ("Straßennetz", "Mobilität"), ("Hallenbelegung", ""), ("Vereinsliste", ""),
    ],
)  # fmt: skip
def test_what_looks_like_high_value_data_is_told(title: str, category: str) -> None:
    suspected = duty(a_dataset(title, keywords={}))
    concept = concept_list("hvd-categories").by_iri.get(suspected.category)
    assert (concept.label("de") if concept else "") == category
    assert suspected.is_suspected == bool(category)


def test_a_marked_record_is_told_what_it_lacks_and_not_suspected() -> None:
    marked = duty(a_dataset("Luftqualität", legislation=(HVD_ACT,)))
    assert marked.marked
    assert not marked.is_suspected
    assert {"hvd-categories-missing", "hvd-interface-missing"} <= {finding.rule for finding in marked.lacks}
    assert duty(a_metadata("Wetter-App", "project")) == duty(a_metadata("x", "event"))


# -- GovData


@pytest.mark.parametrize(
    ("fields", "verdict", "words"),
    [
        ({"distributions": ()}, "no", "löscht ihn"),
        ({"distributions": (a_distribution(licence=""),)}, "changed", "andere geschlossene Lizenz"),
        ({"modified": ""}, "changed", "Änderungsdatum"),
        ({"contributor_ids": ("http://dcat-ap.de/def/contributors/a", "http://dcat-ap.de/def/contributors/b")},
         "faults", "genau eine Kennung"),
    ],
)  # fmt: skip
def test_what_becomes_of_a_record_at_govdata_is_told(fields: dict[str, object], verdict: str, words: str) -> None:
    whole = {"distributions": (a_distribution(attribution={"de": "Stadt"}),), "modified": "2026-01-01"}
    flight = preflight(a_dataset(**(whole | fields)), "http://dcat-ap.de/def/contributors/datenBW")
    assert flight.verdict == verdict
    assert any(words in sentence(obstacle.what, "de") for obstacle in flight.obstacles)


def test_a_whole_record_is_taken_as_it_is_and_a_series_is_not() -> None:
    whole = a_dataset(distributions=(a_distribution(attribution={"de": "Stadt"}),), modified="2026-01-01")
    assert preflight(whole, "http://dcat-ap.de/def/contributors/datenBW").verdict == "yes"
    assert preflight(whole).verdict == "changed"  # the id of the data provider is added there
    assert preflight(replace(whole, publisher=None), "x").verdict == "faults"
    assert preflight(a_metadata("Reihe", "series"), "x").verdict == "no"
