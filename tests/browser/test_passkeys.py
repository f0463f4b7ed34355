"""Passkeys in a real browser with its virtual authenticator, and the password where there is no script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.site import MARKS, Site, violations
from tests.sample_city import PASSWORD

pytestmark = MARKS
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def context(site: Site) -> Iterator[BrowserContext]:
    """A browser at `localhost`: at an address browsers know no passkeys."""
    context = site.chromium.new_context(base_url=site.base.replace("127.0.0.1", "localhost"))
    yield context
    context.close()


def with_authenticator(context: BrowserContext) -> Page:
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def sign_in_by_password(page: Page) -> None:
    page.goto("/konto/anmelden")
    page.fill("#name", "agentur")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/mein/eintraege")


def test_a_passkey_is_made_and_then_signs_in_alone(context: BrowserContext) -> None:
    page = with_authenticator(context)
    sign_in_by_password(page)
    page.goto("/konto/sicherheit")
    page.fill("#label", "Diensthandy")
    page.get_by_role("button", name="Passkey anlegen").click()
    expect(page.get_by_text("Der Passkey ist gespeichert.")).to_be_visible()
    expect(page.get_by_text("Diensthandy").first).to_be_visible()
    assert violations(page) == []
    context.clear_cookies()
    page.goto("/konto/anmelden?next=/konto/sicherheit")
    assert violations(page) == []
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    page.wait_for_url("**/konto/sicherheit")
    expect(page.get_by_text("mit Passkey · seit").first).to_be_visible()


def test_a_browser_without_a_passkey_says_so(context: BrowserContext) -> None:
    page = with_authenticator(context)
    page.goto("/konto/anmelden")
    page.get_by_role("button", name="Mit Passkey anmelden").click()
    expect(page.get_by_text("Der Browser hat keinen Passkey gegeben.")).to_be_visible()


def test_without_script_people_sign_in_with_their_password(site: Site) -> None:
    context = site.chromium.new_context(base_url=site.base.replace("127.0.0.1", "localhost"), java_script_enabled=False)
    page = context.new_page()
    page.goto("/konto/anmelden")
    expect(page.get_by_role("button", name="Mit Passkey anmelden")).to_be_hidden()
    sign_in_by_password(page)
    page.goto("/konto/sicherheit")
    expect(page.get_by_role("button", name="Passkey anlegen")).to_be_hidden()
    context.close()
