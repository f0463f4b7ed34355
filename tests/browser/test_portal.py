"""The pages in a real browser: accessible, within narrow screens, without script, without anybody else's server.

`make test` looks at one page of each template; `make browser` at all pages, in both languages, all sizes and modes (the
tests marked `matrix`).
"""

import itertools
from typing import Literal

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from api.pages.templates import twin
from api.text import i18n
from tests.browser.site import MARKS, Site, violations

pytestmark = MARKS
PUBLIC = (
    "/", "/suche", "/suche?q=rad&theme=TRAN", "/suche?q=trinkbrunnen&format=GEOJSON&district=schlierbach",
    "/suche?q=xyzzy", "/daten", "/projekte?sort=newest", "/organisationen", "/daten/rad-zaehlstellen",
    "/daten/street-trees", "/daten/fernwaerme-netzplan", "/projekte/kuehle-wege", "/projekte/app",
    "/organisationen/umweltamt", "/veranstaltungen/messtag", "/datendienste/geodaten-dienst", "/stadtteile",
    "/stadtteile/bahnstadt", "/themen", "/themen/TRAN", "/impressum", "/hilfe", "/entwickler", "/konto/anmelden",
    "/daten/altkleider", "/gibt-es-nicht", "/daten/sehr-lang", "/daten/kaum-etwas", "/projekte/kaum-projekt",
    "/suche?q=verordnungsverzeichnis", "/suche?q=fahrrad+bahnstadt", "/suche/vorschlaege?q=rad",
    "/leistungen", "/datenschutz", "/leichte-sprache", "/projekte/zeit", "/projekte/karte", "/pruefen", "/qualitaet",
    "/qualitaet/rad-zaehlstellen",
    "/wuensche", "/melden?at=/daten", "/frage?record=pegel", "/interesse?record=kuehle-wege&call=2",
    "/abo?record=pegel", "/konto/passwort-vergessen", "/konto/neues-passwort", "/bericht", "/partner",
    "/projekte/kuehle-wege/steckbrief",
    "/daten/rad-zaehlstellen/vorschau/rad-stunde-csv", "/daten/rad-zaehlstellen/vorschau/rad-stunde-csv?view=chart",
    "/daten/rad-zaehlstellen/vorschau/rad-tag-csv?view=chart", "/daten/rad-zaehlstellen/vorschau/rad-api",
    "/daten/rad-zaehlstellen/vorschau/rad-stellen-geojson?view=map", "/entwickler/api", "/status",
    "/entwickler/ki", "/fehler/not-found",
)  # fmt: skip
SIGNED_IN = (
    "/anmelden/projekt/{returned}/bild",
    "/administration/texte", "/administration/texte/imprint/de",
    "/konto/einmalcodes", "/konto/sicherheit", "/konto/zugangsschluessel", "/administration/konten",
    "/administration/konten/agentur",
    "/administration/protokoll", "/administration/links", "/administration",
    "/administration/zustand", "/administration/quellen/neu",
    "/administration/webhooks", "/projekte/kuehle-wege/antworten",
    "/konto", "/mein/eintraege", "/anmelden/projekt", "/anmelden/projekt?of=kuehle-wege", "/freigabe",
    "/administration/quellen", "/administration/quellen/stadtwerke", "/administration/laeufe/{waiting}",
    "/administration/laeufe/{running}", "/administration/laeufe/{failed}", "/anmelden/projekt/{returned}",
    "/anmelden/projekt/{queued}", "/freigabe/{queued}", "/anmelden/projekt/{returned}/abschnitte",
    "/anmelden/projekt/{returned}/absenden", "/anmelden/projekt/{returned}/bild",
    "/anmelden/projekt/{returned}/wo-und-wann", "/administration/meldungen",
    "/anmelden/projekt/uebernehmen", "/administration/nachrichten", "/konto/nachrichten", "/freigabe/textbausteine",
    "/projekte/kuehle-wege/verlauf", "/daten/rad-zaehlstellen/zurueckziehen",
    "/projekte/pegel/zusammenfuehren?with=kuehle-wege", "/projekte/kuehle-wege/verknuepfungen",
)  # fmt: skip
TEMPLATES = {  # a page of each
    "start.html": "/", "search.html": "/suche?q=rad&theme=TRAN", "record.html": "/daten/rad-zaehlstellen",
    "project.html": "/projekte/kuehle-wege",
    "organization.html": "/organisationen/umweltamt", "organizations.html": "/organisationen",
    "district.html": "/stadtteile/bahnstadt", "districts.html": "/stadtteile", "topic.html": "/themen/TRAN",
    "topics.html": "/themen", "text.html": "/hilfe", "developers.html": "/entwickler", "error.html": "/gibt-es-nicht",
    "sign_in.html": "/konto/anmelden", "account.html": "/konto", "entries.html": "/mein/eintraege",
    "register.html": "/anmelden/projekt", "tasks.html": "/anmelden/projekt/{returned}/abschnitte",
    "takeover.html": "/anmelden/projekt/uebernehmen",
    "check.html": "/anmelden/projekt/{returned}/absenden", "queue.html": "/freigabe",
    "review.html": "/freigabe/{queued}", "picture.html": "/anmelden/projekt/{returned}/bild",
    "sources.html": "/administration/quellen", "source.html": "/administration/quellen/stadtwerke",
    "run.html": "/administration/laeufe/{waiting}", "suggestions.html": "/suche/vorschlaege?q=rad",
    "timeline.html": "/projekte/zeit", "validation.html": "/pruefen", "quality.html": "/qualitaet",
    "high_value.html": "/qualitaet/hochwertig",
    "quality_record.html": "/qualitaet/rad-zaehlstellen", "project_map.html": "/projekte/karte",
    "wishes.html": "/wuensche", "reuses.html": "/anwendungen",
    "visitor_form.html": "/interesse?record=kuehle-wege&call=2",
    "accounts.html": "/administration/konten", "account_admin.html": "/administration/konten/agentur",
    "audit.html": "/administration/protokoll",
    "one_time_codes.html": "/konto/einmalcodes",
    "account_security.html": "/konto/sicherheit", "account_tokens.html": "/konto/zugangsschluessel",
    "forgotten.html": "/konto/passwort-vergessen", "reset.html": "/konto/neues-passwort",
    "moderation.html": "/administration/meldungen", "alerts.html": "/abo?record=pegel",
    "council_report.html": "/bericht", "calls.html": "/partner",
    "api_reference.html": "/entwickler/api", "status.html": "/status", "assistants.html": "/entwickler/ki",
    "problem.html": "/fehler/not-found",
    "dumps.html": "/dumps", "sparql.html": "/sparql", "vocabulary.html": "/ns",
    "profile.html": "/projekte/kuehle-wege/steckbrief",
    "links.html": "/administration/links", "admin_overview.html": "/administration",
    "checkup.html": "/administration/zustand", "new_source.html": "/administration/quellen/neu",
    "page_texts.html": "/administration/texte", "page_text.html": "/administration/texte/imprint/de",
    "letters.html": "/administration/nachrichten", "webhooks.html": "/administration/webhooks",
    "answers.html": "/projekte/kuehle-wege/antworten", "account_letters.html": "/konto/nachrichten",
    "link_proposals.html": "/projekte/kuehle-wege/verknuepfungen",
    "merge.html": "/projekte/pegel/zusammenfuehren?with=kuehle-wege",
    "reasons.html": "/freigabe/textbausteine", "history.html": "/projekte/kuehle-wege/verlauf",
    "record_act.html": "/daten/rad-zaehlstellen/zurueckziehen",
    "preview.html": "/daten/rad-zaehlstellen/vorschau/rad-stunde-csv?where=stelle:plöck&sort=-zeit",
    "preview_chart.html": "/daten/rad-zaehlstellen/vorschau/rad-stunde-csv?view=chart",
    "preview_map.html": "/daten/rad-zaehlstellen/vorschau/rad-stellen-geojson?view=map",
    "preview_state.html": "/daten/rad-zaehlstellen/vorschau/rad-api",
}  # fmt: skip
ASKED = {  # the answer to a form or a link of a letter
    "embed.html", "one_time_code.html", "discard.html", "plan.html", "wish.html", "wish_confirm.html",
    "alert_question.html", "alerts_manage.html",
    "letter.html", "review_several.html", "run_withdraw.html", "confirm.html", "source_item.html",
}  # fmt: skip
PARTS = {
    "base.html", "diff.html", "district_table.html", "filters.html", "form.html", "glossary.html", "macros.html",
    "nothing.html",
    "overview.html", "record_occasion.html",
    "quality_macros.html", "visitor_fields.html",
    "account_roles.html", "record_files.html", "record_head.html", "record_picture.html", "record_side.html",
    "record_steps.html", "record_use.html", "record_look.html", "drawings.html", "preview_table.html",
}  # fmt: skip
SIZES_AND_MODES = pytest.mark.matrix

LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]
PRINCIPAL = ("/", "/suche?q=rad&theme=TRAN", "/daten/rad-zaehlstellen", "/projekte/kuehle-wege", "/anmelden/projekt")

# what is cut off: it hides what overflows, and something does; but for what is there for screen readers only
CUT = """[...document.querySelectorAll('body *')].filter(one => {
  const look = getComputedStyle(one), hides = ['hidden', 'clip'].includes(look.overflowX);
  return hides && one.clientWidth > 1 && !one.matches('input, textarea, select')
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
}).map(one => one.outerHTML.slice(0, 120))"""


def checked(page: Page, path: str) -> None:
    """No violation, wide and narrow, in light and dark; nothing runs out of a narrow screen. In English once."""
    page.goto(twin(path, "en"))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    assert violations(page) == [], f"{path} in English"
    page.goto(path)
    for width, scheme in LOOKS if path in PRINCIPAL else LOOKS[::3]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], f"{path} at {width} px, {scheme}"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, f"{path} is wider than the screen"
    spacing = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    page.evaluate(
        f"() => {{ const s = new CSSStyleSheet(); s.replaceSync('{spacing}'); document.adoptedStyleSheets = [s] }}"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, f"{path} with wide text spacing"
    assert page.evaluate(CUT) == [], f"{path} with wide text spacing"
    page.set_viewport_size({"width": 640, "height": 512})  # 1280 by 1024 at 200 %
    assert page.evaluate("document.documentElement.scrollWidth") <= 640, f"{path} at 200 %"


def test_every_template_has_its_page() -> None:
    assert {path.name for path in (i18n.HERE / "templates").iterdir()} == {*TEMPLATES, *ASKED, *PARTS}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_of_each_template_is_accessible_and_reflows(
    site: Site, public: Page, reviewer: Page, rendered: set[str], template: str
) -> None:
    path = TEMPLATES[template]
    page = reviewer if path in SIGNED_IN else public
    page.set_viewport_size({"width": 320, "height": 900})
    page.emulate_media(color_scheme="light")
    rendered.clear()
    page.goto(path.format(**site.states._asdict()))
    assert template in rendered
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    if page is public:
        begins_with_its_skip_link_and_has_one_heading(page, path)


def test_the_question_before_a_draft_is_discarded_is_accessible(site: Site, rendered: set[str]) -> None:
    context = site.context("agentur")
    page = context.new_page()
    page.goto(f"/anmelden/projekt/{site.states.returned}")
    with page.expect_navigation():
        page.click("[name=act][value=discard]")
    assert "discard.html" in rendered
    assert violations(page) == []
    context.close()


def test_the_plan_of_a_file_is_accessible(site: Site, rendered: set[str]) -> None:
    context = site.context("agentur")
    page = context.new_page()
    page.goto("/anmelden/projekt/uebernehmen")
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"Titel;Phase\nEins;Idee\n"})
    with page.expect_navigation():
        page.click("form[enctype] button")
    assert "plan.html" in rendered
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    context.close()


@SIZES_AND_MODES
@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_is_accessible_and_reflows(public: Page, path: str) -> None:
    checked(public, path)


@SIZES_AND_MODES
@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_page_behind_the_sign_in_is_accessible_and_reflows(site: Site, reviewer: Page, path: str) -> None:
    checked(reviewer, path.format(**site.states._asdict()))


@SIZES_AND_MODES
@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_begins_with_its_skip_link_and_has_one_heading(public: Page, path: str) -> None:
    public.goto(path)
    begins_with_its_skip_link_and_has_one_heading(public, path)


def begins_with_its_skip_link_and_has_one_heading(public: Page, path: str) -> None:
    public.keyboard.press("Tab")
    assert public.evaluate("document.activeElement.getAttribute('href')") == "#inhalt"
    assert public.locator("h1").count() == 1
    assert public.locator("html").get_attribute("lang") == ("en" if path.startswith("/en/") else "de")
    levels = public.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    ids = public.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert public.locator("[style], style").count() == 0
    scripts = public.locator("script:not([type='application/ld+json'])")
    for number in range(scripts.count()):  # none is written into a page, and each is a file of ours
        assert (scripts.nth(number).get_attribute("src") or "").startswith("/static/")
        assert scripts.nth(number).inner_html() == ""


@pytest.mark.parametrize("paths", [PRINCIPAL[:4], pytest.param(PUBLIC, marks=SIZES_AND_MODES)], ids=["four", "all"])
def test_nobody_else_is_asked_and_nothing_is_stored(site: Site, paths: tuple[str, ...]) -> None:
    context = site.context()
    page, hosts, said = context.new_page(), set(), []
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("console", lambda message: said.append(message.text))
    for path in paths:
        page.goto(path)
    assert hosts == {site.base.split("/")[2]}
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert [one for one in said if "status of 4" not in one] == []
    context.close()


@pytest.mark.parametrize(
    "path",
    ["/", *(pytest.param(path, marks=SIZES_AND_MODES) for path in ("/suche?q=rad", *PRINCIPAL[2:4]))],
)
def test_a_first_visit_is_light(site: Site, path: str) -> None:
    context = site.context()
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    sizes: list[float] = []
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    assert len(sizes) <= 12
    assert sum(sizes) <= 150_000
    context.close()


def test_print_leaves_out_the_navigation_and_names_the_address(public: Page) -> None:
    public.goto("/projekte/kuehle-wege")
    public.emulate_media(media="print")
    for hidden in ("nav", ".skip", ".searchbar", ".utility ul"):
        assert not any(one.is_visible() for one in public.locator(hidden).all()), hidden
    assert public.locator(".printed").is_visible()
    assert "/projekte/kuehle-wege" in public.locator(".printed").inner_text()
    assert public.locator("h1").is_visible()
    public.emulate_media(media="screen")


def test_print_says_where_things_are_found_and_nothing_twice(public: Page) -> None:
    public.emulate_media(media="print")
    public.goto("/suche?q=rad&theme=TRAN")
    for hidden in (".sort", ".take", ".filters", ".searchbar", "text=Alle Filter entfernen"):
        assert not any(one.is_visible() for one in public.locator(hidden).all()), hidden
    assert public.locator(".chip").inner_text().strip().endswith("Thema: Verkehr")
    said = public.evaluate("getComputedStyle(document.querySelector('.card h2 a'), '::after').content")
    assert said.startswith('"http')
    public.goto("/daten/rad-zaehlstellen")
    assert public.locator(".file .address").all_inner_texts()[:2] == [
        "https://daten.example.org/rad/stunde.csv", "https://daten.example.org/rad/tag.csv",
    ]  # fmt: skip
    assert not public.locator(".only-narrow").is_visible()
    public.emulate_media(media="screen")


@SIZES_AND_MODES
def test_high_contrast_shows_what_is_chosen_and_where_one_is(site: Site) -> None:
    context = site.context("agentur", forced_colors="active", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/anmelden/projekt")
    page.check("#phase-idee")
    look = "getComputedStyle(document.querySelector('{}'), '{}')['{}']"
    chosen, other = (
        page.evaluate(look.format(f"#phase-{one}", "::before", "background-color")) for one in ("idee", "umsetzung")
    )
    assert chosen != other
    page.goto("/daten")
    here = page.evaluate(look.format(".masthead nav [aria-current]", "", "border-bottom-color"))
    assert here != page.evaluate(look.format(".masthead nav a:not([aria-current])", "", "border-bottom-color"))
    assert violations(page) == []
    context.close()


@SIZES_AND_MODES
@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_those_who_want_it_still(site: Site, wish: str, moves: bool) -> None:
    context = site.context(reduced_motion=wish)
    context.add_init_script("addEventListener('pagereveal', event => { window.moved = !!event.viewTransition })")
    page = context.new_page()
    page.goto("/suche?q=rad")
    page.click(".card h2 a")
    page.wait_for_url(lambda address: "/suche" not in address)
    page.wait_for_function("window.moved !== undefined")  # the event comes with the first picture of the page
    assert page.evaluate("window.moved") is moves
    context.close()


def test_a_project_goes_all_the_way_without_script(site: Site) -> None:
    """Search, facet, record; register, review, publish; found."""
    context = site.context(java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.fill("main [name=q]", "rad")
    page.press("main [name=q]", "Enter")
    page.check(".tick[value=TRAN]")
    page.click("text=Filter anwenden")
    assert "theme=TRAN" in page.url
    assert page.locator(".tick[value=TRAN]").is_checked()
    page.click("text=Radwegenetz")
    assert page.locator("h1").inner_text() == "Radwegenetz"
    context.close()

    context = site.context("agentur", java_script_enabled=False)
    page = context.new_page()
    page.goto("/anmelden/projekt")
    page.click("text=Zur Prüfung einreichen")
    assert page.title().startswith("Fehler:")
    page.click(".summary a >> nth=0")
    page.fill("#title", "Regen am Hang")
    page.fill("#abstract", "Messgeräte warnen vor Starkregen.")
    page.check("#phase-idee")
    page.fill("#lead", "Digital-Agentur")
    page.fill("#email", "regen@example.org")
    page.check("#themes-ENVI")
    page.check("#places-ganze-stadt")
    page.fill("#uses", "Baumkataster")
    page.click("text=Zur Prüfung einreichen")
    assert "Eingereicht" in page.locator("main").inner_text()
    context.close()

    context = site.context("lotsin", java_script_enabled=False)
    page = context.new_page()
    page.goto("/freigabe")
    page.click("a:has-text('Regen am Hang')")
    page.click("text=Freigeben und veröffentlichen")
    page.click("a:has-text('Regen am Hang')")
    assert "Baumkataster" in page.locator("main").inner_text()
    context.close()

    site.city.catalog.projector.wait_for(site.city.catalog.store.last(), 30)
    context = site.context()
    page = context.new_page()
    page.goto("/suche?q=starkregen")
    assert "Regen am Hang" in page.locator("main").inner_text()
    page.goto("/daten/baumkataster")
    assert "Regen am Hang" in page.locator("main").inner_text()
    context.close()


@SIZES_AND_MODES
def test_on_a_narrow_screen_the_filters_are_closed_and_the_first_hit_is_near(site: Site) -> None:
    context = site.context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/suche?q=rad&theme=TRAN")
    assert not page.locator(".tick[name=theme]").first.is_visible()
    box = page.locator(".card").first.bounding_box()
    assert box is not None
    assert box["y"] < 844
    page.click("text=1 aktiv")
    assert page.locator(".tick[name=theme]").first.is_visible()
    context.close()


def test_the_keyboard_sees_where_it_is(public: Page) -> None:
    public.goto("/suche?q=rad")
    public.set_viewport_size({"width": 1280, "height": 900})
    for _ in range(25):
        public.keyboard.press("Tab")
        shown = public.evaluate("getComputedStyle(document.activeElement)['outline-style']")
        tag = public.evaluate("document.activeElement.tagName")
        assert shown == "solid" or tag == "BODY", tag


def test_two_texts_beside_one_another_are_named_once(site: Site) -> None:
    """In columns by their heads, on a narrow screen each by a word of its own."""
    inbox, people = site.city.catalog.inbox, site.city.catalog.people
    assert inbox is not None
    assert people is not None
    account, record = people.get("agentur"), site.city.catalog.store.existing("pegel")
    assert account is not None
    words = replace(record.metadata, title={"de": "Pegel am Fluss"})
    draft = inbox.begin(words, account, "digital-agentur", "pegel", record.number)
    inbox.submit(draft.id, account, draft.version)
    for width, named in ((1280, False), (390, True)):
        context = site.context("lotsin", viewport={"width": width, "height": 900})
        page = context.new_page()
        page.goto(f"/freigabe/{draft.id}")
        assert page.locator(".diff .labels").is_visible() is not named
        box = page.locator(".diff small.which").first.bounding_box()
        assert box is not None
        assert (box["width"] > 1) is named
        context.close()
