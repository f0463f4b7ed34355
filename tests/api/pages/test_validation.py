"""The page that checks a file of metadata: pasted or sent, grouped by record, in both languages.

Covers: api/pages/validation.py
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from msgspec.structs import replace

from api.app import create_app
from api.data.validation import MAX_ANONYMOUS_BYTES
from api.pages import validation
from tests import signed_in
from tests.sample_city import PASSWORD, sample_city
from tests.servers.replay import files_server
from tests.town import Town
from tests.waiting import wait_for

TURTLE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<https://x.example/d> a dcat:Dataset ; dct:title "Bäume & <Wiesen>"@de , "Trees"@en .
<https://x.example/c> a dcat:Catalog ; dct:title "Katalog"@de .
<https://x.example/r> a dcat:CatalogRecord ; foaf:primaryTopic <https://x.example/d> .
"""


def headings(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>|&shy;", "", each) for each in re.findall(r'<h2 class="h3">(.*?)</h2>', page)]


def test_a_pasted_text_is_checked_record_by_record(browser: TestClient) -> None:
    page = browser.post("/pruefen", data={"text": TURTLE}, files={"file": ("", b"")})
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert headings(page.text) == ["Bäume &amp; &lt;Wiesen&gt;", "Katalog", "https://x.example/r"]
    sentences = ("1 Eintrag gelesen", "Es fehlt eine Beschreibung.", "Sagen Sie in zwei Sätzen, worum es geht.")
    for sentence in (*sentences, "Der Katalog selbst", "Katalogeintrag", "catalogue-incomplete", "Beschreibung"):
        assert sentence in page.text
    assert "&lt;https://x.example/d&gt; a dcat:Dataset" in page.text  # what was pasted is still there


def test_a_file_is_checked_in_english_and_its_suffix_counts(browser: TestClient) -> None:
    subject, dct = b"<https://x.example/d>", b"http://purl.org/dc/terms/"
    rdf = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    file = b'%b <%btitle> "T" .\n%b <%btype> <http://www.w3.org/ns/dcat#Dataset> .' % (subject, dct, subject, rdf)
    page = browser.post("/en/check", data={"text": ""}, files={"file": ("a.nt", file, "application/octet-stream")})
    assert page.status_code == 200
    for sentence in ("<b>a.nt</b>:", "1 record read.", "There is no description.", "https://x.example/d"):
        assert sentence in page.text.replace("<wbr>", "")


def test_a_file_without_a_fault_is_praised(browser: TestClient, shared: Path) -> None:
    golden = (shared / "standards/dcat-ap-de/testcases/v3.0_shapes/quicktest.ttl").read_bytes()
    page = browser.post("/pruefen", files={"file": ("quicktest.ttl", golden)})
    assert page.status_code == 200
    assert "unlesbar" not in page.text


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        ("", 400, "Wählen Sie eine Datei"),
        (" \n", 400, "Wählen Sie eine Datei"),
        ("x" * (MAX_ANONYMOUS_BYTES + 1), 413, "höchstens"),
        ("kein rdf {", 200, "Der Eintrag ist nicht lesbar."),
        ("@prefix x: <https://x.example/> . x:a x:b x:c .", 200, "Die Datei beschreibt nichts, das wir kennen."),
    ],
)
def test_what_cannot_be_checked_is_told_beside_the_form(
    browser: TestClient, text: str, status: int, sentence: str
) -> None:
    page = browser.post("/pruefen", data={"text": text}, files={"file": ("", b"")})
    assert page.status_code == status
    assert sentence in page.text
    assert 'enctype="multipart/form-data"' in page.text


def test_people_who_are_signed_in_may_send_larger_files(city: Town) -> None:
    large = ("# " + "x" * MAX_ANONYMOUS_BYTES + "\n" + TURTLE).encode()
    page = signed_in.browser(city, "agentur").post("/pruefen", files={"file": ("a.ttl", large)})
    assert page.status_code == 200
    assert "höchstens 20 MB" in page.text


def test_a_page_of_another_site_cannot_have_files_checked(browser: TestClient) -> None:
    answer = browser.post("/pruefen", data={"text": TURTLE}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def test_very_many_findings_are_cut_and_programs_get_all(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "MAX_SHOWN_FINDINGS", 2)
    page = browser.post("/pruefen", data={"text": TURTLE}, files={"file": ("", b"")})
    assert page.text.count("<tr>") == 3  # the head, and two
    assert "weitere Befunde stehen hier nicht" in page.text


# -- addresses


@pytest.fixture
def own_city(tmp_path: Path, sample_folder: Path) -> Iterator[Town]:
    town = sample_city(tmp_path / "data", template=sample_folder)
    yield town
    town.catalog.close()


def asked(browser: TestClient, url: str) -> Response:
    """The answer to an address that was entered."""
    token = signed_in.hidden(browser.get("/pruefen").text)
    return browser.post("/pruefen", data={"url": url, "text": "", **token}, files={"file": ("", b"")})


def result(browser: TestClient, path: str) -> str:
    """The page of a result, when it is there."""
    wait_for(lambda: "gerade geholt" not in browser.get(path).text)
    return browser.get(path).text


def test_an_address_is_checked_in_the_background_for_people_who_signed_in(own_city: Town) -> None:
    settings = replace(own_city.settings, allow_hosts=("127.0.0.1",))
    browser = TestClient(
        create_app(own_city.catalog, settings), headers={"accept": "text/html"}, follow_redirects=False
    )
    assert browser.post("/konto/anmelden", data={"name": "agentur", "password": PASSWORD}).status_code == 303
    with files_server({"/katalog.ttl": (TURTLE.encode(), "text/turtle")}) as server:
        answer = asked(browser, f"{server.url}/katalog.ttl")
        assert answer.status_code == 303
        page = result(browser, answer.headers["location"])
    assert "Es fehlt eine Beschreibung." in page
    assert "Der Katalog selbst" in page
    other = signed_in.browser(own_city, "lotsin")
    assert other.get(answer.headers["location"]).status_code == 404


def test_an_address_that_must_not_be_fetched_is_refused_in_words(own_city: Town) -> None:
    browser = signed_in.browser(own_city, "agentur")
    answer = asked(browser, "http://127.0.0.1:9/katalog.ttl")
    assert "Das ließ sich nicht prüfen" in result(browser, answer.headers["location"])


@pytest.mark.parametrize("url", ["katalog.ttl", "javascript:alert(1)", "ftp://x.example/a"])
def test_what_is_no_web_address_is_refused_at_once(own_city: Town, url: str) -> None:
    browser = signed_in.browser(own_city, "agentur")
    answer = asked(browser, url)
    assert answer.status_code == 400
    assert "Das ist keine Internetadresse" in answer.text


def test_nobody_else_may_have_addresses_fetched(browser: TestClient, own_city: Town) -> None:
    assert 'name="url"' not in browser.get("/pruefen").text
    answer = browser.post("/pruefen", data={"url": "https://x.example/a.ttl"}, files={"file": ("", b"")})
    assert answer.status_code in (303, 401)
    assert "/pruefen/" not in answer.headers.get("location", "")
    forged = signed_in.browser(own_city, "agentur").post(
        "/pruefen", data={"url": "https://x.example/a.ttl", "token": "x"}, files={"file": ("", b"")}
    )
    assert forged.status_code == 403
