"""Words of strangers in pages: bounded in lists, and nothing in them that cannot be seen."""

import re

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.editing.comparison import compare
from api.pages.site import Pages
from api.text.formatting import breakable, link, visible
from registry.model import Agent, Contact, Distribution, Link, Metadata, Participation, Place, Record
from registry.model.text import MAX_TITLE_IN_LISTS, shortened, shortened_text
from tests.sample_city import iri
from tests.signed_in import PROJECT, browser, send
from tests.town import Town

HTML = {"accept": "text/html"}
LONG = "Wort " * 40_000  # 200 kB
UNSEEN = "\x00\x1b\x7f\x85\u202a\u202e\u2066\u2069\u200f\u061c"


def put(city: Town, id: str, **fields: object) -> TestClient:
    city.catalog.store.put([Record(id=id, said=Metadata(kind="dataset", **fields))], "test")  # type: ignore[arg-type]
    city.catalog.sync()
    return TestClient(city.app, follow_redirects=False)


def test_long_titles_are_cut_in_lists_and_whole_on_their_page(city: Town) -> None:
    agent = Agent(name={"de": "Amt " * 20_000})
    browser = put(city, "lang", title={"de": f"Xylophon {LONG}"}, description={"de": LONG}, publisher=agent)
    page = browser.get("/suche?q=xylophon", headers=HTML).text
    assert "Xylophon" in page
    cut = shortened(f"Xylophon {LONG}")
    assert len(cut) <= MAX_TITLE_IN_LISTS
    assert re.sub("</?mark>", "", page).count(cut) == 1
    assert re.search(rf"{re.escape(cut)}\s*</a>", re.sub("</?mark>", "", page))  # the title is not longer
    assert len(page) < 100_000
    assert len(browser.get("/feed.atom?q=xylophon").content) < 20_000
    answer = browser.get("/api/v1/search?q=xylophon")
    (hit,) = answer.json()["hits"]
    assert len(answer.content) < 30_000
    assert len(hit["title"]["de"]) <= MAX_TITLE_IN_LISTS
    assert hit["title"]["de"].endswith("…")
    assert hit["description"]["de"].endswith("…")
    whole = browser.get("/api/v1/records/lang").json()["metadata"]
    assert whole["title"]["de"] == f"Xylophon {LONG}"
    assert LONG.strip() in browser.get("/daten/lang", headers=HTML).text


@pytest.mark.parametrize(
    ("words", "most", "cut"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("a bcd", 3, "a…"), ("", 3, "")]
)
def test_a_cut_text_is_never_longer_than_its_bound(words: str, most: int, cut: str) -> None:
    assert shortened(words, most) == cut
    short = {"de": words}
    assert (shortened_text(short, most) is short) == (len(words) <= most)


def test_long_names_are_cut_where_a_record_or_a_review_lists_them(city: Town) -> None:
    name = {"de": f"Ypsilon {LONG}"}
    cut = shortened(name["de"])
    agent = Agent(name=name)
    metadata = Metadata(
        kind="project",
        title={"de": "Namen"},
        publisher=agent,
        contacts=(Contact(name=name, email="a@example.org"),),
        places=(Place(name=name),),
        participants=(Participation(agent=agent, role=iri("roles", "partner"), description=name),),
    )
    data = replace(metadata, kind="dataset")
    city.catalog.store.put([Record(id="projekt", said=metadata), Record(id="daten", said=data)], "test")
    visitor = browser(city)
    for path, times in (("/projekte/projekt", 3), ("/daten/daten", 2)):  # partner, his part, contact; office, place
        page = visitor.get(path, headers=HTML).text.partition("<details")[0]  # all details come below
        assert page.count(cut) >= times, path
        assert f"{cut[:-1]} Wort" not in page, path

    metadata = Metadata(kind="dataset", title=name)
    city.catalog.store.put([Record(id="langer-titel", said=metadata)], "test")
    draft = Metadata(kind="project", title={"de": "Projekt"}, links=(Link("uses", "/id/langer-titel"),))
    shown = compare(Pages(city.catalog, city.settings), None, draft, "de")
    assert [str(field.now) for field in shown.changed if "Ypsilon" in field.now] == [f"<ins>{cut}</ins>"]
    queue = browser(city, "lotsin").get("/freigabe?published=langer-titel").text
    assert f">{cut}</a>" in queue


def test_what_cannot_be_seen_is_shown_as_a_sign(city: Town) -> None:
    address = "https://daten.example.org/\u202egpj.exe"
    browser = put(
        city,
        "unsichtbar",
        title={"de": f"Harmlos{UNSEEN}Ende"},
        description={"de": f"Text{UNSEEN}Ende"},
        publisher=Agent(name={"de": f"Amt{UNSEEN}"}, homepage=address),
        contacts=(Contact(name={"de": UNSEEN}, email="a@example.org", url=address),),
        distributions=(Distribution(id="a", title={"de": UNSEEN}, access_url=address, download_url=address),),
    )
    for path in ("/daten/unsichtbar", "/suche?q=harmlos", "/en/data/unsichtbar", "/suche?q=%1B%E2%80%AEx"):
        page = browser.get(path, headers=HTML).text
        assert not [sign for sign in UNSEEN if sign in page], path
    page = browser.get("/daten/unsichtbar", headers=HTML).text
    assert "Harmlos␀␛[U+007F][U+0085][U+202A][U+202E][U+2066][U+2069][U+200F][U+061C]Ende" in page
    assert 'href="https://daten.example.org/%E2%80%AEgpj.exe"' in page
    data = browser.get("/api/v1/records/unsichtbar").json()["metadata"]
    assert data["title"]["de"] == f"Harmlos{UNSEEN}Ende"  # data stay as they were said


def test_addresses_lead_to_where_they_say() -> None:
    for sign in ("\u202e", "\u200b", "\u00ad", "\x1b"):
        address = f"https://example.org/a{sign}b"
        assert sign not in link(address)
        assert link(address) == str(breakable(address)).replace("<wbr>", "")
    for address in ("https://example.org/straße?a=b&c=%20", "mailto:a@example.org", "/daten/x"):
        assert link(address) == address


def test_a_page_without_such_signs_is_the_same_text() -> None:
    text = "Zeile\n\tTab äöü 👩‍👩‍👧 עברית\r\n"
    assert visible(text) == text


def test_a_draft_shows_them_too(city: Town) -> None:
    author = browser(city, "agentur")
    send(author, "/anmelden/projekt", "submit", **PROJECT | {"title": f"Wetter\u202eim Quartier {LONG[:100]}"})
    (draft,) = city.catalog.inbox.queue()
    for client, path in ((author, "/mein/eintraege"), (browser(city, "lotsin"), f"/freigabe/{draft.id}")):
        page = client.get(path).text
        assert "\u202e" not in page
        assert "[U+202E]" in page
