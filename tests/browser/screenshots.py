"""Pictures of all pages in build/screenshots: python -m tests.browser.screenshots"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from api.app import create_app
from tests.browser.chromium import MISSING, browser, executable
from tests.browser.states import States, add
from tests.paths import ROOT
from tests.sample_city import PASSWORD, sample_city
from tests.servers.application import served
from tests.town import Town

FOLDER = ROOT / "build" / "screenshots"
PUBLIC = {
    "start": "/",
    "suche": "/suche?q=fahrrad&theme=TRAN",
    "suche-aehnlich": "/suche?q=fahrrad+bahnstadt",
    "suche-ein-treffer": "/suche?q=straßennamen",
    "suche-unbekannt": "/suche?q=xyzzy",
    "leer": "/suche?q=trinkbrunnen&format=GEOJSON&district=schlierbach",
    "daten": "/daten",
    "datensatz": "/daten/rad-zaehlstellen",
    "datensatz-lang": "/daten/sehr-lang",
    "datensatz-karg": "/daten/kaum-etwas",
    "vorschau-tabelle": "/daten/rad-zaehlstellen/vorschau/rad-stunde-csv?where=stelle:plöck&sort=-zeit",
    "vorschau-diagramm": "/daten/rad-zaehlstellen/vorschau/rad-stunde-csv?view=chart",
    "vorschau-karte": "/daten/rad-zaehlstellen/vorschau/rad-stellen-geojson?view=map",
    "vorschau-fehlt": "/daten/rad-zaehlstellen/vorschau/rad-api",
    "suche-lang": "/suche?q=verordnungsverzeichnis",
    "projekte": "/projekte",
    "projekte-zeit": "/projekte/zeit",
    "projekte-karte": "/projekte/karte",
    "projekt": "/projekte/kuehle-wege",
    "projekt-karg": "/projekte/kaum-projekt",
    "projekt-abgebrochen": "/projekte/app",
    "projekt-fertig": "/projekte/wlan",
    "organisation": "/organisationen/umweltamt",
    "veranstaltung": "/veranstaltungen/messtag",
    "datendienst": "/datendienste/geodaten-dienst",
    "stadtteile": "/stadtteile",
    "stadtteil": "/stadtteile/bahnstadt",
    "themen": "/themen",
    "thema": "/themen/ENVI",
    "leistungen": "/leistungen",
    "entwickler": "/entwickler",
    "api-referenz": "/entwickler/api",
    "status": "/status",
    "ki": "/entwickler/ki",
    "ueber": "/hilfe",
    "impressum": "/impressum",
    "anmelden": "/konto/anmelden",
    "passwort-vergessen": "/konto/passwort-vergessen",
    "neues-passwort": "/konto/neues-passwort",
    "zurueckgezogen": "/daten/altkleider",
    "fehlt": "/gibt-es-nicht",
    "fehlerart": "/fehler/not-found",
    "wuensche": "/wuensche",
    "anwendungen": "/anwendungen",
    "abo": "/abo?record=pegel",
    "qualitaet": "/qualitaet",
    "organisationen": "/organisationen",
    "veranstaltungen": "/veranstaltungen",
    "daten-en": "/en/datasets",
    "start-en": "/en/",
    "projekt-en": "/en/projects/kuehle-wege",
}
SIGNED_IN = {
    "konto": "/konto",
    "konten": "/administration/konten",
    "konto-verwalten": "/administration/konten/agentur",
    "protokoll": "/administration/protokoll",
    "konto-sicherheit": "/konto/sicherheit",
    "konto-schluessel": "/konto/zugangsschluessel",
    "eintraege": "/mein/eintraege",
    "formular": "/anmelden/projekt",
    "aendern": "/anmelden/projekt?of=pegel",
    "freigabe": "/freigabe",
    "links": "/administration/links",
    "administration": "/administration",
    "zustand": "/administration/zustand",
    "quelle-neu": "/administration/quellen/neu",
    "quellen": "/administration/quellen",
    "quelle": "/administration/quellen/stadtwerke",
    "lauf-wartet": "/administration/laeufe/{waiting}",
    "lauf-laeuft": "/administration/laeufe/{running}",
    "lauf-gescheitert": "/administration/laeufe/{failed}",
    "entwurf-zurueck": "/anmelden/projekt/{returned}",
    "einreichung": "/freigabe/{queued}",
    "rechte-fehlen": "/anmelden/projekt/{queued}",
}
PRINTED = {"suche": "/suche?q=fahrrad", "datensatz": "/daten/rad-zaehlstellen", "projekt": "/projekte/kuehle-wege"}
LOOKS = ((1280, "light", ""), (390, "light", ""), (320, "light", ""), (1280, "dark", "-dark"))


def main() -> None:
    if executable() is None:
        sys.exit(MISSING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        states: list[States] = []
        cities: list[Town] = []

        def app(base: str):  # type: ignore[no-untyped-def]
            city = sample_city(Path(folder) / "data", base)
            cities.append(city)
            states.append(add(city))
            return create_app(city.catalog, city.settings)

        with served(app) as base, going(cities):
            behind = {name: path.format(**states[0]._asdict()) for name, path in SIGNED_IN.items()}
            for width, scheme, suffix in LOOKS:
                options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "base_url": base}
                options["reduced_motion"] = "reduce"  # or pictures show pages on their way to the next
                context = chromium.new_context(**options)  # type: ignore[arg-type]
                shoot(context, PUBLIC, f"-{width}{suffix}")
                wrong_password(context, f"-{width}{suffix}")
                sign_in(context)
                shoot(context, behind, f"-{width}{suffix}")
                wrong_entries(context, states[0], f"-{width}{suffix}")
                context.close()
            context = chromium.new_context(base_url=base)
            page = context.new_page()
            for name, path in PRINTED.items():
                page.goto(path)
                page.pdf(path=FOLDER / f"{name}.pdf", format="A4", print_background=False)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")


@contextmanager
def going(cities: list[Town]) -> Iterator[None]:
    """The running harvest is held by somebody, else it would be shown as interrupted."""
    runs = cities[0].catalog.runs
    with runs.hold("digital-agentur"):
        yield


def sign_in(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/konto/anmelden")
    page.fill("#name", "verwaltung")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/konto/anmelden" not in url)
    page.close()


def shoot(context: BrowserContext, pages: dict[str, str], suffix: str) -> None:
    page = context.new_page()
    for name, path in pages.items():
        page.goto(path)
        keep(page, name, suffix)
    page.close()


def keep(page: Page, name: str, suffix: str) -> None:
    page.screenshot(path=FOLDER / f"{name}{suffix}.png", full_page=True)


# -- what is only there after something was sent


def wrong_password(context: BrowserContext, suffix: str) -> None:
    page = context.new_page()
    page.goto("/konto/anmelden")
    page.fill("#name", "verwaltung")
    page.fill("#password", f"falsch{suffix}")
    page.press("#password", "Enter")
    keep(page, "anmelden-falsch", suffix)
    page.close()


def wrong_entries(context: BrowserContext, states: States, suffix: str) -> None:
    """The form with what is wrong in it, a return without a reason, and a form that is out of date."""
    page = context.new_page()
    page.goto("/anmelden/projekt")
    page.fill("#title", "Wetter im Quartier")
    page.fill("#abstract", "Zwanzig kleine Messstationen zeigen, wie warm es in den Stadtteilen wirklich ist. " * 5)
    page.fill("#email", "kein Postfach")
    page.fill("#start", "Frühjahr")
    page.click("[value=submit]")
    keep(page, "formular-fehler", suffix)
    page.goto(f"/freigabe/{states.queued}")
    page.click("[value=return]")
    keep(page, "einreichung-fehler", suffix)
    page.goto("/anmelden/projekt")
    page.fill("#title", "Aus einer anderen Sitzung")
    page.evaluate("document.querySelector('[name=token]').value = 'alt'")
    page.click(".actions [value=save]")
    keep(page, "formular-veraltet", suffix)
    page.close()


if __name__ == "__main__":
    main()
