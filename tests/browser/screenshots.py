"""Pictures of all pages in build/screenshots: python -m tests.browser.screenshots"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import BrowserContext

from api.app import create_app
from tests.browser.chromium import MISSING, browser, executable, served
from tests.sample_city import PASSWORD, sample_city

FOLDER = Path(__file__).parents[2] / "build" / "screenshots"
PUBLIC = {
    "start": "/",
    "suche": "/suche?q=fahrrad&theme=TRAN",
    "leer": "/suche?q=trinkbrunnen&format=GEOJSON&district=schlierbach",
    "daten": "/daten",
    "datensatz": "/daten/rad-zaehlstellen",
    "projekte": "/projekte",
    "projekt": "/projekte/kuehle-wege",
    "organisation": "/organisationen/umweltamt",
    "veranstaltung": "/veranstaltungen/messtag",
    "datendienst": "/datendienste/geodaten-dienst",
    "stadtteile": "/stadtteile",
    "stadtteil": "/stadtteile/bahnstadt",
    "themen": "/themen",
    "thema": "/themen/ENVI",
    "entwickler": "/entwickler",
    "ueber": "/hilfe",
    "impressum": "/impressum",
    "anmelden": "/konto/anmelden",
    "zurueckgezogen": "/daten/altkleider",
    "fehlt": "/gibt-es-nicht",
    "start-en": "/en/",
    "projekt-en": "/en/projects/kuehle-wege",
}
SIGNED_IN = {
    "konto": "/konto",
    "eintraege": "/mein/eintraege",
    "formular": "/anmelden/projekt",
    "aendern": "/anmelden/projekt?of=pegel",
    "freigabe": "/freigabe",
    "quellen": "/administration/quellen",
    "quelle": "/administration/quellen/stadtwerke",
    "lauf": "/administration/laeufe/1",
}
LOOKS = ((1280, "light", ""), (390, "light", ""), (1280, "dark", "-dark"))


def main() -> None:
    if executable() is None:
        sys.exit(MISSING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        city = None

        def app(base: str):  # type: ignore[no-untyped-def]
            nonlocal city
            city = sample_city(Path(folder) / "data", base)
            return create_app(city.catalog, city.settings)

        with served(app) as base:
            for width, scheme, suffix in LOOKS:
                options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "base_url": base}
                context = chromium.new_context(**options)  # type: ignore[arg-type]
                shoot(context, PUBLIC, f"-{width}{suffix}")
                sign_in(context)
                shoot(context, SIGNED_IN, f"-{width}{suffix}")
                context.close()
            context = chromium.new_context(base_url=base)
            page = context.new_page()
            page.goto(PUBLIC["projekt"])
            page.pdf(path=FOLDER / "projekt.pdf", format="A4", print_background=False)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")


def sign_in(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/konto/anmelden")
    page.fill("#name", "verwaltung")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/mein/eintraege")
    page.close()


def shoot(context: BrowserContext, pages: dict[str, str], suffix: str) -> None:
    page = context.new_page()
    for name, path in pages.items():
        page.goto(path)
        page.screenshot(path=FOLDER / f"{name}{suffix}.png", full_page=True)
    page.close()


if __name__ == "__main__":
    main()
