"""Each errand with the keyboard alone: focus is seen at every stop, in order, never trapped, and led to errors.

`make test` tries a page with its form and the skip link; `make browser` all errands (marked `matrix`).
"""

import itertools

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.site import MARKS, Site
from tests.browser.states import waiting_run
from tests.sample_city import PASSWORD

pytestmark = MARKS
STOPS = 200  # more than any page has
SEEN = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));  // the page scrolls meanwhile
  const at = document.activeElement, look = getComputedStyle(at), box = at.getBoundingClientRect();
  if (at === document.body || at === document.documentElement) return "body";
  const shape = at.querySelector('.shape');
  const drawn = look.outlineStyle === 'solid' && parseFloat(look.outlineWidth) >= 2;
  if (!(drawn || shape && parseFloat(getComputedStyle(shape).strokeWidth) >= 2)) return "unseen";
  if (box.bottom <= 0 || box.top >= innerHeight || box.width < 1) return "away";
  if (shape) return "seen";
  const line = at.getClientRects()[0], y = Math.min(Math.max(line.top + line.height / 2, 1), innerHeight - 1);
  const there = document.elementFromPoint(line.left + Math.min(line.width / 2, 8), y);
  return there && (at.contains(there) || there.contains(at)) ? "seen" : "covered";
}"""


def tab(page: Page) -> str:
    """One stop further; what is focused there can be seen, and that it is focused too."""
    page.keyboard.press("Tab")
    state = str(page.evaluate(SEEN))
    assert state in ("seen", "body"), f"{state}: {page.evaluate('document.activeElement.outerHTML')[:200]}"
    return state


def tab_to(page: Page, selector: str) -> None:
    for _ in range(STOPS):
        tab(page)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"nobody comes to {selector} with the Tab key")


def write(page: Page, selector: str, words: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def go(page: Page, selector: str) -> None:
    """To a link or a button, and through it."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def focused(page: Page, name: str) -> bool:
    """Whether what has this id or class has the focus; a page gives it away when it is first drawn."""
    page.wait_for_function(
        "name => [document.activeElement.id, document.activeElement.className].includes(name)", arg=name
    )
    return True


def sign_in(context: BrowserContext, name: str, path: str) -> Page:
    page = context.new_page()
    page.goto(path)
    write(page, "#name", name)
    write(page, "#password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(path)
    return page


@pytest.mark.parametrize(
    ("width", "path"),
    [
        (390, "/konto/anmelden"),
        *(
            pytest.param(width, path, marks=pytest.mark.matrix)
            for width, path in itertools.product((1280, 390), ("/", "/suche?q=rad", "/projekte/kuehle-wege"))
        ),
        pytest.param(1280, "/konto/anmelden", marks=pytest.mark.matrix),
    ],
)
def test_every_stop_of_a_page_is_seen_in_order_and_the_last_one_lets_go(site: Site, path: str, width: int) -> None:
    context = site.context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(path)
    page.evaluate("window.stops = []")
    for _ in range(STOPS):
        if tab(page) == "body":
            break
        page.evaluate("stops.push(document.activeElement)")
    assert page.evaluate("new Set(stops).size === stops.length")
    assert page.evaluate("stops.every((one, i) => !i || stops[i - 1].compareDocumentPosition(one) & 4)")
    links = "[...document.querySelectorAll('a, button, input:not([type=hidden]), summary')]"
    visible = "one => one.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}) && one.tabIndex >= 0"
    missed = page.evaluate(
        f"{links}.filter({visible}).filter(one => !stops.includes(one)).map(one => one.outerHTML.slice(0, 120))"
    )
    assert missed == []
    context.close()


def test_the_skip_link_leads_past_the_header(site: Site) -> None:
    context = site.context()
    page = context.new_page()
    page.goto("/daten")
    tab(page)
    page.keyboard.press("Enter")
    assert focused(page, "inhalt")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    context.close()


@pytest.mark.matrix
def test_from_the_search_over_a_facet_to_a_record_and_back(site: Site) -> None:
    context = site.context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/")
    write(page, "main [name=q]", "rad")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, ".facet:last-of-type > summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")
    page.reload()
    tab_to(page, ".tick[value=TRAN]")
    page.keyboard.press("Space")
    go(page, ".apply button")
    assert "theme=TRAN" in page.url
    assert page.locator(".tick[value=TRAN]").is_checked()
    assert "Treffer" in page.locator(".resulthead [role=status]").inner_text()
    found = page.url
    go(page, ".card h2 a")
    assert page.locator(".kindline").count() >= 1
    page.go_back()  # Alt and the arrow, which only a browser with a window has
    assert page.url == found
    assert page.locator(".tick[value=TRAN]").is_checked()
    go(page, "a.chip")
    assert "theme" not in page.url
    context.close()


@pytest.mark.matrix
def test_on_a_phone_the_button_of_the_filters_is_in_reach_and_the_hits_are_counted_in_sight(site: Site) -> None:
    context = site.context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto("/suche")
    page.tap(".filters > details > summary")
    page.tap(".facet:has([value=TRAN]) > summary")  # groups begin closed on a phone
    button = page.locator(".apply button").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= 844
    for _ in range(10):
        tab(page)
    heights = page.evaluate("[...document.querySelectorAll('.facet[open] label')].map(one => one.offsetHeight)")
    assert min(heights) >= 44
    page.tap(".facet label:has([value=TRAN])")
    page.tap(".apply button")
    page.wait_for_url("**theme=TRAN**")
    count = page.locator(".resulthead [role=status]").bounding_box()
    assert count is not None
    assert count["y"] < 844
    context.close()


def test_who_mistypes_the_password_is_led_to_the_error(site: Site) -> None:
    context = site.context()
    page = context.new_page()
    page.goto("/konto/anmelden")
    write(page, "#name", "niemand")
    write(page, "#password", "falsch")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert focused(page, "summary")
    tab(page)
    page.keyboard.press("Enter")
    assert focused(page, "name")
    context.close()


@pytest.mark.matrix
def test_a_project_is_registered_returned_with_a_reason_sent_again_and_published(site: Site) -> None:
    author_context, reviewer_context = (site.context(viewport={"width": 1280, "height": 900}) for _ in range(2))
    author = sign_in(author_context, "agentur", "/anmelden/projekt")
    go(author, ".actions [value=submit]")
    assert author.title().startswith("Fehler:")
    assert focused(author, "summary")
    tab(author)
    author.keyboard.press("Enter")
    assert focused(author, "title")
    author.keyboard.type("Schatten auf Schulwegen")
    with author.expect_navigation():
        author.keyboard.press("Enter")  # saves; it does not hand in what is half done
    assert "saved" in author.url
    write(author, "#abstract", "Kinder gehen im Schatten zur Schule.")
    tab_to(author, "[name=phase]")
    author.keyboard.press("Space")
    write(author, "#lead", "Digital-Agentur")
    author.keyboard.press("Escape")  # closes the browser's list of suggestions
    write(author, "#email", "schatten@example.org")
    tab_to(author, "#themes-ENVI")
    author.keyboard.press("Space")
    tab_to(author, "#places-bahnstadt")
    author.keyboard.press("Space")
    go(author, ".actions [value=submit]")
    assert "Eingereicht" in author.locator("main").inner_text()

    reviewer = sign_in(reviewer_context, "lotsin", "/freigabe")
    address = reviewer.locator("a.name", has_text="Schatten auf Schulwegen").get_attribute("href")
    queued = f"a[href='{address}']"
    go(reviewer, queued)
    go(reviewer, "[value=return]")
    assert focused(reviewer, "summary")
    tab(reviewer)
    reviewer.keyboard.press("Enter")
    assert focused(reviewer, "message")
    reviewer.keyboard.type("Welche Schulen sind dabei?")
    go(reviewer, "[value=return]")
    assert "Rückfrage" in reviewer.locator("[role=status]").inner_text()

    author.reload()
    draft = author.locator("a.name", has_text="Schatten auf Schulwegen").get_attribute("href")
    go(author, f"a[href='{draft}']")
    assert "Welche Schulen sind dabei?" in author.locator("main").inner_text()
    go(author, ".aside a")  # all questions on one page
    write(author, "#abstract", "Kinder aus vier Schulen gehen im Schatten zur Schule.")
    go(author, ".actions [value=submit]")

    reviewer.reload()
    go(reviewer, queued)
    go(reviewer, "[value=publish]")
    go(reviewer, ".note.done a")
    assert reviewer.locator("h1").inner_text() == "Schatten auf Schulwegen"
    author_context.close()
    reviewer_context.close()


@pytest.mark.matrix
def test_a_form_that_is_out_of_date_is_sent_again_with_all_its_words(site: Site) -> None:
    context = site.context("agentur")
    page = context.new_page()
    page.goto("/anmelden/projekt")
    page.evaluate("document.querySelector('[name=token]').value = 'alt'")
    write(page, "#title", "Aus einer anderen Sitzung")
    go(page, ".actions [value=later]")
    assert focused(page, "waiting")
    assert page.input_value("#title") == "Aus einer anderen Sitzung"
    with page.expect_navigation():
        page.locator("#title").press("Enter")  # saves
    assert "saved" in page.url
    go(page, ".actions [value=discard]")
    go(page, "main [value=discard]")
    assert "gelöscht" in page.locator("[role=status]").inner_text()
    context.close()


@pytest.mark.matrix
@pytest.mark.parametrize(("act", "words"), [("keep", "behalten"), ("withdraw", "übernommen")])
def test_what_waits_is_kept_or_withdrawn(site: Site, act: str, words: str) -> None:
    number = waiting_run(site.city)
    context = site.context(viewport={"width": 1280, "height": 900})
    page = sign_in(context, "verwaltung", "/administration/quellen")
    go(page, "a[href$='/quellen/stadtwerke']")
    go(page, f"a[href$='/laeufe/{number}']")
    go(page, f"[value={act}]")
    if act == "withdraw":  # a page between says who uses the records
        go(page, f"main [value={act}]")
    assert words in page.locator("[role=status]").inner_text()
    assert page.locator(f"[value={act}]").count() == 0
    context.close()
