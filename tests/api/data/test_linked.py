"""RDF by negotiation and suffix, and the whole catalogue in pages, as harvesters read them.

Covers: api/data/catalogue.py, api/data/export.py, api/data/well_known.py, api/data/llms.py
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from api.app import create_app
from api.data import catalogue, well_known
from api.data.export import chosen, exported
from api.web import addresses
from registry.catalog import Catalog
from registry.city import City
from registry.errors import StartAgainError, UsageError
from registry.model import Position
from registry.settings import Settings
from registry.store.store import Selection
from tests.builders import a_dataset, a_metadata
from tests.town import BASE, Town, take

DCAT = "http://www.w3.org/ns/dcat#"
HYDRA = "http://www.w3.org/ns/hydra/core#"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORMATS = {
    "ttl": ("text/turtle; charset=utf-8", ox.RdfFormat.TURTLE),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
}


def triples(body: bytes, suffix: str) -> set[tuple[str, str, str]]:
    found = ox.parse(body, FORMATS[suffix][1])
    return {(str(one.subject), one.predicate.value, str(one.object)) for one in found}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_record_is_served_by_suffix(client: TestClient, suffix: str) -> None:
    answer = client.get(f"/daten/radwege.{suffix}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, FORMATS[suffix][0])
    subjects = {subject for subject, _, object in triples(answer.content, suffix) if object == f"<{DCAT}Dataset>"}
    assert subjects == {f"<{BASE}/id/radwege>"}
    assert f'<{BASE}/daten/radwege>; rel="alternate"; type="text/html"' in answer.headers["link"]


def graph(body: bytes, suffix: str) -> ox.Dataset:
    """Whatever its blank nodes are called."""
    made = ox.Dataset(ox.Quad(one.subject, one.predicate, one.object) for one in ox.parse(body, FORMATS[suffix][1]))
    made.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return made


def test_every_serialisation_says_the_same_of_every_record(browser: TestClient, city: Town) -> None:
    listing = city.catalog.store.listing()
    assert {one.kind for one in listing} >= {"dataset", "service", "project", "organization", "event"}
    for one in listing:
        path = addresses.page(one.kind, one.id)
        said = [graph(browser.get(f"{path}.{suffix}").content, suffix) for suffix in FORMATS]
        assert len(said[0]) > 5
        assert all(other == said[0] for other in said[1:]), path


def test_the_whole_catalogue_is_the_same_in_every_serialisation(city: Town) -> None:
    base, described = city.settings.base_url, catalogue.description(City(title={"de": "Alles"}), BASE)
    said = [graph(b"".join(exported(chosen(city.catalog, {}), suffix, base, described)), suffix) for suffix in FORMATS]
    assert all(other == said[0] for other in said[1:])


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        (FIREFOX, "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
    ],
)
def test_a_record_is_served_as_the_client_likes_it(client: TestClient, accept: str, type_: str) -> None:
    for path in ("/daten/radwege", "/en/datasets/radwege"):
        answer = client.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, type_)
        assert "Accept" in re.split(r",\s*", answer.headers["vary"])


def test_who_takes_nothing_of_ours_is_told_what_there_is(client: TestClient) -> None:
    answer = client.get("/daten/radwege", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    offered = {one["type"]: one["url"] for one in answer.json()["alternatives"]}
    assert offered["text/html"] == f"{BASE}/daten/radwege"
    assert offered["text/turtle"] == f"{BASE}/daten/radwege.ttl"
    assert client.get("/catalog", headers={"Accept": "image/png"}).status_code == 406


def test_the_thing_itself_leads_to_page_or_data(client: TestClient) -> None:
    for accept, location in ((FIREFOX, "/daten/radwege"), ("text/turtle", "/daten/radwege.ttl")):
        answer = client.get("/id/radwege", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["location"]) == (303, location)
    assert client.get("/id/radwege.jsonld").headers["location"] == "/daten/radwege.jsonld"
    assert client.get("/id/gibtsnicht").status_code == 404


def test_a_wrong_word_leads_to_the_right_one(client: TestClient) -> None:
    answer = client.get("/projekte/radwege.ttl")
    assert (answer.status_code, answer.headers["location"]) == (301, "/daten/radwege.ttl")
    page = client.get("/projekte/radwege", headers={"Accept": FIREFOX})
    assert (page.status_code, page.headers["location"]) == (301, "/daten/radwege")


def test_the_old_words_of_ckan_lead_on(client: TestClient, filled: Catalog) -> None:
    take(filled, a_metadata("Stadtwerke", "organization"), source="liste")
    for old, new in (
        ("/dataset/radwege", "/daten/radwege"),
        ("/dataset/r1", "/daten/parkplaetze"),
        ("/dataset/radwege.ttl", "/daten/radwege.ttl"),
        ("/organization/stadtwerke", "/organisationen/stadtwerke"),
    ):
        answer = client.get(old)
        assert (answer.status_code, answer.headers.get("location")) == (301, new)
    assert client.get("/dataset/gibtsnicht").status_code == 404
    filled.withdraw("parkplaetze", "anna", "Test")
    for old in ("/dataset/r1", "/dataset/parkplaetze"):
        assert client.get(client.get(old).headers["location"]).status_code == 410


def test_a_withdrawn_record_is_gone_in_every_format(client: TestClient, filled: Catalog) -> None:
    filled.withdraw("radwege", "anna", "Doppelt gemeldet.")
    for path in ("/daten/radwege.ttl", "/id/radwege", "/daten/radwege.json"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert answer.json()["reason"] == "Doppelt gemeldet."
    for path in ("/daten/radwege", "/id/radwege"):
        page = client.get(path, headers={"Accept": FIREFOX})
        assert page.status_code == 410
        assert page.headers["content-type"].startswith("text/html")
        assert "Doppelt gemeldet." in page.text


def test_unchanged_data_is_not_sent_again(client: TestClient) -> None:
    for path in ("/daten/radwege.ttl", "/catalog.rdf", "/sitemap.xml", "/feed.atom"):
        tag = client.get(path).headers["etag"]
        assert client.get(path, headers={"If-None-Match": f'"other", {tag}'}).status_code == 304
    turtle, rdf = (client.get(f"/daten/radwege.{suffix}").headers["etag"] for suffix in ("ttl", "rdf"))
    assert turtle != rdf


# -- the whole catalogue


def pages(client: TestClient, path: str, between: object = None) -> Iterator[bytes]:
    """The pages as GovData's harvester reads them: along hydra:next until there is none."""
    seen: set[bytes] = set()
    while path:
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.content not in seen
        seen.add(answer.content)
        yield answer.content
        found = [o for _, p, o in triples(answer.content, "nt") if p == f"{HYDRA}next"]
        former = [o for _, p, o in triples(answer.content, "nt") if p == f"{HYDRA}nextPage"]
        assert [one.strip("<>") for one in found] == [one.strip('"') for one in former]
        assert len(found) <= 1
        path = found[0].strip("<>").removeprefix(BASE) if found else ""


def datasets(body: bytes) -> list[str]:
    listed = {o for _, p, o in triples(body, "nt") if p == f"{DCAT}dataset"}
    described = {s for s, _, o in triples(body, "nt") if o == f"<{DCAT}Dataset>"}
    assert listed == described
    return sorted(listed)


@pytest.fixture
def large(catalog: Catalog) -> Catalog:
    take(catalog, *(a_dataset(f"Satz {number:03}") for number in range(230)))
    return catalog


@pytest.fixture
def reader(large: Catalog, settings: Settings) -> TestClient:
    return TestClient(create_app(large, settings), base_url=BASE, follow_redirects=False)


def test_the_pages_name_every_record_once(reader: TestClient) -> None:
    found = [datasets(body) for body in pages(reader, "/catalog.nt")]
    assert [len(one) for one in found] == [100, 100, 30]
    assert len(set().union(*found)) == 230


def test_every_page_repeats_the_catalogue_and_counts_all(reader: TestClient) -> None:
    for body in pages(reader, "/catalog.nt"):
        said = triples(body, "nt")
        assert any(o == f"<{DCAT}Catalog>" for _, _, o in said)
        assert {o.partition("^^")[0] for _, p, o in said if p == f"{HYDRA}totalItems"} == {'"230"'}


def test_what_comes_and_goes_while_somebody_reads_is_in_no_page(reader: TestClient, large: Catalog) -> None:
    reading = pages(reader, "/catalog.nt")
    found = datasets(next(reading))
    for id in ("satz-000", "satz-050", "satz-150"):
        large.withdraw(id, "anna", "Test")
    take(large, a_dataset("Aaa"), a_dataset("Satz 120a"), source="andere")
    for body in reading:
        found += datasets(body)
    assert len(found) == len(set(found))
    names = {one.rpartition("/")[2].rstrip(">") for one in found}
    assert names == {f"satz-{number:03}" for number in range(230)}
    again = {one.rpartition("/")[2].rstrip(">") for body in pages(reader, "/catalog.nt") for one in datasets(body)}
    assert names - again == {"satz-000", "satz-050", "satz-150"}
    assert again - names == {"aaa", "satz-120a"}


def test_an_empty_page_beyond_the_end_is_nobodys_last(reader: TestClient) -> None:
    def last(path: str) -> list[str]:
        return re.findall(r'<([^>]+)>; rel="last"', reader.get(path).headers["link"])

    for path in ("/catalog.nt?page=99", "/catalog.nt?after=zzz"):
        assert datasets(reader.get(path).content) == []
        assert last(path) == last("/catalog.nt")


@pytest.mark.parametrize("base", ["https://stadt.example:8443", "https://stadt.example/offene-daten"])
def test_behind_a_port_or_a_path_everything_leads_back_there(large: Catalog, settings: Settings, base: str) -> None:
    """With a path the proxy in front of us takes it away, and links and redirects have it."""
    own = TestClient(create_app(large, replace(settings, base_url=base)), base_url=BASE, follow_redirects=False)
    for suffix in FORMATS:
        found: list[str] = []
        path = f"/catalog.{suffix}"
        while path:
            answer = own.get(path)
            said = triples(answer.content, suffix)
            assert {s for s, _, o in said if o == f"<{DCAT}Catalog>"} == {f"<{base}/catalog>"}
            found += {s for s, _, o in said if o == f"<{DCAT}Dataset>"}
            links = {rel: url for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["link"])}
            assert all(url.startswith(f"{base}/catalog.{suffix}?") for url in links.values())
            path = links.get("next", "").removeprefix(base)
            assert {o.strip("<>") for _, p, o in said if p == f"{HYDRA}next"} == ({base + path} if path else set())
        assert len(found) == len(set(found)) == 230
        assert all(one.startswith(f"<{base}/id/") for one in found)
    to = own.get("/id/satz-001", headers={"Accept": "text/turtle"}).headers["location"]
    assert f"{urlsplit(base).scheme}://{urlsplit(base).netloc}{to}" == f"{base}/daten/satz-001.ttl"


def test_after_a_restore_a_reader_starts_again(reader: TestClient, large: Catalog) -> None:
    second = next(o for _, p, o in triples(reader.get("/catalog.nt").content, "nt") if p == f"{HYDRA}next")
    large.store.new_epoch()
    answer = reader.get(second.strip("<>").removeprefix(BASE))
    assert answer.status_code == 410


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_catalogue_is_served_in_every_format(reader: TestClient, suffix: str) -> None:
    answer = reader.get(f"/catalog.{suffix}")
    assert answer.headers["content-type"] == FORMATS[suffix][0]
    found = [s for s, _, o in triples(answer.content, suffix) if o == f"<{DCAT}Dataset>"]
    assert len(set(found)) == 100
    links = urlsplit(re.findall(r'<([^>]+)>; rel="next"', answer.headers["link"])[0])
    assert links.path == f"/catalog.{suffix}"


def test_the_catalogue_as_json_has_records_and_links(client: TestClient) -> None:
    answer = client.get("/catalog.json").json()
    assert [one["id"] for one in answer["records"]] == ["luftqualitaet", "parkplaetze", "radschnellweg", "radwege"]
    assert answer["next"] == ""
    assert client.get("/catalog.xlsx").status_code == 404


def test_the_catalogue_can_be_narrowed(client: TestClient, filled: Catalog) -> None:
    only = client.get("/catalog.json?kind=project").json()
    assert [one["id"] for one in only["records"]] == ["radschnellweg"]
    changed = filled.store.existing("luftqualitaet").changed
    assert changed is not None
    later = client.get("/catalog.json", params={"modified_since": changed.isoformat()}).json()
    assert [one["id"] for one in later["records"]] == [
        one.id for one in filled.store.find(Selection(shown=True)) if one.changed and one.changed >= changed
    ]
    for wrong in ("kind=auto", "modified_since=gestern", "page=0", "page=x"):
        assert client.get(f"/catalog.ttl?{wrong}").status_code == 400, wrong


def test_a_page_begins_after_an_id_that_need_not_exist_any_more() -> None:
    ids = [f"{number:03}" for number in range(250)]
    here = Position("e", 7)
    after = catalogue.PageRequest(after="0995")
    links = catalogue.links_of_page(ids, after, "/c", here)
    assert catalogue.ids_of_page(ids, after)[0] == "100"
    assert links.previous.startswith("/c?page=1&snapshot=") or "after=" not in links.previous
    assert "after=199" in links.next
    third, first = catalogue.PageRequest(page=3), catalogue.PageRequest()
    last, end = catalogue.ids_of_page(ids, third), catalogue.links_of_page(ids, third, "/c", here)
    assert (len(last), end.next) == (50, "")
    nothing, empty = catalogue.ids_of_page((), first), catalogue.links_of_page((), first, "/c", here)
    assert (nothing, empty.next, empty.previous, empty.total) == ((), "", "", 0)
    with pytest.raises(StartAgainError):
        catalogue.began_at(catalogue.PageRequest(snapshot="other.7"), here)


def test_a_parameter_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UsageError, match="kind"):
        catalogue.page_request([("kind", "auto")])
    assert catalogue.page_request([("kind", "dataset"), ("kind", "project")]).kinds == ("dataset", "project")


def test_what_the_city_does_not_say_is_missing_and_named() -> None:
    nothing = catalogue.description(City(), BASE)
    assert nothing.publisher is None
    assert nothing.licence == ""
    assert {"title", "description", "publisher", "licence"} <= set(catalogue.missing(nothing))
    said = City(
        title={"de": "Daten"}, description={"de": "Alles"}, publisher={"de": "Stadt"}, licence="dl-zero-de/2.0",
        publisher_iri="https://stadt.example/id", place="https://stadt.example/ort", issued="2026-01-01",
    )  # fmt: skip
    full = catalogue.description(said, BASE)
    assert full.licence.startswith("http")
    assert not {"title", "description", "publisher", "licence", "places", "issued"} & set(catalogue.missing(full))


# -- files by name


def test_the_sitemap_lists_pages_and_nothing_withdrawn(client: TestClient, filled: Catalog) -> None:
    filled.withdraw("parkplaetze", "anna", "Test")
    body = client.get("/sitemap.xml").text
    assert f"<loc>{BASE}/daten/radwege</loc>" in body
    assert f"<loc>{BASE}/projekte/radschnellweg</loc>" in body
    assert "parkplaetze" not in body
    for wrong in ("/sitemap-2.xml", "/sitemap-0.xml", "/sitemap-x.xml", "/sitemap-²3.xml"):
        assert client.get(wrong).status_code == 404, wrong
    assert f"Sitemap: {BASE}/sitemap.xml" in client.get("/robots.txt").text


def test_security_txt_is_there_where_the_city_names_a_contact(city: Town, browser: TestClient) -> None:
    """RFC 9116: Contact and Expires are needed; it expires within a year."""
    text = browser.get("/.well-known/security.txt").text
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields["Contact"] == "mailto:sicherheit@example.org"
    assert fields["Canonical"].endswith("/.well-known/security.txt")
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=100) < left < timedelta(days=366)


def test_without_a_contact_there_is_no_security_txt(client: TestClient) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404


def test_llms_txt_and_the_list_of_interfaces_name_addresses_that_answer(browser: TestClient) -> None:
    text = browser.get("/llms.txt").text
    assert text.startswith("# Data and projects of the city of Heidelberg\n\n> ")
    linked = re.findall(r"\]\(http://testserver(/[^)]*)\)", text)
    assert len(linked) > 10
    (interfaces,) = browser.get("/.well-known/api-catalog").json().values()
    targets = [target["href"] for entry in interfaces for name in ("service-desc", "service-doc", "status")
               for target in entry.get(name, ()) if target["href"].startswith("http://testserver")]  # fmt: skip
    assert "http://testserver/entwickler/api" in targets
    for address in (*linked, *targets):
        assert browser.get(address.replace("/dumps.json", "/dumps")).status_code == 200, address


def test_every_page_names_the_search_of_the_catalogue_and_says_what_it_is_about(browser: TestClient) -> None:
    for path, title in (("/", "Daten und Projekte"), ("/daten/rad-zaehlstellen", "Rad")):
        head = browser.get(path, headers={"accept": "text/html"}).text.partition("</head>")[0]
        assert '<link rel="search" type="application/opensearchdescription+xml"' in head
        assert len(re.findall('<meta name="description" content="[^"]{20,}"', head)) == 1, path
        (shared,) = re.findall('<meta property="og:title" content="([^"]*)"', head)
        assert title in shared
    assert browser.get("/opensearch.xml").status_code == 200


def test_a_large_sitemap_has_an_index(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(well_known, "MAX_URLS", len(well_known._lists()) + 2)
    index = client.get("/sitemap.xml").text
    parts = re.findall(rf"<loc>{BASE}(/sitemap-\d+\.xml)</loc>", index)
    assert len(parts) >= 2
    found = [url for part in parts for url in re.findall("<loc>([^<]+)</loc>", client.get(part).text)]
    assert len(found) == len(set(found))
    assert {f"{BASE}/daten/radwege", f"{BASE}/projekte/radschnellweg", f"{BASE}/"} <= set(found)


def test_one_record_with_hostile_words_breaks_no_page(catalog: Catalog, settings: Settings) -> None:
    hostile = replace(a_dataset('"""\\ <script>\u0000\u001b]]> 🚀 & "'), iri='https://x.example/a b<>"{}|\\^`c')
    take(catalog, hostile, a_dataset("Gut"))
    reader = TestClient(create_app(catalog, settings), base_url=BASE)
    for suffix in FORMATS:
        answer = reader.get(f"/catalog.{suffix}")
        assert answer.status_code == 200
        assert f"<{BASE}/id/gut>" in {s for s, _, _ in triples(answer.content, suffix)}
