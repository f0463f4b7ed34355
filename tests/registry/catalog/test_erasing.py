"""Erasing a person: afterwards the name and the words are nowhere, also not after an older copy was put back."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.catalog.erasing import LIST_NAME, erase, erase_again, exported
from registry.errors import NotFoundError, UsageError
from registry.model import Account
from registry.people.repeated_requests import KeptAnswer, Request
from registry.visitors.messages import VisitorMessage
from tests.builders import a_metadata
from tests.sample_city import sample_city
from tests.signed_in import PROJECT
from tests.town import Town

NAME, FULL_NAME, ADDRESS = "susanne-muster", "Susanne Musterfrau", "susanne@privat.example"
WORDS = (
    "Mein Grund dafuer",
    "Bitte kuerzer fassen",
    "Nur mein eigener Gedanke",
    "Zugang zu Hause",
    "Schluessel Keller",
)
PASSWORD = "ein langes Wort"
SUSANNE = Account(name=NAME, role="reviewer", full_name=FULL_NAME)
OTHER = Account(name="agentur", organizations=("digital-agentur",))


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    """A city in which Susanne reviewed, wrote, withdrew, and signed in in every way."""
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        live(city)
        yield city


def live(city: Town) -> None:
    people, inbox, catalog = city.catalog.people, city.catalog.inbox, city.catalog
    people.add(SUSANNE, PASSWORD)
    catalog.mailboxes.set(NAME, ADDRESS)
    catalog.following.subscriptions.add(ADDRESS, "q=rad", "daily", "de", 0)
    wish = catalog.messages.add(VisitorMessage(kind="wish", text="Pegel je Stunde"))
    catalog.messages.decide(wish.id, "published")
    catalog.messages.support(wish.id, NAME)
    people.sessions.begin("nonce", NAME, "password")
    people.tokens.add(NAME, label=WORDS[4])
    people.identities.link("https://id.example.org", "subject-of-susanne", NAME)
    people.substitutes.set(NAME, "lotsin", "2099-12-31")
    people.reset_codes.issue(NAME)
    people.audit.write(NAME, "add-token", "token 1")
    request = Request.of(NAME, "key", b"POST")
    people.repeated.begin(request)
    people.repeated.finish(request, KeptAnswer(200, {}, b'{"author": "susanne-muster"}'))
    inbox.begin(a_metadata(WORDS[2], "project"), SUSANNE, "")
    draft = inbox.begin(a_metadata("Gemeinsam", "project"), OTHER, "digital-agentur")
    sent = inbox.submit(draft.id, OTHER, draft.version)
    inbox.hand_back(draft.id, SUSANNE, sent.version, WORDS[1])
    catalog.withdraw("pegel", NAME, WORDS[0])
    catalog.publish_again("pegel", NAME, WORDS[0])
    catalog.withdraw("pegel", NAME, WORDS[0])


def everything(city: Town) -> bytes:
    """All bytes of the data folder, and all bodies of records unpacked."""
    files = b"".join(path.read_bytes() for path in city.settings.data.rglob("*") if path.is_file())
    store = city.catalog.store
    ids = [record.id for record in store.find()]
    versions = [repr(version) for id in ids for version in store.history(id)]
    return files + "\n".join(versions).encode()


def test_afterwards_the_name_and_the_words_are_nowhere(city: Town) -> None:
    before = everything(city)
    for word in (NAME, FULL_NAME, ADDRESS, *WORDS[:3], WORDS[4], "subject-of-susanne"):
        assert word.encode() in before, word
    erased = erase(city.catalog, NAME)
    after = everything(city)
    for word in (NAME, FULL_NAME, ADDRESS, *WORDS, "subject-of-susanne"):
        assert word.encode() not in after, word
    assert erased.versions == 3
    assert erased.drafts == 2
    assert city.catalog.people.get(NAME) is None
    assert city.catalog.people.audit.first_broken() == 0
    record = city.catalog.store.existing("pegel")
    assert (record.state, record.withdrawn.by, record.withdrawn.why) == ("withdrawn", f"#{erased.number}", "")
    (draft,) = city.catalog.inbox.of_account(OTHER)
    assert (draft.comments[0].by, draft.comments[0].text) == (f"#{erased.number}", "")
    with pytest.raises(NotFoundError):
        erase(city.catalog, NAME)


def test_it_is_erased_again_after_an_older_copy_was_put_back(city: Town, tmp_path: Path) -> None:
    city.catalog.close()
    shutil.copytree(city.settings.data, tmp_path / "copy")
    with Town(city.settings.data) as now:
        erase(now.catalog, NAME)
    kept = (city.settings.data / LIST_NAME).read_bytes()
    assert NAME.encode() not in kept
    with Town(tmp_path / "copy") as older:
        assert NAME.encode() in everything(older)
        assert len(erase_again(older.catalog, kept.splitlines())) == 1
        after = everything(older)
        for word in (NAME, FULL_NAME, ADDRESS, *WORDS):
            assert word.encode() not in after, word
        assert erase_again(older.catalog, kept.splitlines()) == []
        with pytest.raises(UsageError):
            erase_again(older.catalog, [b"{"])


def test_what_others_wrote_stays(city: Town) -> None:
    city.catalog.withdraw("kuehle-wege", "lotsin", "Grund einer anderen")
    title = city.catalog.store.existing("pegel").metadata.title
    erase(city.catalog, NAME)
    assert city.catalog.store.existing("kuehle-wege").withdrawn.why == "Grund einer anderen"
    assert city.catalog.store.existing("pegel").metadata.title == title
    assert PROJECT["title"] not in title.values()


def test_a_person_gets_all_that_is_stored_about_them(city: Town) -> None:
    told = exported(city.catalog, NAME)
    assert told["account"] == SUSANNE
    assert told["mailbox"]["address"] == ADDRESS
    assert [one["record"] for one in told["versions"]] == ["pegel", "pegel", "pegel"]
    assert told["comments"][0]["comment"].text == WORDS[1]
    assert {entry["act"] for entry in told["log"]} == {"add-token", "return"}
    assert [token.label for token in told["tokens"]] == [WORDS[4]]
    assert "argon2" not in repr(told)
    with pytest.raises(NotFoundError):
        exported(city.catalog, "niemand")
