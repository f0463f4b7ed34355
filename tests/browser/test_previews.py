"""Previews in a real browser: the table without a script, the interactive map after a click."""

from tests.browser.site import MARKS, Site, violations

pytestmark = MARKS


def test_a_table_is_filtered_and_sorted_without_script(site: Site) -> None:
    context = site.context(java_script_enabled=False)
    page = context.new_page()
    page.goto("/daten/rad-zaehlstellen")
    page.click(".file >> nth=0 >> text=Ansehen")
    page.click("summary:has-text('Bedingung')")
    page.select_option("#column", "stelle")
    page.fill("#value", "plöck")
    page.click(".add button")
    page.click(".data th >> text=raeder")
    assert page.locator("[role=status]").inner_text() == "48 Zeilen passen"
    assert page.locator(".data tbody tr >> nth=0").locator("td").all_inner_texts()[:3] == [
        "Plöck", "2026-01-14 00:00", "110",
    ]  # fmt: skip
    with page.expect_download() as download:
        page.click("main .actions >> text=CSV")
    assert download.value.path().read_text("utf-8").count("Plöck") == 48
    context.close()


def test_the_interactive_map_opens_after_a_click_and_asks_nobody_else(site: Site) -> None:
    context = site.context()
    page = context.new_page()
    addresses: list[str] = []
    messages: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.goto("/daten/rad-zaehlstellen/vorschau/rad-stellen-geojson?view=map", wait_until="networkidle")
    assert not any("leaflet" in address for address in addresses)
    page.click("text=Interaktive Karte öffnen")
    page.wait_for_selector(".leaflet-interactive >> nth=11")
    page.click(".leaflet-interactive >> nth=0")
    assert "Stelle 1" in page.locator(".leaflet-popup-content").inner_text()
    page.click("[title=Vergrößern]")
    assert {address.split("/")[2] for address in addresses} == {site.base.split("/")[2]}
    assert messages == []
    assert violations(page) == []
    context.close()
