"""An initiative is registered in a real browser: without script, and with it."""

import pytest
from playwright.sync_api import Page

from tests.browser.site import MARKS, Site, violations

pytestmark = MARKS
WAIT_OF_AUTOSAVE_MS = 10_000


def fill_first_questions(page: Page, title: str) -> None:
    page.goto("/anmelden/projekt")
    page.fill("#title", title)
    page.fill("#abstract", "Zwanzig Messstationen zeigen, wie warm es wirklich ist.")
    page.check("#phase-vorbereitung")
    page.fill("#lead", "Umweltamt")
    page.fill("#email", "wetter@example.org")
    page.check("#themes-ENVI")
    page.check("#places-bahnstadt")


def saved_in_between(page: Page) -> None:
    page.locator("[data-autosaved]", has_text="Zwischengespeichert").wait_for(timeout=WAIT_OF_AUTOSAVE_MS)


def press(page: Page, act: str) -> None:
    with page.expect_navigation():
        page.click(f"main button[name=act][value='{act}']:not([tabindex='-1'])")


def test_an_initiative_is_registered_without_script(site: Site) -> None:
    context = site.context("agentur", java_script_enabled=False)
    page = context.new_page()
    fill_first_questions(page, "Wetter ohne Skript")
    press(page, "continue")
    assert page.locator("h1").inner_text() == "Wetter ohne Skript"
    assert page.locator(".tasks li").count() == 6
    page.click("text=Wo und wann?")
    page.fill("#milestone", "Erste Station")
    page.fill("#milestone_planned", "März 2027")
    press(page, "more:milestones")
    page.fill("[id='milestone.2']", "Alle Stationen")
    page.fill("[id='milestone_planned.2']", "irgendwann")
    press(page, "continue")
    assert page.title().startswith("Fehler:")
    assert page.locator(".summary a").inner_text().startswith("Meilenstein 2 Geplant: ")
    page.fill("[id='milestone_planned.2']", "Ende 2027")
    page.focus("button[value='up:milestones:2']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').textContent") == "Meilenstein 1"
    assert page.input_value("#milestone") == "Alle Stationen"
    page.focus("button[value='down:milestones:1']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.input_value("[id='milestone.2']") == "Alle Stationen"
    press(page, "continue")
    assert page.locator("h1").inner_text() == "Wer macht mit?"
    page.fill("#partner", "Umweltampt")
    press(page, "continue")
    page.goto(page.url.rpartition("/")[0] + "/absenden")
    assert "Meinten Sie eine dieser Stellen?" in page.locator(".summary").inner_text()
    page.goto(page.url.rpartition("/")[0])
    press(page, "submit")
    page.check("input[name='office.partner'][value='Umweltamt']")
    press(page, "submit")
    assert "Eingereicht." in page.locator("[role=status]").first.inner_text()
    (draft,) = [
        draft for draft in site.city.catalog.inbox.queue() if draft.metadata.title == {"de": "Wetter ohne Skript"}
    ]
    assert [step.planned for step in draft.metadata.milestones] == ["2027-03", "2027"]
    context.close()


def test_with_a_script_nothing_typed_is_lost_before_a_button_is_pressed(site: Site) -> None:
    context = site.context("agentur")
    page = context.new_page()
    fill_first_questions(page, "Wetter mit Skript")
    saved_in_between(page)
    other = context.new_page()  # as after a crash of the browser
    other.goto("/mein/eintraege")
    assert other.locator("text=Wetter mit Skript").count() == 1
    other.close()
    page.fill("#title", "Wetter mit Skript und Knopf")
    press(page, "continue")  # while a change waits to be saved: no conflict
    assert page.locator("h1").inner_text() == "Wetter mit Skript und Knopf"
    assert violations(page) == []
    page.click("text=Geld und Beschlüsse")
    page.fill("#cost", "120.000")
    saved_in_between(page)
    page.reload()
    assert page.input_value("#cost") == "120.000"
    page.goto(page.url.rpartition("/")[0] + "/absenden")
    press(page, "submit")
    assert "Eingereicht." in page.locator("[role=status]").first.inner_text()
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_a_row_that_was_added_has_the_focus_near_and_is_accessible(site: Site, width: int) -> None:
    context = site.context("agentur", viewport={"width": width, "height": 800})
    page = context.new_page()
    fill_first_questions(page, f"Wetter auf {width}")
    press(page, "continue")
    page.goto(page.url.rpartition("/")[0] + "/wer")
    page.fill("#partner", "Umweltamt")
    press(page, "more:participants")
    assert page.locator("[id='partner.2']").is_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
