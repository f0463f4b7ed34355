"""Erasing a person: afterwards the name and the words are nowhere, also not after an older copy was put back.

Covers: registry/catalog/erasing_words.py
"""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from msgspec.structs import replace

from api.data.dumps import write_dump
from registry.catalog import erasing
from registry.catalog.erasing import LIST_NAME, erase, erase_again, erase_named, exported, preview
from registry.errors import NotFoundError, UsageError
from registry.letters.letter import Letter, Paragraph
from registry.model import Account, Contact
from registry.people.repeated_requests import KeptAnswer, Request
from registry.search.query import Query
from registry.visitors.messages import VisitorMessage
from tests.builders import a_metadata
from tests.sample_city import sample_city
from tests.servers.replay import files_server
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


def test_of_many_names_few_are_compared_by_their_slow_digest(city: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    erase(city.catalog, NAME)
    (line,) = (city.settings.data / LIST_NAME).read_bytes().splitlines()
    compared: list[str] = []
    digest = erasing._digest
    monkeypatch.setattr(erasing, "_digest", lambda word, salt: compared.append(word) or digest(word, salt))
    names = {NAME} | {f"person-{number}" for number in range(100)}
    monkeypatch.setattr(erasing, "_names", lambda catalog: names)
    monkeypatch.setattr(erasing, "erase", lambda catalog, name: name)
    assert erase_again(city.catalog, [line]) == [NAME]
    assert len(compared) < 10
    foreign = line.replace(b'"key":"', b'"key":"x')  # of an installation with another secret
    compared.clear()
    names = {NAME, "person-1", "person-2"}
    assert erase_again(city.catalog, [foreign]) == [NAME]
    assert names <= set(compared)


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


# -- people who are named in metadata, staging, findings, messages and letters, with or without an account

PERSON, MAIL = "Ferdinand Gesuchtmann", "ferdinand.gesuchtmann@privat.example"


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Town]:
    """A town with records, drafts, messages and letters that name somebody."""
    with files_server({}) as server, Town(tmp_path / "named", server) as town:
        items = [
            {"id": "1", "title": "Radwege", "publisher": "Amt", "contacts": [{"name": PERSON, "email": MAIL}],
             "description": f"Bei Fragen hilft {PERSON.upper()} ({MAIL}).", "keywords": ["Rad"],
             "modified": f"von {PERSON}"},
            {"id": "2", "title": "Bäume", "publisher": PERSON},
        ]  # fmt: skip
        town.harvest(items)
        catalog = town.catalog
        account = Account(name="agentur", organizations=("digital-agentur",))
        catalog.people.add(account, PASSWORD)
        metadata = a_metadata("Vorhaben", "project", contacts=(Contact(name={"de": PERSON}, email=MAIL),))
        catalog.inbox.begin(metadata, account, "digital-agentur")
        catalog.messages.add(VisitorMessage(kind="report", text=f"{PERSON} hat mir geholfen.", name=PERSON, email=MAIL))
        catalog.outbox.put(Letter(to=MAIL, lang="de", subject="Guten Tag", paragraphs=(Paragraph(f"An {PERSON}"),)))
        catalog.following.subscriptions.add(MAIL, "q=rad", "daily", "de", 0)
        catalog.sync()
        yield town


def everything_unpacked(town: Town) -> bytes:
    """All bytes of the data folder, with bodies, payloads, findings and what the search finds, unpacked."""
    catalog, payloads = town.catalog, []
    with catalog.staging.engine.connect() as connection:
        for (payload,) in connection.exec_driver_sql("SELECT payload FROM staged_payloads"):
            payloads.append(zstandard.ZstdDecompressor().decompress(payload))
    problems = [repr(problem) for run in catalog.runs.newest("amt") for problem in catalog.runs.problems(run.number)]
    gzipped = [gzip.decompress(path.read_bytes()) for path in town.settings.data.rglob("*.gz")]
    return everything(town) + b"".join(payloads) + "\n".join(problems).encode() + b"".join(gzipped)


def test_a_person_who_is_named_is_erased_everywhere_and_the_rest_stays(named: Town) -> None:
    write_dump(named.catalog, named.settings)
    before = everything_unpacked(named)
    assert before.count(PERSON.encode()) > 5
    assert named.catalog.index.search(Query(words="Gesuchtmann")).total
    erased = erase_named(named.catalog, [PERSON, MAIL])
    after = everything_unpacked(named)
    for word in (PERSON, PERSON.upper(), MAIL, "esuchtmann"):
        assert word.encode() not in after, word
    assert not named.catalog.index.search(Query(words="Gesuchtmann")).total
    assert erased.versions == 2
    first, second = (named.records()[id].metadata for id in ("1", "2"))
    assert first.title == {"de": "Radwege"}
    assert first.description == {"de": "Bei Fragen hilft … (…)."}
    assert (first.contacts[0].name, first.contacts[0].email) == ({"de": ""}, "")
    assert second.title == {"de": "Bäume"}
    (draft,) = named.catalog.inbox.every()
    assert draft.metadata.title == {"de": "Vorhaben"}
    (message,) = named.catalog.messages.waiting()
    assert (message.text, message.name, message.email) == ("… hat mir geholfen.", "", "")
    assert named.catalog.people.audit.newest(1)[0].act == "erase"


def test_an_unchanged_source_does_not_bring_the_person_back(named: Town) -> None:
    erase_named(named.catalog, [PERSON, MAIL])
    run = named.harvest()
    assert run.counts["same"] == run.listed == 2
    assert all(PERSON not in repr(record) for record in named.records().values())


def test_a_named_person_is_erased_again_from_an_older_copy(named: Town, tmp_path: Path) -> None:
    named.catalog.close()
    shutil.copytree(named.settings.data, tmp_path / "copy")
    with Town(named.settings.data) as now:
        erase_named(now.catalog, [PERSON, MAIL])
    kept = (named.settings.data / LIST_NAME).read_bytes()
    assert b"esuchtmann" not in kept
    with Town(tmp_path / "copy") as older:
        assert len(erase_again(older.catalog, kept.splitlines())) == 1
        assert b"esuchtmann" not in everything_unpacked(older)


def test_a_short_word_is_refused(named: Town) -> None:
    with pytest.raises(UsageError):
        erase_named(named.catalog, ["Rad"])


def test_an_account_with_a_short_name_is_erased(city: Town) -> None:
    city.catalog.people.add(Account(name="kurz", full_name="A. B"), PASSWORD)
    with pytest.raises(UsageError):
        erase(city.catalog, "kurz", terms=["Rad"])
    assert city.catalog.people.get("kurz"), "nothing is erased by halves"
    erase(city.catalog, "kurz")
    assert city.catalog.people.get("kurz") is None
    assert (city.settings.data / "erased.jsonl").is_file()


def test_the_public_contact_of_an_organization_stays(city: Town) -> None:
    record = city.catalog.store.existing("umweltamt")
    contact = Contact(email="umweltamt@stadt.example")
    city.catalog.store.put([replace(record, said=replace(record.said, contacts=(contact,)))], "test")
    city.catalog.people.add(Account(name="amt", full_name="Redaktion"), PASSWORD)
    city.catalog.mailboxes.set("amt", contact.email)
    erase(city.catalog, "amt")
    assert city.catalog.store.existing("umweltamt").metadata.contacts == (contact,)


def test_a_dry_run_names_every_place_and_what_else_may_name_the_person(named: Town) -> None:
    before = everything_unpacked(named)
    shown = preview(named.catalog, "", [MAIL])
    standing = {trace.location: trace.number for trace in shown.traces}
    assert {"versions", "drafts", "visitor_messages", "letters", "staged"} <= set(standing)
    assert PERSON in shown.others, "it stands beside the address"
    assert everything_unpacked(named).count(MAIL.encode()) == before.count(MAIL.encode())
    erase_named(named.catalog, [MAIL, *shown.others])
    assert preview(named.catalog, "", [MAIL, PERSON]).traces == ()


@pytest.mark.parametrize("name", [PERSON, f"Dr. {PERSON}"])
def test_a_name_in_free_text_of_an_older_version_is_erased_again_by_the_list(
    named: Town, tmp_path: Path, name: str
) -> None:
    """Nothing but the text of an older version names the person, and no field of a contact or agent."""
    catalog = named.catalog
    record = next(iter(named.records().values()))
    for text in (f"Ansprechpartnerin war {name}.", "Ansprechpartnerin ist das Amt."):
        metadata = replace(record.said, description={"de": text}, contacts=(), publisher=None, creators=())
        catalog.store.put([replace(catalog.store.existing(record.id), said=metadata)], by="test")
    erase_named(catalog, [MAIL])
    catalog.close()
    shutil.copytree(named.settings.data, tmp_path / "copy")
    with Town(named.settings.data) as now:
        erase_named(now.catalog, [name.upper()])
    kept = (named.settings.data / LIST_NAME).read_bytes()
    with Town(tmp_path / "copy") as older:
        erase_again(older.catalog, kept.splitlines())
        assert preview(older.catalog, "", [name]).traces == ()
