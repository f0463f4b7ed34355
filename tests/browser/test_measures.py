"""Distances, colours and states as the pictures of the design have them, measured in Chromium."""

import pytest
from playwright.sync_api import Page

from tests.browser.site import MARKS, Site, violations

pytestmark = MARKS
# the gap between the bottom of the first and the top of the second element
GAP = """([first, second]) => document.querySelector(second).getBoundingClientRect().top
  - document.querySelector(first).getBoundingClientRect().bottom"""


def gap(page: Page, first: str, second: str) -> float:
    return float(page.evaluate(GAP, [first, second]))


@pytest.mark.parametrize(("width", "pixels"), [(1280, 4), (390, 8)])
def test_a_title_and_its_text_are_as_far_apart_as_in_the_pictures(public: Page, width: int, pixels: int) -> None:
    public.set_viewport_size({"width": width, "height": 900})
    public.goto("/")
    assert gap(public, ".door h2", ".door h2 + p") == pytest.approx(pixels, abs=0.5)
    public.goto("/suche?q=rad")
    assert gap(public, ".card:has(.text) h2", ".card .text") == pytest.approx(pixels, abs=0.5)


def test_the_head_of_a_page_has_the_distances_of_the_pictures(public: Page) -> None:
    public.set_viewport_size({"width": 1280, "height": 900})
    public.goto("/projekte/kuehle-wege")
    assert gap(public, ".crumbs", ".kindline") == pytest.approx(16, abs=1)
    assert gap(public, ".kindline", "h1") == pytest.approx(4, abs=0.5)
    assert gap(public, "h1", ".lead") == pytest.approx(12, abs=0.5)
    assert public.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "40px"
    sides = public.evaluate(
        """() => { const sign = document.querySelector('.kindline > span[aria-hidden]').getBoundingClientRect();
        const before = document.querySelector('.kindline b').getBoundingClientRect(), range = document.createRange();
        range.selectNodeContents(document.querySelector('.kindline').lastChild);
        return [sign.left - before.right, range.getBoundingClientRect().left - sign.right] }"""
    )
    assert sides == [pytest.approx(8, abs=1), pytest.approx(8, abs=4)]


def test_chips_stand_12_px_below_a_note(public: Page) -> None:
    public.goto("/suche?q=rad&theme=TRAN&sort=foo")
    assert gap(public, ".note:has(+ .chips)", ".note + .chips") == pytest.approx(12, abs=0.5)


def test_one_link_below_another_in_the_facts_can_be_hit(public: Page) -> None:
    public.set_viewport_size({"width": 1280, "height": 900})
    public.goto("/daten/rad-zaehlstellen")
    heights = "[...document.querySelectorAll('.facts dd.meta > a')].map(one => one.getBoundingClientRect().height)"
    assert min(public.evaluate(heights)) >= 24


def test_the_days_below_a_freshness_line_stay_whole_in_both_languages(public: Page) -> None:
    public.set_viewport_size({"width": 390, "height": 900})
    for path in ("/daten/rad-zaehlstellen", "/en/datasets/rad-zaehlstellen"):
        public.goto(path)
        assert public.evaluate("document.querySelector('.recent p').clientHeight") <= 24


def test_the_accent_of_dark_pages_is_that_of_the_city(public: Page) -> None:
    public.emulate_media(color_scheme="dark")
    public.goto("/suche?q=rad")
    colour = public.evaluate("getComputedStyle(document.querySelector('.card h2 a')).color")
    public.emulate_media(color_scheme="light")
    assert colour == "rgb(151, 175, 225)"


def test_on_a_phone_the_groups_of_filters_begin_closed(site: Site) -> None:
    context = site.context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/suche?q=rad&theme=TRAN")
    opened = page.evaluate("[...document.querySelectorAll('.filters > details > .facet[open]')].length")
    assert opened == 1, "only the group with a choice"
    context.close()


def test_the_hits_are_reached_before_the_filters(public: Page) -> None:
    public.set_viewport_size({"width": 1280, "height": 900})
    public.goto("/suche?q=rad")
    link = public.locator(".filters .jump")
    assert link.bounding_box()["width"] <= 1  # type: ignore[index]
    link.focus()
    assert link.bounding_box()["width"] > 40  # type: ignore[index]
    public.keyboard.press("Enter")
    assert public.evaluate("document.activeElement.id") == "treffer"


def test_with_forced_colours_what_is_chosen_and_where_one_is_can_be_seen(site: Site) -> None:
    context = site.context(forced_colors="active", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/suche?q=rad&theme=TRAN")
    look = "([what, part, name]) => getComputedStyle(document.querySelector(what), part || null)[name]"
    box, mark = (
        page.evaluate(look, [".tick:checked", *where])
        for where in (["", "backgroundColor"], ["::before", "borderColor"])
    )
    assert box != page.evaluate(look, [".tick:not(:checked)", "", "backgroundColor"])
    assert mark != box
    current = page.evaluate(look, [".tabs [aria-current]", "", "borderBottomColor"])
    assert current != page.evaluate(look, [".tabs a:not([aria-current])", "", "borderBottomColor"])
    context.close()


def test_what_exists_in_german_only_is_marked_in_english(public: Page) -> None:
    public.set_viewport_size({"width": 1280, "height": 900})
    public.goto("/en/projects")
    mark = "one => getComputedStyle(one, '::after').content"
    titles = public.locator(".card h2 a > span[lang=de]")
    assert titles.count() > 0
    assert titles.first.evaluate(mark) == '"German"'
    public.goto("/projekte")
    assert public.locator(".card h2 a > span[lang=de]").count() == 0


def test_a_card_in_another_site_is_accessible_and_reflows(public: Page) -> None:
    for width in (1280, 320):
        public.set_viewport_size({"width": width, "height": 400})
        public.goto("/einbetten/projekte?theme=ENVI")
        assert violations(public) == []
        assert public.evaluate("document.documentElement.scrollWidth") <= width
