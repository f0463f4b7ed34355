"""An initiative from the form to its end and back, in a real browser, with the letters that a real SMTP server gets."""

import re
import threading
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from playwright.sync_api import BrowserContext, Page

from registry.letters.sending import run
from tests.browser.site import MARKS, Site, violations
from tests.servers import mail
from tests.waiting import wait_for

pytestmark = MARKS
ANSWERS = {"#title": "Wetter im Quartier", "#abstract": "Zwanzig Messstationen zeigen, wie warm es wirklich ist.",
           "#lead": "Digital-Agentur", "#email": "wetter@example.org"}  # fmt: skip


@pytest.fixture
def post(site: Site) -> Iterator[mail.MailServer]:
    """What the accounts of author and reviewer get by e-mail."""
    for name in ("agentur", "lotsin"):
        site.city.catalog.mailboxes.set(name, f"{name}@stadt.example")
    stop = threading.Event()
    with mail.mail_server() as server:
        settings = replace(site.city.settings, mail=server.url, base_url=site.base)
        sending = threading.Thread(target=run, args=(site.city.catalog.outbox, settings, stop), daemon=True)
        sending.start()
        yield server
        stop.set()
        sending.join(30)


def letter(post: mail.MailServer, name: str, subject: str) -> str:
    """The text of the last letter to an account with this subject, once it has arrived."""

    def arrived() -> list[str]:
        sent = [email for email in post.letters(f"{name}@stadt.example") if email["Subject"].startswith(subject)]
        return [str(email.get_body(("plain",)).get_content()) for email in sent]  # type: ignore[union-attr]

    wait_for(arrived)
    return arrived()[-1]


def link_in(text: str, site: Site) -> str:
    """The first address of ours in a letter."""
    match = re.search(re.escape(site.base) + r"(/\S+)", text)
    assert match, text
    return match[1]


def fill(page: Page, **answers: str) -> None:
    for selector, text in (ANSWERS | {f"#{name}": text for name, text in answers.items()}).items():
        page.fill(selector, text)
    phase, theme, district = page.locator("[name=phase]"), "[name=themes][value=ENVI]", "[name=places][value=bahnstadt]"
    if phase.first.evaluate("e => e.tagName") == "SELECT":
        phase.select_option("vorbereitung")
    else:
        page.check("[name=phase][value=vorbereitung]")
    for box in (theme, district):
        if page.locator(box).count():
            page.check(box)


def press(page: Page, label: str) -> None:
    page.get_by_role("button", name=label, exact=True).first.click()


@pytest.fixture
def author(site: Site) -> Iterator[BrowserContext]:
    context = site.context("agentur")
    yield context
    context.close()


@pytest.fixture
def reviewer(site: Site) -> Iterator[BrowserContext]:
    context = site.context("lotsin")
    yield context
    context.close()


def test_from_the_form_to_the_end_and_back(
    site: Site, author: BrowserContext, reviewer: BrowserContext, post: mail.MailServer
) -> None:
    mine, theirs = author.new_page(), reviewer.new_page()
    mine.goto("/anmelden/projekt")
    fill(mine)
    press(mine, "Zur Prüfung einreichen")
    mine.wait_for_url("**/mein/eintraege?sent")

    # returned with a remark on a field, which the author reads in the letter and at the field
    theirs.goto(link_in(letter(post, "lotsin", "Zur Freigabe: Wetter"), site))
    assert violations(theirs) == []
    theirs.locator("details.remark summary").filter(has_text="Kurzfassung").click()
    theirs.fill("#remark-abstract", "Für wen ist das?")
    press(theirs, "Zurückfragen")
    theirs.wait_for_url("**/freigabe?returned")
    text = letter(post, "agentur", "Rückfrage: Wetter")
    assert "Kurzfassung: Für wen ist das?" in text
    mine.goto(link_in(text, site))
    assert mine.get_by_text("Für wen ist das?").count() >= 2
    mine.fill("#abstract", "Alle sehen, wo es im Sommer kühl bleibt.")
    press(mine, "Zur Prüfung einreichen")
    mine.wait_for_url("**/mein/eintraege?sent")

    # published, and found a second later
    theirs.goto("/freigabe")
    theirs.get_by_role("link", name="Wetter im Quartier").first.click()
    assert theirs.get_by_text("Seit der letzten Rückfrage geändert").is_visible()
    press(theirs, "Freigeben und veröffentlichen")
    theirs.wait_for_url("**/freigabe?published=*")
    page_of_record = link_in(letter(post, "agentur", "Veröffentlicht: Wetter"), site)
    public = site.context().new_page()
    wait_for(lambda: _found(public, "Wetter im Quartier"), 3)

    # changed while the public page stays as it was
    mine.goto(page_of_record)
    mine.get_by_role("link", name="Eintrag ändern").click()
    mine.fill("#title", "Wetter in der Bahnstadt")
    press(mine, "Zur Prüfung einreichen")
    public.goto(page_of_record)
    assert public.get_by_role("heading", level=1).inner_text() == "Wetter im Quartier"
    theirs.goto("/freigabe")
    theirs.get_by_role("link", name="Wetter in der Bahnstadt").first.click()
    press(theirs, "Freigeben und veröffentlichen")
    theirs.wait_for_url("**/freigabe?published=*")

    # compared and restored
    theirs.goto(f"{page_of_record}/verlauf")
    assert theirs.locator(".diff del").first.inner_text() == "im Quartier"
    assert violations(theirs) == []
    theirs.get_by_role("link", name="Wiederherstellen").first.click()
    theirs.fill("#why", "Der alte Titel war besser.")
    press(theirs, "Wiederherstellen")
    assert theirs.get_by_role("heading", level=1).inner_text() == "Wetter im Quartier"

    # withdrawn by its owner, and back
    mine.goto(page_of_record)
    mine.get_by_role("link", name="Eintrag zurückziehen").click()
    assert violations(mine) == []
    mine.fill("#why", "Das Projekt wird neu geplant.")
    press(mine, "Zurückziehen")
    assert mine.get_by_text("Das Projekt wird neu geplant.").is_visible()
    response = public.goto(page_of_record)
    assert response
    assert response.status == 410
    mine.get_by_role("link", name="Wieder veröffentlichen").click()
    mine.fill("#why", "Es geht weiter.")
    press(mine, "Wieder veröffentlichen")
    response = public.goto(page_of_record)
    assert response
    assert response.status == 200
    public.context.close()


def _found(page: Page, title: str) -> bool:
    page.goto("/suche?q=wetter+quartier")
    return page.get_by_role("link", name=title).count() > 0
