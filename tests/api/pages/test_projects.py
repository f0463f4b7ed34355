"""The page of a project: it says what the picture says, however the project came into the catalogue.

Covers: api/pages/project.py
"""

import re

from fastapi.testclient import TestClient
from msgspec.structs import replace

from api.editing.form_fields import FIELDS
from registry.catalog.deciding import publish
from tests.town import Town


def headings(page: str) -> list[str]:
    return [
        " ".join(re.sub(r"<[^>]+>", " ", heading).split()) for heading in re.findall(r"<h2.*?</h2>", page, re.DOTALL)
    ]


def test_a_project_that_went_through_the_form_is_as_rich_as_one_of_a_source(city: Town, browser: TestClient) -> None:
    """The same metadata by a draft: every block that the page of a source's project has is there, too."""
    catalog = city.catalog
    original = catalog.store.existing("kuehle-wege")
    author, reviewer = catalog.people.get("agentur"), catalog.people.get("lotsin")
    assert author
    assert reviewer
    metadata = replace(original.metadata, title={"de": "Kühle Wege, neu angemeldet"}, iri="", identifiers=())
    draft = catalog.inbox.begin(metadata, author, "digital-agentur")
    record = publish(
        catalog, catalog.inbox.submit(draft.id, author, draft.version), replace(reviewer, organizations=())
    )
    catalog.sync()
    try:
        of_source, of_form = (headings(browser.get(f"/projekte/{id}").text) for id in ("kuehle-wege", record.id))
        about_both = {"Ähnliche Projekte", "Verweist hierher", "Termine"}  # from others
        assert [heading for heading in of_source if heading not in about_both] == [
            heading for heading in of_form if heading not in about_both
        ]
    finally:
        catalog.withdraw(record.id, "test", "")
        catalog.sync()


def test_everything_that_the_page_shows_can_be_entered() -> None:
    entered = {row.metadata_field for row in FIELDS if "project" in row.kinds.split()}
    shown = {"benefits", "goals", "milestones", "chances", "risks", "opportunities", "participants", "indicators",
             "budget", "funding", "decisions", "documentation", "image", "phase", "places", "abstract"}  # fmt: skip
    assert shown <= entered


def test_a_project_says_in_one_row_what_an_organization_does_in_several_roles(browser: TestClient) -> None:
    page = browser.get("/projekte/kuehle-wege").text
    table = page[page.index("Wer macht mit?") :].partition("</table>")[0]
    names = re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]+)', table)
    assert len(names) == len(set(names))
