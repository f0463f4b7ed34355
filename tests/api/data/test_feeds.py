"""Atom feeds: valid by RFC 4287, stable, with the parameters of the search."""

from datetime import datetime
from xml.etree import ElementTree

from starlette.testclient import TestClient

from api.data.feeds import atom
from registry.catalog import Catalog
from registry.city import City
from registry.search.query import Query
from tests.builders import a_dataset, a_record
from tests.town import BASE, take

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: TestClient, query: str = "") -> ElementTree.Element:
    answer = client.get(f"/feed.atom{query}")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.content)


def words(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def test_a_feed_has_what_atom_asks_for(client: TestClient) -> None:
    root = feed(client)
    assert words(root, "id")
    assert words(root, "title")
    assert datetime.fromisoformat(words(root, "updated")).tzinfo
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": f"{BASE}/feed.atom?sort=newest", "alternate": f"{BASE}/suche?sort=newest"}
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 4
    for entry in entries:
        assert words(entry, "id").startswith(f"{BASE}/id/")
        assert words(entry, "title")
        assert datetime.fromisoformat(words(entry, "updated")).tzinfo
        assert entry.find(f"{ATOM}link[@rel='alternate']") is not None
    assert root.find(f"{ATOM}author/{ATOM}name") is not None


def test_a_feed_takes_the_parameters_of_the_search(client: TestClient) -> None:
    root = feed(client, "?q=radwege&kind=dataset&lang=en")
    (entry,) = root.findall(f"{ATOM}entry")
    assert words(entry, "id") == f"{BASE}/id/radwege"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"{BASE}/en/datasets/radwege"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_the_id_of_a_feed_does_not_depend_on_the_order_of_parameters(client: TestClient) -> None:
    one, two = feed(client, "?theme=TRAN&q=rad&page=1"), feed(client, "?q=rad&theme=TRAN")
    assert words(one, "id") == words(two, "id")


def test_a_record_that_changes_keeps_its_id_and_moves_its_date(client: TestClient, filled: Catalog) -> None:
    tag = client.get("/feed.atom").headers["etag"]
    take(filled, a_dataset("Neu"), source="andere")
    answer = client.get("/feed.atom", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert f"{BASE}/id/neu" in answer.text


def test_an_empty_feed_is_a_feed(client: TestClient) -> None:
    root = feed(client, "?source=gibtsnicht")
    assert root.findall(f"{ATOM}entry") == []
    assert words(root, "updated")


def test_words_that_no_xml_may_hold_break_no_feed() -> None:
    record = a_record(title="Ein \x00 Titel \x1b]]> <b> & \ud800")
    body = atom([record], Query(words="\x07"), f"{BASE}/feed.atom", City(), BASE)
    root = ElementTree.fromstring(body)
    assert "]]> <b> &" in (root.findtext(f"{ATOM}entry/{ATOM}title") or "")
