"""A CKAN over real HTTP: paging, what is listed, old servers, and answers that are none."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from harvesters.harvester import Item, Mark
from harvesters.kinds import ckan
from registry.errors import SourceError, UsageError
from registry.fetch.session import session
from registry.model import Run, Source
from registry.model.message import sentence
from registry.settings import Settings
from tests.servers.replay import Ckan, Fault, ckan_server, files_server
from tests.town import Town

Reading = tuple[list[Item], list[Mark]]


def a_package(n: int, **words: Any) -> dict[str, Any]:
    return {
        "id": f"id-{n:04}",
        "name": f"datensatz-{n}",
        "title": f"Datensatz {n}",
        "notes": "Was es zu sagen gibt.",
        "license_id": "dl-de-by-2.0",
        "resources": [{"id": f"r{n}", "url": f"https://daten.example.org/{n}.csv", "format": "CSV"}],
    } | words


def packages(number: int) -> list[Any]:
    return [a_package(n) for n in range(number)]


def a_source(portal: Ckan, **settings: str) -> Source:
    return Source(name="stadt", kind="ckan", url=portal.url, settings=settings, language="de")


def read(portal: Ckan, after: str | None = None, **settings: str) -> Reading:
    items: list[Item] = []
    marks: list[Mark] = []
    with session(Settings(allow_hosts=("127.0.0.1",))) as http:
        for entry in ckan.read(a_source(portal, **settings), http, after):
            items.append(entry) if isinstance(entry, Item) else marks.append(entry)
    return items, marks


def ids(items: list[Item]) -> list[str]:
    return [item.remote_id for item in items]


def every(number: int) -> list[str]:
    return [f"id-{n:04}" for n in range(number)]


@pytest.fixture
def portal() -> Iterator[Ckan]:
    with ckan_server(packages(250)) as server:
        yield server


# -- paging


@pytest.mark.parametrize("rows", ["1000", "250", "100", "7"])
def test_every_package_is_read_once_whatever_the_size_of_a_page(portal: Ckan, rows: str) -> None:
    items, marks = read(portal, rows=rows)
    assert ids(items) == every(250)
    assert (marks[-1].total, marks[-1].end) == (250, True)
    assert [mark.end for mark in marks[:-1]] == [False] * (len(marks) - 1)


def test_a_server_that_gives_fewer_rows_than_asked_for_is_read_to_its_end(portal: Ckan) -> None:
    portal.most = 60
    assert ids(read(portal)[0]) == every(250)


def test_a_killed_run_goes_on_at_its_last_mark(portal: Ckan) -> None:
    portal.packages = [*packages(250), a_package(5, id="id-0005x", private=True)]
    first, marks = read(portal, rows="100")
    rest, again = read(portal, marks[0].token, rows="100")
    assert ids(rest) == ids(first)[99:]
    assert again[-1] == marks[-1]
    assert marks[-1].total == 250


def test_packages_that_slide_from_page_to_page_are_read_once(portal: Ckan) -> None:
    class Sliding(Ckan):
        def page(self, rows: int, start: int) -> bytes:
            return super().page(rows, max(0, start - 3))

    with ckan_server(packages(50)) as server:
        server.__class__ = Sliding
        assert ids(read(server, rows="10")[0]) == every(50)


def test_a_page_that_comes_twice_ends_the_listing_and_it_is_not_whole() -> None:
    class Stuck(Ckan):
        def page(self, rows: int, start: int) -> bytes:
            return super().page(rows, 0)

    with ckan_server(packages(50)) as server:
        server.__class__ = Stuck
        items, marks = read(server, rows="10")
        assert ids(items) == every(10)
        assert len(server.requests) <= 4
        assert marks[-1].total == 50  # more than came: the run takes the listing for incomplete


@pytest.mark.parametrize("count", [260, 100])
def test_a_wrong_count_hides_no_package(portal: Ckan, count: int) -> None:
    portal.count = count
    items, marks = read(portal, rows="50")
    assert ids(items) == every(250)
    assert marks[-1].total == count


def test_the_payload_does_not_depend_on_the_order_of_keys() -> None:
    package = a_package(1)
    with ckan_server([package]) as first, ckan_server([dict(reversed(package.items()))]) as second:
        assert read(first)[0][0].payload == read(second)[0][0].payload


# -- what is listed


@pytest.mark.parametrize(
    "words",
    [{"private": True}, {"private": "True"}, {"state": "deleted"}, {"state": "draft"}, {"type": "harvest"}],
)
def test_what_is_private_deleted_a_draft_or_a_harvest_source_is_left_out(words: dict[str, Any]) -> None:
    with ckan_server([*packages(3), a_package(9, **words)]) as portal:
        items, marks = read(portal)
        assert ids(items) == every(3)
        assert marks[-1].total == 3


@pytest.mark.parametrize(
    "words",
    [{"private": "Veröffentlicht"}, {"state": "Active"}, {"type": "dokument"}, {"private": None}, {"private": False}],
)
def test_words_that_we_do_not_know_leave_nothing_out(words: dict[str, Any]) -> None:
    with ckan_server([a_package(0, **words)]) as portal:
        assert ids(read(portal)[0]) == every(1)


def test_without_an_id_the_name_is_the_remote_id_and_without_both_there_is_an_error() -> None:
    with ckan_server([a_package(1, id=None), a_package(2, id="", name=""), "nichts"]) as portal:
        items = {item.remote_id or (item.error and item.error.rule): item for item in read(portal)[0]}
        assert set(items) == {"datensatz-1", "id-missing", "unreadable"}
        assert items["datensatz-1"].url == f"{portal.url}/dataset/datensatz-1"


def test_filters_are_handed_to_the_server(portal: Ckan) -> None:
    read(portal, fq="groups:verkehr", organization="mobilitaet", q="rad")
    assert any("groups%3Averkehr" in one and "organization%3A%22mobilitaet%22" in one for one in portal.requests)
    assert all("q=rad" in one for one in portal.requests if "start" in one)


def test_a_page_is_asked_for_by_a_stable_order(portal: Ckan) -> None:
    read(portal)
    assert all("sort=id+asc" in one for one in portal.requests if "start" in one)


def test_the_address_of_the_api_will_do_too(portal: Ckan) -> None:
    for tail in ("/", "/api", "/api/3", "/api/3/action/", "/api/3/action/package_search?rows=5"):
        assert ckan.site(portal.url + tail) == portal.url


@pytest.mark.parametrize("rows", ["0", "1001", "viele", "-1"])
def test_a_wrong_size_of_page_is_refused(portal: Ckan, rows: str) -> None:
    with pytest.raises(UsageError, match="rows"):
        read(portal, rows=rows)


# -- old servers


@pytest.mark.parametrize("actions", [["current_package_list_with_resources"], ["package_list", "package_show"]])
def test_a_server_without_package_search_is_read_all_the_same(actions: list[str]) -> None:
    with ckan_server(packages(120), actions=actions) as portal:
        items, marks = read(portal, rows="50")
        assert sorted(ids(items)) == every(120)
        assert marks[-1].end


def test_lists_inside_lists_as_dkan_gives_them_are_read() -> None:
    class Dkan(Ckan):
        def _current_package_list_with_resources(self, query: Any) -> Any:
            return [super()._current_package_list_with_resources({})]  # and it does not page

    with ckan_server(packages(5), actions=["current_package_list_with_resources"]) as portal:
        portal.__class__ = Dkan
        items, marks = read(portal)
        assert ids(items) == every(5)
        assert marks[-1].end


def test_a_result_in_a_list_as_dkan_shows_it_is_read() -> None:
    class Dkan(Ckan):
        def _package_show(self, query: Any) -> Any:
            return [super()._package_show(query)]

    with ckan_server(packages(5), actions=["package_list", "package_show"]) as portal:
        portal.__class__ = Dkan
        assert sorted(ids(read(portal)[0])) == every(5)


def test_a_package_that_went_while_it_was_asked_for_is_left_out() -> None:
    with ckan_server(packages(5), actions=["package_list", "package_show"]) as portal:
        body = json.dumps({"success": False, "error": {"__type": "Not Found Error"}}).encode()
        portal.faults["id=datensatz-3"] = Fault(404, body, "application/json")
        items, marks = read(portal)
        assert len(items) == 4
        assert (marks[-1].total, marks[-1].end) == (4, True)


def test_a_filter_that_an_old_server_does_not_know_is_not_forgotten() -> None:
    with (
        ckan_server(packages(5), actions=["package_list", "package_show"]) as portal,
        pytest.raises(SourceError, match="organization"),
    ):
        read(portal, organization="mobilitaet")


# -- answers that are none

BROKEN = {
    "an error of the server": Fault(500),
    "a web page": Fault(body=b"<!DOCTYPE html><html>Wartung</html>"),
    "a web page that says it is json": Fault(body=b"<html>", type="application/json"),
    "nothing": Fault(body=b"", type="application/json"),
    "cut off": Fault(cut=700),
    "json that ends early": Fault(body=b'{"success": true, "result": {"count": 250, "resul', type="application/json"),
    "no success": Fault(body=b'{"success": false, "error": {"message": "x"}}', type="application/json"),
    "no result": Fault(body=b'{"success": true}', type="application/json"),
    "a list": Fault(body=b"[1, 2]", type="application/json"),
    "a result that is a list": Fault(body=b'{"success": true, "result": []}', type="application/json"),
    "no count": Fault(body=b'{"success": true, "result": {"results": []}}', type="application/json"),
    "a count in words": Fault(
        body=b'{"success": true, "result": {"count": "all", "results": []}}', type="application/json"
    ),
    "no results": Fault(body=b'{"success": true, "result": {"count": 250}}', type="application/json"),
    "nested without end": Fault(body=b"[" * 200_000, type="application/json"),
    "not utf-8": Fault(body=b'{"success": \xff\xfe}', type="application/json"),
    "a sign-in page": Fault(302, b"", location="/login"),
    "closed": Fault(403, b'{"success": false, "error": {"__type": "Authorization Error"}}', "application/json"),
}


@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_ends_the_run_with_source_address_and_remedy_and_nothing_is_withdrawn(
    town: Town, portal: Ckan, fault: Fault
) -> None:
    source, all_packages = a_source(portal, rows="20"), packages(50)
    portal.packages = all_packages
    assert town.harvest(source=source, wait=False).counts["added"] == 50
    portal.packages = packages(5)
    portal.faults["start=0"] = fault
    run = town.harvest(source=source, wait=False)
    assert (run.outcome, run.counts["gone"], run.counts["withdrawn"]) == ("failed", 0, 0)
    assert run.reason
    assert portal.url.removeprefix("http://") in sentence(run.reason, "en")
    assert sentence(run.reason, "de") != sentence(run.reason, "en")
    assert len(town.records("stadt")) == 50
    portal.faults.clear()
    portal.packages = all_packages
    assert town.harvest(source=source, wait=False).outcome == "unchanged"


def test_an_error_on_the_third_page_withdraws_nothing(town: Town, portal: Ckan) -> None:
    source = a_source(portal, rows="100")
    assert town.harvest(source=source, wait=False).counts["added"] == 250
    portal.faults["start=200"] = Fault(500)
    portal.packages = packages(240)
    run = town.harvest(source=source, wait=False)
    assert (run.outcome, run.counts["gone"]) == ("failed", 0)
    portal.faults.clear()
    run = town.harvest(source=source, wait=False)
    assert (run.outcome, run.complete, run.counts["withdrawn"]) == ("applied", True, 10)


def test_an_answer_names_source_address_and_what_to_do(portal: Ckan) -> None:
    portal.faults["package_search"] = Fault(body=b"<html>Wartung</html>")
    with pytest.raises(SourceError) as caught:
        read(portal)
    assert "stadt" in caught.value.message
    assert f"{portal.url}/api/action/package_search" in caught.value.message
    assert "text/html in place of JSON" in caught.value.message
    assert "status_show" in caught.value.message


def test_a_server_without_any_action_is_no_ckan() -> None:
    with ckan_server([], actions=[]) as portal, pytest.raises(SourceError, match="correct the address"):
        read(portal)


def test_one_broken_package_costs_one_record(town: Town) -> None:
    broken: list[Any] = [
        a_package(100, title="", notes=None),
        a_package(101, title={"x": 1}),
        a_package(102, resources="keine", tags=7, extras="[", groups={"a": 1}, organization=["x"]),
        a_package(103, extras=[1, {"key": 5}, {"key": "a"}], resources=[None, 3, {"url": 7}]),
        ["nichts"],
        None,
    ]
    with ckan_server([*packages(3), *broken]) as portal:
        run = town.harvest(source=a_source(portal), wait=False)
        assert (run.outcome, run.counts["added"], run.counts["failed"]) == ("applied", 5, 4)
        assert {"id-0102", "id-0103"} <= set(town.records("stadt"))
        named = {record for record, rule in town.problems(run) if rule in ("title-missing", "unreadable")}
        assert {"id-0100", "id-0101"} < named
        assert town.harvest(source=a_source(portal), wait=False).outcome == "unchanged"


def test_a_new_metadata_modified_alone_is_no_change(town: Town, portal: Ckan) -> None:
    for day, outcome in (("01", "applied"), ("02", "unchanged")):
        portal.packages = [a_package(n, metadata_modified=f"2020-01-{day}T00:00:00") for n in range(5)]
        assert town.harvest(source=a_source(portal), wait=False).outcome == outcome


def test_an_iri_that_several_packages_bear_is_nobodys(town: Town) -> None:
    uris = [
        "https://daten.example.org/1",
        "https://daten.example.org/1",
        "https://daten.example.org/2",
        "nicht absolut",
    ]
    with ckan_server([a_package(n, extras={"uri": uri}) for n, uri in enumerate(uris)]) as portal:
        run = town.harvest(source=a_source(portal), wait=False)
        records = town.records("stadt")
        assert [records[id].said.iri for id in every(4)] == ["", "", uris[2], ""]
        assert run.rules["iri-twice"] == 2


def test_a_portal_that_numbers_its_packages_anew_moves_them(town: Town) -> None:
    with ckan_server([a_package(n, extras={"uri": f"https://daten.example.org/{n}"}) for n in range(20)]) as portal:
        town.harvest(source=a_source(portal), wait=False)
        before = {record.said.iri: record.id for record in town.records("stadt").values()}
        portal.packages = [dict(one, id=f"neu-{n}") for n, one in enumerate(portal.packages)]
        run = town.harvest(source=a_source(portal), wait=False)
        assert (run.counts["moved"], run.counts["added"], run.counts["gone"]) == (20, 0, 0)
        records = town.records("stadt")
        assert set(records) == {f"neu-{n}" for n in range(20)}
        assert {record.said.iri: record.id for record in records.values()} == before


def answered(town: Town, body: str) -> Run:
    with files_server({"/api/action/package_search": (body.encode(), "application/json")}) as server:
        return town.harvest(source=Source(name="stadt", kind="ckan", url=server.url, language="de"), wait=False)


def result(inner: str) -> str:
    several = f"{json.dumps(a_package(1))}, {inner}, {json.dumps(a_package(3))}"
    return f'{{"success": true, "result": {{"count": 3, "results": [{several}]}}}}'


@pytest.mark.parametrize(
    ("words", "failed"),
    [
        ("[" * 5_000 + "]" * 5_000, 1),
        ("[" * 300 + "]" * 300, 1),
        ("1" + "0" * 5_000, 0),
        ("1" + "0" * 400, 0),
        ("NaN", 0),
        ('"\\ud800"', 0),
    ],
    ids=["deep", "rather deep", "a number without end", "a large number", "no number", "half a character"],
)
def test_a_package_that_no_parser_likes_costs_at_most_itself(town: Town, words: str, failed: int) -> None:
    run = answered(town, result(f'{{"id": "id-0002", "title": "T", "x": {words}}}'))
    assert (run.outcome, run.listed, run.counts["failed"]) == ("applied", 3, failed)
    assert {"id-0001", "id-0003"} <= town.records("stadt").keys()
    told = {(one.record, one.finding.rule, one.finding.field) for one in town.catalog.runs.problems(run.number)}
    assert (("id-0002", "too-large", "x") in told) == bool(failed)


@pytest.mark.parametrize(
    ("body", "german"),
    [
        ('{"success": false, "error": "no CKAN"}', "keinen Erfolg"),
        ('{"success": false, "error": ["no", "CKAN"]}', "keinen Erfolg"),
        ('{"success": true, "result": null}', "liefert nichts, wo ein Objekt stehen soll"),
        ('{"success": true}', "keinen Erfolg"),
        ("", "antwortet auf package_search mit nichts"),
        (result('{"id": "a" "b"}'), "Spalte"),
    ],
)
def test_what_is_no_answer_is_told_with_source_place_and_remedy(town: Town, body: str, german: str) -> None:
    run = answered(town, body)
    assert run.outcome == "failed"
    assert run.reason
    assert sentence(run.reason, "de").startswith("Quelle stadt: http://127.0.0.1")
    assert german in sentence(run.reason, "de")
    assert "Öffnen Sie" in sentence(run.reason, "de") or "Prüfen Sie" in sentence(run.reason, "de")
