"""The public pages: what they show, in which words, and what they never do.

Covers: api/pages/assets.py, api/pages/cards.py, api/pages/city_texts.py, api/pages/districts.py,
api/pages/error_pages.py, api/pages/facts.py, api/pages/page_texts.py, api/pages/record.py, api/pages/relations.py,
api/pages/routes.py, api/pages/search.py, api/pages/site.py, api/pages/start.py, api/pages/suggestions.py
"""

import re
from datetime import date

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.app import create_app
from api.pages import assets, cards, districts, site, templates
from api.pages.templates import STATIC
from api.text import formatting, i18n
from api.web.answers import http_date
from harvesters.run.apply import GONE
from registry.errors import UsageError
from registry.model import Agent, Distribution, Metadata, Milestone, Opportunity, Period, Record
from registry.store.store import Selection
from tests import signed_in
from tests.builders import a_dataset
from tests.sample_city import HEIDELBERG, iri, places, themes
from tests.town import Town

HERE = i18n.HERE


def text(page: str) -> str:
    """The words of a page without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# -- start and search


def test_the_start_page_leads_to_both_worlds(browser: TestClient) -> None:
    page = text(browser.get("/").text)
    for sentence in (
        "Ich suche Daten",
        "Ich suche ein Projekt",
        "In Ihrem Stadtteil",
        "7 Projekte",
        "4 Organisationen",
    ):
        assert sentence in page
    assert "2 Projekte suchen Partner" in page


def test_the_link_to_those_who_look_for_partners_leads_to_exactly_these(browser: TestClient) -> None:
    page = browser.get("/").text
    link = re.search(r'href="#([^"]+)">2 Projekte suchen Partner', page)
    assert link
    block = page.partition(f'id="{link[1]}"')[2].partition("</section>")[0]
    assert re.findall(r'href="(/projekte/[^#"]+)#partner"', block) == ["/projekte/kuehle-wege", "/projekte/leihraeder"]
    for address in ("/projekte/kuehle-wege", "/projekte/leihraeder"):
        assert 'id="partner"' in browser.get(address).text


def test_similar_hits_begin_under_a_heading_of_their_own(browser: TestClient) -> None:
    page = browser.get("/suche?q=Fahrrad+Ampel").text
    assert "Dazu zeigen wir" in page
    complete, _, similar = page.partition("Ähnliche Treffer</h2>")
    assert re.findall(r'<h2><a href="([^"]+)"', complete)
    assert re.findall(r'<h3><a href="([^"]+)"', similar)
    assert not re.findall(r'<h2><a href="([^"]+)"', similar)
    count = re.search(r"Alle Wörter: (\d+) Treffer", page)
    assert count
    assert len(re.findall(r'<h2><a href="', complete)) == int(count[1])
    assert f"Hits for all words: {count[1]}. We also show" in browser.get("/en/search?q=Fahrrad+Ampel").text
    again = browser.get("/suche?q=Fahrrad+Ampel&sort=title").text
    assert "Ähnliche Treffer</h2>" not in again  # in another order there is no such place


def test_where_nothing_is_exact_the_page_says_so_shows_what_is_similar_and_ways_on(browser: TestClient) -> None:
    page = browser.get("/suche?q=Baumkataster+Stellplatz").text
    assert "Nichts Genaues gefunden</h2>" in page
    assert re.findall(r'<h3><a href="([^"]+)"', page.partition("Ähnliche Treffer</h2>")[2])[0] == "/daten/baumkataster"
    assert re.search(r'href="/themen/[^"]+">Alles zum Thema „', page)
    assert ">Alles</a>" in page  # no 0 above three cards
    assert re.search(r'>Alles <span class="n">0</span>', browser.get("/suche?q=xyzxyz").text)
    english = browser.get("/en/search?q=Baumkataster+Stellplatz").text
    assert "Nothing exact found</h2>" in english


def test_a_slip_is_offered_in_the_spelling_of_the_catalogue(browser: TestClient) -> None:
    page = browser.get("/suche?q=Baumkatastr").text
    assert re.search(r'Meinten Sie: <a href="/suche\?q=Baumkataster">Baumkataster</a>', page)
    assert browser.get("/api/v1/search?q=Baumkatastr").json()["suggestions"][0] == "Baumkataster"


def test_suggestions_are_a_page(browser: TestClient) -> None:
    page = browser.get("/suche/vorschlaege?q=rad").text
    assert re.search(r'<a href="/suche\?q=Radwegenetz">Radwegenetz</a> <span class="meta">1 Datensatz</span>', page)
    assert "begin with “trink”" in browser.get("/en/search/suggestions?q=trink").text
    assert "beginnt mit „xyz“" in browser.get("/suche/vorschlaege?q=xyz").text
    assert "Anfang eines Wortes" in browser.get("/suche/vorschlaege").text
    assert "/static/suggest.js" in browser.get("/").text


def test_the_examples_of_both_start_pages_find_something(browser: TestClient) -> None:
    for address in ("/", "/en/"):
        examples = re.findall(r'href="(/(?:suche|en/search)\?q=[^"]+)"', browser.get(address).text)
        assert len(examples) == 3
        for example in examples:
            assert re.search(r"<b>\d+ (Treffer|hits?)</b>", browser.get(example).text), example


def test_a_hit_by_a_synonym_says_which(browser: TestClient) -> None:
    page = browser.get("/en/search?q=street+lamp+water+fountain").text
    assert "Nothing exact found" in page
    (card,) = re.findall(r'<li class="card">.*?</li>', browser.get("/suche?q=Wasserspender").text, re.DOTALL)
    assert "Wasserspender: auch „Trinkbrunnen“" in card
    assert "<mark>Trinkbrunnen</mark>" in card
    answer = browser.get("/api/v1/search?q=Wasserspender").json()
    assert [(hit["exact"], hit["synonyms"]) for hit in answer["hits"]] == [(True, {"Wasserspender": "Trinkbrunnen"})]


def test_what_is_missing_is_told_to_all_and_how_to_mend_it_to_those_who_can(city: Town) -> None:
    page = signed_in.browser(city).get("/daten/strassennamen").text
    assert "Was noch fehlt" in page
    assert "Wählen Sie" not in page
    assert "Wählen Sie" in signed_in.browser(city, "agentur").get("/daten/strassennamen").text


def test_a_record_of_which_little_is_said_says_so(city: Town, browser: TestClient) -> None:
    city.catalog.store.put([Record(id="karg", said=Metadata(kind="dataset", title={"de": "Karg"}))], "test")
    page = browser.get("/daten/karg").text
    assert "nennt noch keine Datei" in page
    assert "noch nicht beschrieben" in page
    city.catalog.withdraw("karg", "test", "nur ein Versuch")


def test_only_open_calls_for_partners_are_counted(city: Town, browser: TestClient) -> None:
    def call(type: str, ends: str = "") -> tuple[Opportunity, ...]:
        return (Opportunity(type=iri("opportunities", type), ends=ends),)

    several = {
        "vorbei": {"opportunities": call("partnergesuch", "2020-01-01")},
        "auftrag": {"opportunities": call("ausschreibung")},
        "erwaehnt": {"abstract": {"de": "Partner gesucht und gefunden: ein Gesuch nach Partnern."}},
    }
    made = {id: Metadata(kind="project", title={"de": id}, **more) for id, more in several.items()}  # type: ignore[arg-type]
    city.catalog.store.put([Record(id=id, said=said) for id, said in made.items()], "test")
    city.catalog.sync()
    try:
        assert "2 Projekte suchen Partner" in text(browser.get("/").text)
        said = Metadata(kind="project", title={"de": "Offen"}, opportunities=call("partnergesuch"))
        city.catalog.store.put([Record(id="offen", said=said)], "test")
        assert "3 Projekte suchen Partner" in text(browser.get("/").text)
    finally:
        for id in (*several, "offen"):
            city.catalog.withdraw(id, "test", "")
        city.catalog.sync()


def test_similar_hits_are_told_apart_in_words(browser: TestClient) -> None:
    found = browser.get("/api/v1/search?q=Baumkataster+Stellplatz").json()
    page = text(browser.get("/suche?q=Baumkataster+Stellplatz").text)
    assert found["relaxed"]
    assert found["relaxed"] in page
    found = browser.get("/api/v1/search?q=Straßen+Karte").json()
    page = text(browser.get("/suche?q=Straßen+Karte").text)
    assert found["relaxed"] is None
    (note,) = found["notes"]
    assert "ähnliche" in note["de"]
    assert note["de"] in page
    assert "Hits that contain all words come first" in browser.get("/en/help").text


def test_a_search_shows_hits_facets_and_ways_to_take_it_along(browser: TestClient) -> None:
    page = browser.get("/suche?q=rad&theme=TRAN").text
    assert "Radwegenetz" in page
    assert re.search(r'name="theme" value="TRAN" checked', page)
    assert 'href="/feed.atom?q=rad&amp;theme=TRAN"' in page
    assert 'href="/api/v1/search?q=rad&amp;theme=TRAN"' in page
    assert 'href="/suche?q=rad"' in page  # the chip removes its filter


def test_filters_count_or_within_a_facet_and_and_between(browser: TestClient) -> None:
    def total(path: str) -> int:
        found = re.search(r"<b>([\d.]+) Treffer</b>", browser.get(path).text)
        assert found, path
        return int(found[1])

    energy, transport = total("/suche?theme=ENER"), total("/suche?theme=TRAN")
    both = total("/suche?theme=ENER&theme=TRAN")
    assert max(energy, transport) < both <= energy + transport
    assert total("/suche?theme=TRAN&district=bahnstadt") < transport


def test_a_place_that_is_named_is_offered_and_not_set(browser: TestClient) -> None:
    page = browser.get("/suche?q=bahnstadt").text
    assert 'class="chip offer" href="/suche?q=bahnstadt&amp;district=bahnstadt"' in page
    assert "Stadtteil: Bahnstadt" in page
    city_wide = browser.get("/suche?q=Radwegenetz+Schlierbach").text  # one hit, for the whole city
    assert re.search(r'Stadtteil: Schlierbach <span class="quiet">1</span>', city_wide)


def test_a_district_says_how_much_names_it_and_how_much_holds_for_the_whole_city(browser: TestClient) -> None:
    page = browser.get("/suche?q=fahrrad&district=bahnstadt").text
    counts = re.search(r"(\d+) (?:nennt|nennen) den Stadtteil, (\d+) (?:gilt|gelten) für die ganze Stadt", page)
    total = re.search(r"<b>(\d+) Treffer</b>", page)
    assert counts
    assert total
    assert int(counts[1]) + int(counts[2]) == int(total[1])
    assert '<input class="tick" type="checkbox" name="city" value="no">' in page
    alone = browser.get("/suche?q=fahrrad&district=bahnstadt&city=no").text
    assert f"<b>{counts[1]} Treffer</b>" in alone
    assert 'name="city" value="no" checked>' in alone
    assert "ohne das, was für die ganze Stadt gilt" in alone
    answer = browser.get("/api/v1/search?q=fahrrad&district=bahnstadt").json()
    assert (answer["total"], answer["whole_city"]) == (int(total[1]), int(counts[2]))
    assert browser.get("/api/v1/search?city=vielleicht").status_code == 422
    only_whole_city = text(browser.get("/suche?q=Radwegenetz&district=schlierbach").text)
    assert "0 nennen den Stadtteil, 1 gilt für die ganze Stadt." in only_whole_city
    assert "Nur zeigen, was den Stadtteil nennt" not in only_whole_city  # there would be nothing
    assert "Nur zeigen, was den Stadtteil nennt" in text(page)
    assert "Auch zeigen, was für die ganze Stadt gilt" in text(alone)


def test_the_order_by_relevance_is_offered_only_with_words(browser: TestClient) -> None:
    assert "passend zuerst" not in browser.get("/suche").text
    assert "<b>zuletzt geändert</b>" in browser.get("/suche").text
    assert "<b>passend zuerst</b>" in browser.get("/suche?q=fahrrad").text
    assert "nächste zuerst" in browser.get("/veranstaltungen").text
    assert "nach Ende" in browser.get("/projekte").text
    assert "nach Ende" not in browser.get("/daten").text
    assert browser.get("/veranstaltungen?sort=starts").status_code == 200


def test_where_nothing_is_found_the_filter_to_blame_is_named(browser: TestClient) -> None:
    page = browser.get("/suche?q=trinkbrunnen&format=GEOJSON&district=schlierbach").text
    shown = text(page)
    assert "Kein Treffer. Es liegt am Filter „Format“." in shown
    assert "ohne „Format: GeoJSON“ 1 Treffer zeigen" in shown
    assert "ohne „Stadtteil: Schlierbach“ auch dann kein Treffer" in shown
    assert 'href="/suche?q=trinkbrunnen&amp;district=schlierbach"' in page


def test_a_list_of_a_kind_is_the_search_with_that_kind(browser: TestClient) -> None:
    page = browser.get("/projekte").text
    assert page.count('class="card"') == 7
    assert "Baumkataster" not in page
    assert 'name="kind"' not in page


def test_words_that_are_asked_for_are_shown_as_words(browser: TestClient) -> None:
    page = browser.get('/suche?q="><script>alert(1)</script>').text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_pages_of_hits_follow_one_another(browser: TestClient) -> None:
    first = browser.get("/suche?size=5").text
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    second = browser.get("/suche?size=5&page=2").text
    assert not set(re.findall(r'<h2><a href="([^"]+)"', first)) & set(re.findall(r'<h2><a href="([^"]+)"', second))


def test_where_no_filter_alone_is_to_blame_the_page_says_once_what_helps(browser: TestClient) -> None:
    filters = "format=GEOJSON&theme=HEAL&phase=idee"
    shown = text(page := browser.get(f"/suche?q=trinkbrunnen&{filters}").text)
    assert "Ganz ohne Filter gibt es Treffer. Ohne Filter suchen" in shown
    assert re.search(r'href="/suche\?q=trinkbrunnen"[^>]*>\s*(<[^>]+>)?Ohne Filter suchen', page)
    assert "auch dann kein Treffer" not in shown
    assert "Kein Treffer mit diesen Filtern" in shown
    shown = text(browser.get(f"/suche?q=xyzxyz&{filters}").text)
    assert "Auch ohne Filter gibt es keinen Treffer." in shown
    assert "Ohne Filter suchen" not in shown
    assert "Kein Treffer mit diesen Filtern" in browser.get("/projekte?format=GEOJSON&phase=idee&theme=HEAL").text


def test_words_that_begin_so_are_offered_only_where_there_are_some(browser: TestClient) -> None:
    assert "Wörter ansehen" not in browser.get("/suche?q=xyzxyz").text
    page = browser.get("/suche?q=xyzxyz+trink").text
    assert re.search(r'href="/suche/vorschlaege\?q=trink">Wörter ansehen, die mit „trink“ beginnen', page)


def test_the_nearest_topic_is_one_that_is_named_or_of_exact_hits(browser: TestClient) -> None:
    assert "Alles zum Thema „Umwelt“" in browser.get("/suche?q=Umwelt+xyzxyz").text
    assert "Alles zum Thema" not in browser.get("/suche?q=Hundesteuerbescheid").text
    assert "Alles zum Thema" not in browser.get("/suche?q=xyzxyz").text


def test_a_page_behind_the_last_says_so_and_leads_back(browser: TestClient) -> None:
    page = browser.get("/suche?q=fahrrad&page=50").text
    assert "Seite 50 gibt es nicht, die Liste endet vorher." in page
    assert re.search(r'<a href="/suche\?q=fahrrad">Zur ersten Seite</a>', page)
    assert "Zur ersten Seite" not in browser.get("/suche?q=fahrrad").text
    for number in (2, 40):  # only similar hits, all on the first page
        similar = browser.get(f"/suche?q=Baumkataster+Stellplatz&page={number}").text
        assert f"Seite {number} gibt es nicht" in similar
        assert "Kein Treffer" not in similar
    (before,) = re.findall(r'href="([^"]+)" rel="prev"', browser.get("/suche?size=5&page=50").text)
    assert re.findall(r'<h2><a href="([^"]+)"', browser.get(before.replace("&amp;", "&")).text)


# -- one record


def test_a_dataset_shows_files_first_then_licence_and_freshness_in_words(browser: TestClient) -> None:
    page = browser.get("/daten/rad-zaehlstellen").text
    shown = text(page)
    assert "So aktuell wie zugesagt." in shown
    assert "Frei, auch geschäftlich. Bitte Quelle nennen." in shown
    assert "Zählwerte je Stunde" in shown
    assert "8,4\N{NO-BREAK SPACE}MB" in page
    assert page.index("Dateien und Schnittstellen") < page.index("Beschreibung</h2>")
    assert "Grünes Band fürs Rad" in shown  # who uses these data


def test_what_is_overdue_says_since_when(browser: TestClient) -> None:
    assert "Überfällig seit" in browser.get("/daten/rad-unfaelle").text


def test_a_project_shows_its_links_both_ways(browser: TestClient) -> None:
    page = browser.get("/projekte/kuehle-wege").text
    for address in ("/daten/baumkataster", "/daten/trinkbrunnen", "/daten/street-trees", "/veranstaltungen/messtag"):
        assert f'href="{address}"' in page
    for heading in ("Was bringt es?", "Meilensteine", "Chancen und Risiken", "Wer macht mit?", "Partner gesucht"):
        assert heading in page
    assert 'aria-current="step"' in page


def test_a_project_that_was_cancelled_has_no_track_but_says_so(browser: TestClient) -> None:
    page = browser.get("/projekte/app")
    assert "Abgebrochen" in page.text
    assert 'class="track"' not in page.text


def test_an_organization_shows_what_it_publishes_and_leads(browser: TestClient) -> None:
    shown = text(browser.get("/organisationen/umweltamt").text)
    assert "Leitet 1 Projekt" in shown
    assert "Beteiligt an 1 Projekt" in shown
    assert "Baumkataster" in shown


def test_a_harvested_record_names_its_source(browser: TestClient, city: Town) -> None:
    (record,) = city.catalog.store.find(Selection(source="stadtwerke"))
    page = browser.get(f"/daten/{record.id}").text
    assert "Datenkatalog der Stadtwerke" in page
    assert 'href="https://stadtwerke.example.org/fernwaerme"' in page


def test_a_withdrawn_record_keeps_its_page_with_reason_and_date(browser: TestClient) -> None:
    answer = browser.get("/daten/altkleider")
    assert answer.status_code == 410
    shown = text(answer.text)
    assert "Altkleider-Container" in shown
    assert "Die Stelle führt die Liste nicht weiter." in shown
    assert formatting.day(date.today(), "de") in shown


def test_a_page_of_what_a_source_no_longer_names_speaks_one_language(city: Town, browser: TestClient) -> None:
    for id, why in (("weg", GONE), ("umbau", "Umbau / Abriss")):
        city.catalog.store.put([Record(id=id, said=a_dataset("Weg"))], "test")
        city.catalog.withdraw(id, "test", why)
    german, english = (text(browser.get(path).text) for path in ("/daten/weg", "/en/datasets/weg"))
    assert "Die Quelle nennt den Eintrag nicht mehr." in german
    assert "no longer names" not in german
    assert "The source no longer names this entry." in english
    assert "nicht mehr" not in english
    assert "Umbau / Abriss" in text(browser.get("/en/datasets/umbau").text)


def test_a_page_says_when_its_record_changed_and_its_tag_decides(city: Town, browser: TestClient) -> None:
    answer = browser.get("/daten/baumkataster")
    changed = city.catalog.store.existing("baumkataster").changed
    assert changed
    assert answer.headers["last-modified"] == http_date(changed)
    since = {"if-modified-since": answer.headers["last-modified"]}
    assert browser.get("/daten/baumkataster", headers=since).status_code == 200
    tag = {"if-none-match": answer.headers["etag"]}
    assert browser.get("/daten/baumkataster", headers=tag).status_code == 304


def test_a_wrong_word_leads_to_the_right_page(browser: TestClient) -> None:
    answer = browser.get("/projekte/baumkataster")
    assert (answer.status_code, answer.headers["location"]) == (301, "/daten/baumkataster")


def test_dangerous_addresses_of_a_record_never_become_links(city: Town) -> None:
    file = Distribution(id="x", access_url="javascript:alert(1)", download_url="data:text/html,x")
    said = Metadata(kind="dataset", title={"de": "Böse"}, landing_page="javascript:alert(2)", distributions=(file,))
    city.catalog.store.put([Record(id="boese", said=said)], "test")
    page = TestClient(city.app).get("/daten/boese", headers={"accept": "text/html"}).text
    assert not re.search(r'href="(javascript|data):', page)


def test_a_record_of_any_size_has_a_page_of_bounded_size(city: Town, browser: TestClient) -> None:
    long = "Wort" * 5_000
    files = tuple(
        Distribution(id=f"f{n}", title={"de": long[:300]}, access_url=f"https://x.example/{n}") for n in range(3_000)
    )
    said = a_dataset(
        "x" * 20_000, description={"de": f"{long} " * 40}, distributions=files, keywords={"de": (long,) * 500}
    )
    city.catalog.store.put([Record(id="riese", said=said)], "test")
    page = browser.get("/daten/riese").text
    assert len(page) < 1_500_000
    assert "und 2900 weitere Dateien" in page


FAR = ("9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "0000-99-99")


@pytest.mark.parametrize("at", FAR)
def test_a_far_date_takes_no_page_down(at: str, city: Town, browser: TestClient) -> None:
    turn = FAR.index(at)
    both = {"period": Period(start=at, end=at), "modified": at, "places": places("Altstadt"), "themes": themes("ENVI")}
    file = Distribution(id="x", access_url="https://x.example/", modified=at)
    call = Opportunity(type=iri("opportunities", "partnergesuch"), starts=at, ends=at)
    several = {
        f"ferne-daten-{turn}": a_dataset(
            "Ferne Daten", issued=at, frequency=iri("frequencies", "DAILY"), distributions=(file,), **both
        ),
        f"fernes-projekt-{turn}": Metadata(
            kind="project", title={"de": "Fernes Projekt"}, phase=iri("phases", "umsetzung"), starts=at, ends=at,
            milestones=(Milestone(title={"de": "Ziel"}, planned=at, reached=at),), opportunities=(call,), **both,  # type: ignore[arg-type]
        ),
        f"fernes-fest-{turn}": Metadata(
            kind="event", title={"de": "Fernes Fest"}, starts=at, ends=at, places=places("Altstadt")
        ),
    }  # fmt: skip
    city.catalog.store.put([Record(id=id, said=said) for id, said in several.items()], "test")
    city.catalog.sync()
    try:
        for path in (
            "/", "/en/", "/suche", "/daten", "/projekte", "/veranstaltungen", "/stadtteile/altstadt", "/themen/ENVI",
            f"/daten/ferne-daten-{turn}", f"/en/projects/fernes-projekt-{turn}", f"/projekte/fernes-projekt-{turn}",
            f"/veranstaltungen/fernes-fest-{turn}",
        ):  # fmt: skip
            assert browser.get(path).status_code == 200, path
    finally:
        for id in several:
            city.catalog.withdraw(id, "test", "")
        city.catalog.sync()


def test_one_card_that_breaks_costs_one_card(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = cards.whose

    def broken(said: Metadata, lang: str) -> object:
        if said.title.get("de") == "Baumkataster":
            raise OverflowError("date value out of range")
        return made(said, lang)  # type: ignore[arg-type]

    monkeypatch.setattr(cards, "whose", broken)
    page = browser.get("/daten").text
    assert ">baumkataster</a></h2>" in page
    assert "Trinkbrunnen" in page
    assert "no card of baumkataster" in caplog.text


# -- language


def test_every_page_has_its_twin(browser: TestClient) -> None:
    for path, twin in {
        "/suche?q=rad": "/en/search?q=rad",
        "/daten/baumkataster": "/en/datasets/baumkataster",
        "/stadtteile/bahnstadt": "/en/districts/bahnstadt",
        "/": "/en/",
    }.items():
        page = browser.get(path).text
        assert f'href="{twin}" lang="en" hreflang="en"' in page.replace("&amp;", "&"), path
        other = browser.get(twin)
        assert other.status_code == 200
        assert '<html lang="en">' in other.text
        assert f'href="{path}" lang="de" hreflang="de"' in other.text.replace("&amp;", "&")
        if "?q=" not in path:  # what search engines leave out needs no alternates
            assert f'rel="alternate" hreflang="en" href="http://testserver{twin}"' in page


def test_the_words_after_the_first_are_translated_too() -> None:
    assert templates.twin("/konto/anmelden?next=/x", "en") == "/en/account/sign-in?next=/x"
    assert templates.twin("/en/register/project/ab12", "de") == "/anmelden/projekt/ab12"
    assert templates.twin("/administration/laeufe/7", "en") == "/en/admin/runs/7"
    assert templates.twin("/daten/projekt", "en") == "/en/datasets/projekt"


def test_a_record_in_another_language_says_so_and_marks_it(browser: TestClient) -> None:
    page = browser.get("/daten/street-trees").text
    assert '<span lang="en">Street trees, heat model</span>' in page
    assert "nicht vollständig auf Deutsch" in page
    assert "nicht vollständig auf Deutsch" not in browser.get("/daten/baumkataster").text


# -- sentences


def test_a_publisher_that_is_no_record_is_a_filter_by_its_name(city: Town, browser: TestClient) -> None:
    said = a_dataset("Schachtdeckel", publisher=Agent(name={"de": "Zweckverband Nord"}))
    city.catalog.store.put([Record(id="schachtdeckel", said=said)], "test")
    city.catalog.sync()
    page = browser.get("/suche?q=schachtdeckel").text
    assert 'value="zweckverband-nord"><span>Zweckverband Nord</span>' in page
    assert "Organisation: Zweckverband Nord" in browser.get("/suche?q=schachtdeckel&publisher=zweckverband-nord").text


# -- texts, errors, assets


def test_a_text_that_the_city_has_not_written_is_not_made_up(city: Town, tmp_path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "ort"
    folder.mkdir()
    (folder / "city.toml").write_text('name = "Ort"\n')
    settings = replace(city.settings, city=folder)
    browser = TestClient(create_app(city.catalog, settings), headers={"accept": "text/html"})
    page = browser.get("/impressum").text
    assert "Dieser Text fehlt noch." in page
    assert "pages/impressum.md" in page
    (folder / "pages").mkdir()
    (folder / "pages" / "impressum.md").write_text("## Wer\n\nStadt Ort <script>x</script>\n")
    page = browser.get("/impressum").text
    assert "<h2>Wer</h2>" in page
    assert "Stadt Ort" in page
    assert "<script>x" not in page
    assert '<div class="prose after" lang="de">' in browser.get("/en/imprint").text
    assert "Beispieldaten" not in page


def test_sample_data_are_called_so_on_every_page(browser: TestClient) -> None:
    for path in ("/", "/suche", "/daten/baumkataster", "/gibt-es-nicht", "/konto/anmelden"):
        assert "Beispieldaten" in browser.get(path).text


def test_an_unknown_page_offers_a_search_with_the_words_of_its_address(browser: TestClient) -> None:
    answer = browser.get("/daten/alte-radkarte")
    assert answer.status_code == 404
    assert 'value="alte radkarte"' in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text
    assert browser.get("/en/datasets/nothing").text.count("There is no such page") >= 1


def test_every_kern_class_in_a_template_is_in_the_vendored_styles() -> None:
    sheet = (STATIC / site.KERN).read_text() if (STATIC / site.KERN).is_file() else ""
    if not sheet:
        pytest.skip("needs the vendored styles: make install")
    used = {
        name for path in (HERE / "templates").rglob("*.html") for name in re.findall(r"kern-[\w-]+\w", path.read_text())
    }
    assert used
    assert {name for name in used if f".{name}" not in sheet} == set()


def test_without_the_vendored_styles_the_page_says_what_to_do(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "KERN", "vendor/nothing.css")
    page = browser.get("/").text
    assert "Die Gestaltung fehlt." in page
    assert "make install" in page


def test_assets_are_kept_for_good_and_nothing_else_is_served(browser: TestClient) -> None:
    sheet = re.search(r'href="(/static/portal\.css\?v=\w+)"', browser.get("/").text)
    assert sheet
    answer = browser.get(sheet[1])
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    for path in (
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
        "/static//etc/passwd",
        "/static/nothing.css",
        "/static/",
    ):
        assert browser.get(path).status_code in (404, 308), path


def test_a_theme_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UsageError, match="contrast"):
        assets.theme("#ffdd00")
    with pytest.raises(UsageError, match="colour"):
        assets.theme("blue")
    light = assets.lightened((0x20, 0x44, 0xAA))
    assert assets.contrast(light, assets.DARK) >= 7


def test_the_colour_of_dark_pages_is_the_city_s_own_or_refused() -> None:
    sheet = assets.theme("#2044aa", "#97afe1")(None).body.decode()  # type: ignore[arg-type]
    assert sheet.endswith("{--theme-accent:#97afe1}}")
    with pytest.raises(UsageError, match="dark ground"):
        assets.theme("#2044aa", "#2044aa")


def test_templates_hold_no_script_and_no_style() -> None:
    for path in (HERE / "templates").rglob("*.html"):
        source = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son\w+=", source), path
        assert not re.search(r"<script(?! type=)", source), path
        assert "| safe" not in source.replace("shapes[name] | safe", ""), path


def test_the_map_of_the_city_shows_its_districts(city: Town) -> None:
    if not (HEIDELBERG / "map.json").is_file():
        pytest.skip("needs the city's folder")
    made = districts.drawing(
        site.Pages(city.catalog, city.settings), {"altstadt": 8}, {"altstadt": 2, "boxberg": 1}, "de"
    )
    assert made is not None
    assert len(made.shapes) == 15
    steps = {one.label: one.step for one in made.shapes}
    assert steps["Altstadt"] == 5
    assert steps["Boxberg"] == steps["Weststadt"] == 1


def test_events_are_listed_by_date_the_next_first(browser: TestClient) -> None:
    page = browser.get("/veranstaltungen").text
    assert 'href="/feed.atom?kind=event"' in page
    assert "<b>nächste zuerst</b>" in page
    assert 'href="/veranstaltungen.ics"' in page
    assert "<b>zuletzt geändert</b>" in browser.get("/veranstaltungen?sort=newest").text


def test_the_start_page_and_a_district_lead_to_events_and_their_calendar(browser: TestClient) -> None:
    start = browser.get("/").text
    assert 'href="/veranstaltungen/messtag"' in start.partition('id="termine"')[2]
    assert 'href="/veranstaltungen.ics"' in start
    district = browser.get("/stadtteile/kirchheim").text
    assert 'href="/veranstaltungen.ics?district=kirchheim"' in district
