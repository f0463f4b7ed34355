"""The queue of proposed links, and the page of a project with them."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from tests.sample_city import sample_city
from tests.signed_in import browser, hidden
from tests.town import Town

QUEUE = "/freigabe/verknuepfungen"
PAGE = "/projekte/kuehle-wege/verknuepfungen"


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        project = city.catalog.store.existing("kuehle-wege")
        text = {"de": "Wir pflanzen Bäume, zusammen mit der Digital-Agentur, auch in Rohrbach."}
        city.catalog.store.put([replace(project, said=replace(project.said, description=text))], by="test")
        city.catalog.sync()
        yield city


def decided(client, page: str, act: str, target: str, **fields: str) -> str:  # type: ignore[no-untyped-def]
    """Sends the form of a proposal, and returns the page that it leads to."""
    form = next(part for part in client.get(page).text.split("<form")[1:] if f'value="{target}"' in part)
    action = re.search(r'action="([^"]+)"', form)
    assert action
    answer = client.post(action[1], data=hidden(form) | fields | {"act": act})
    assert answer.status_code == 200
    return urlsplit(str(answer.url)).path + answer.text


def test_a_proposal_is_confirmed_from_the_queue_and_both_pages_show_it(city: Town) -> None:
    client = browser(city, "lotsin", follow=True)
    assert "Vorschläge für Verknüpfungen" in client.get("/freigabe").text
    page = client.get(QUEUE).text
    assert "Name genannt: Rohrbach" in page
    answer = decided(client, QUEUE, "confirm:places", "rohrbach")
    assert answer.startswith(QUEUE)
    assert "Verknüpft." in answer
    assert "Rohrbach" in str(city.catalog.store.existing("kuehle-wege").metadata.places)
    assert "verknüpft mit „Rohrbach“" in client.get("/projekte/kuehle-wege/verlauf").text


def test_what_is_refused_stands_on_the_page_of_the_project_and_can_come_back(city: Town) -> None:
    client = browser(city, "lotsin", follow=True)
    assert "Vorschläge für Verknüpfungen" in client.get("/projekte/kuehle-wege").text
    answer = decided(client, PAGE, "refuse", "rohrbach")
    assert "Das wird nicht mehr vorgeschlagen." in answer
    assert "Name genannt: Rohrbach" not in client.get(QUEUE).text
    decided(client, PAGE, "allow", "rohrbach")
    assert "Name genannt: Rohrbach" in client.get(QUEUE).text


def test_of_an_older_version_nothing_is_linked(city: Town) -> None:
    client = browser(city, "lotsin", follow=True)
    assert "Es ist nichts geschehen." in decided(client, PAGE, "confirm:places", "rohrbach", number="1")
    assert "Rohrbach" not in str(city.catalog.store.existing("kuehle-wege").metadata.places)


def test_only_who_decides_sees_it(city: Town) -> None:
    assert browser(city, "agentur").get(QUEUE).status_code == 403
    assert browser(city, "agentur").get(PAGE).status_code == 403
    assert browser(city).get(PAGE).status_code in (303, 302, 401)
