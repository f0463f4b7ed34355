"""Every link of the portal leads somewhere: a walk of three clicks from both start pages."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.app import create_app
from tests.town import Town

pytestmark = pytest.mark.slow

CLICKS = 3
BASE = "http://testserver"
MISSING = ("/leichte-sprache", "/gebaerdensprache", "/impressum", "/datenschutz", "/barrierefreiheit")


class Links(HTMLParser):
    """The addresses in a page (`href` and forms that are read by GET), and the ids that may be jumped to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.ids: set[str] = set()
        self._form: tuple[str, list[tuple[str, str]]] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag in ("a", "link") and "href" in given:
            self.found.add(given["href"])
        elif tag == "form" and given.get("method", "get").lower() == "get":
            self._form = (given["action"], [])
        elif tag == "input" and self._form and given.get("type") in ("hidden", "search") and "name" in given:
            self._form[1].append((given["name"], given.get("value") or "rad"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form:
            action, fields = self._form
            self.found.add(f"{action}?{urlencode(fields)}")
            self._form = None


def internal(links: Links, page: str) -> set[str]:
    """Paths within the site, without the parameters of searches beyond one of each kind of address."""
    whole = (urldefrag(urljoin(f"{BASE}{page}", href))[0] for href in links.found)
    return {one.removeprefix(BASE) for one in whole if one.startswith(f"{BASE}/")}


def kind_of_address(path: str) -> str:
    """Searches differ in the values of their parameters; one of each set of names is walked."""
    parts = urlsplit(path)
    names = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
    return f"{parts.path}?{'&'.join(names)}"


def test_every_link_within_three_clicks_leads_somewhere(browser: TestClient) -> None:
    seen: dict[str, int] = {}
    broken: list[str] = []
    reached = {"/", "/en/"}
    for click in range(CLICKS + 1):
        following: dict[str, str] = {}
        for path in sorted(reached):
            answer = browser.get(path)
            seen[kind_of_address(path)] = answer.status_code
            if answer.status_code == 503 and path.split("?")[0].endswith("/sparql"):
                continue  # the triple store is filled by the worker, which does not run here
            if answer.status_code >= 400 and answer.status_code not in (401, 403):
                broken.append(f"{path}: {answer.status_code}")
            if answer.is_redirect:
                following.setdefault(kind_of_address(answer.headers["location"]), answer.headers["location"])
            elif answer.headers["content-type"].startswith("text/html") and click < CLICKS:
                links = Links(answer.text)
                jumps = {one.removeprefix("#") for one in links.found if one.startswith("#")}
                broken += [f"{path}: nothing to jump to at #{one}" for one in jumps - links.ids]
                for one in internal(links, path):
                    following.setdefault(kind_of_address(one), one)
        reached = {
            path.removeprefix(BASE)
            for kind, path in following.items()
            if kind not in seen and path.startswith(("/", BASE))
        }
    assert broken == [], "\n".join(broken)
    assert len(seen) > 200
    for path in (
        "/daten/baumkataster?",
        "/en/projects/kuehle-wege?",
        "/daten/baumkataster.ttl?",
        "/konto/anmelden?",
        "/feed.atom?",
    ):
        assert path in seen


@pytest.mark.parametrize("path", MISSING)
def test_a_page_that_the_city_must_write_says_what_is_missing_and_how_to_add_it(
    path: str, city: Town, tmp_path: Path
) -> None:
    (tmp_path / "city.toml").write_text('name = "Ort"\n')
    settings = replace(city.settings, city=tmp_path)
    browser = TestClient(create_app(city.catalog, settings), headers={"accept": "text/html"})
    is_linked = path == "/barrierefreiheit"  # it has what our tests found, too; no other link leads to a missing text
    assert (f'href="{path}"' in browser.get("/").text) == is_linked
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "Dieser Text fehlt noch." in answer.text
    assert f"pages{path}.md" in answer.text
