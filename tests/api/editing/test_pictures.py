"""The picture of an entry: uploaded with words, credit and licence, served safely, deleted when nobody uses it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from registry.model import Draft
from registry.pictures.pictures import name_of
from tests.registry.pictures.test_rewriting import SECRET, picture, with_exif
from tests.sample_city import sample_city
from tests.signed_in import PROJECT, browser, drafts_of_author, hidden, send
from tests.town import Town

ABOUT = {"image_text": "Ein Schirm über einer Bank", "image_credit": "Anna Beispiel", "image_licence": "cc-by/4.0"}


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        yield city


@pytest.fixture
def author(city: Town) -> TestClient:
    client = browser(city, "agentur")
    send(client, "/anmelden/projekt", "save", **PROJECT)
    return client


def draft_of(city: Town) -> Draft:
    (draft,) = drafts_of_author(city)
    return draft


def path_of(city: Town) -> str:
    return f"/anmelden/projekt/{draft_of(city).id}/bild"


def upload(client: TestClient, path: str, content: bytes | None, **fields: str) -> Any:
    files = {"file": ("foto.jpg", content)} if content is not None else None
    sent = hidden(client.get(path).text) | {"act": "save"} | fields
    return client.post(path, data=sent, files=files or {"file": ("", b"")})


def test_a_picture_is_uploaded_shown_and_served_without_exif(city: Town, author: TestClient) -> None:
    path = path_of(city)
    assert path in author.get(path.removesuffix("/bild") + "/daten").text, "the section leads to it"
    answer = upload(author, path, with_exif(6), consent="1", **ABOUT)
    assert answer.status_code == 303, answer.text
    metadata = draft_of(city).metadata
    assert metadata.image.startswith("http://testserver/bilder/")
    assert (metadata.image_text, metadata.image_credit) == ({"de": ABOUT["image_text"]}, ABOUT["image_credit"])
    assert metadata.image_licence.endswith("cc-by/4.0")
    served = browser(city).get(f"/bilder/{name_of(metadata.image)}")
    assert (served.status_code, served.headers["content-type"]) == (200, "image/jpeg")
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in served.headers["cache-control"]
    assert SECRET.encode() not in served.content

    page = author.get(path.removesuffix("/bild") + "/vorschau").text
    assert f'<img src="/bilder/{name_of(metadata.image)}" alt="{ABOUT["image_text"]}" width="40" height="80"' in page
    assert ABOUT["image_credit"] in page
    send(author, path.removesuffix("/bild"), "submit", **PROJECT)
    location = send(browser(city, "lotsin"), f"/freigabe/{draft_of(city).id}", "publish").headers["location"]
    assert f"/bilder/{name_of(metadata.image)}" in browser(city).get(f"/projekte/{location.partition('=')[2]}").text


def test_what_is_missing_is_said_at_its_field(city: Town, author: TestClient) -> None:
    path = path_of(city)
    for content, fields, told in (
        (None, ABOUT, "Wählen Sie ein Bild."),
        (picture(), ABOUT, "Sonst dürfen wir das Bild nicht zeigen."),
        (picture(), ABOUT | {"image_text": " ", "consent": "1"}, "was auf dem Bild zu sehen ist"),
        (picture(), ABOUT | {"image_credit": "", "consent": "1"}, "wer das Bild gemacht hat"),
        (picture(), ABOUT | {"image_licence": "frei", "consent": "1"}, "Wählen Sie eine Lizenz."),
        (b"<script>alert(1)</script>", ABOUT | {"consent": "1"}, "kein Bild, das wir lesen können"),
    ):
        answer = upload(author, path, content, **fields)
        assert answer.status_code == 422, told
        assert told in answer.text
    assert draft_of(city).metadata.image == ""


def test_only_who_may_save_the_draft_uploads(city: Town, author: TestClient) -> None:
    path = path_of(city)
    token = hidden(author.get(path).text)
    files = {"file": ("a.jpg", picture())}
    assert browser(city, "lotsin").post(path, data={"act": "save"}, files=files).status_code in (401, 403)
    assert browser(city).post(path, data=token, files=files).status_code in (303, 401)
    author.cookies.clear()
    assert author.post(path, data=token, files=files).status_code in (303, 401)


def test_a_picture_that_nobody_uses_any_more_is_deleted(city: Town, author: TestClient) -> None:
    path, names = path_of(city), []
    for size in ((80, 40), (90, 50)):
        upload(author, path, picture(size=size), consent="1", **ABOUT)
        names.append(name_of(draft_of(city).metadata.image))
    visitor = browser(city)
    assert [visitor.get(f"/bilder/{name}").status_code for name in names] == [404, 200]
    upload(author, path, None, act="remove")
    assert draft_of(city).metadata.image_licence == ""
    assert visitor.get(f"/bilder/{names[1]}").status_code == 404
    upload(author, path, picture(), consent="1", **ABOUT)
    name = name_of(draft_of(city).metadata.image)
    send(author, path.removesuffix("/bild"), "discard", sure="1")
    assert visitor.get(f"/bilder/{name}").status_code == 404


def test_words_are_changed_without_a_new_file_and_a_stale_form_keeps_the_draft(city: Town, author: TestClient) -> None:
    path = path_of(city)
    upload(author, path, picture(), consent="1", **ABOUT)
    stale = hidden(author.get(path).text)
    assert upload(author, path, None, **ABOUT | {"image_text": "Eine Bank im Schatten"}).status_code == 303
    assert draft_of(city).metadata.image_text == {"de": "Eine Bank im Schatten"}
    answer = author.post(path, data={**stale, **ABOUT, "act": "save"}, files={"file": ("", b"")})
    assert answer.status_code == 409
    assert draft_of(city).metadata.image_text == {"de": "Eine Bank im Schatten"}
