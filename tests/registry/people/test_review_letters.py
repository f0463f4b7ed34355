"""Who hears of an act on a draft, in which language, and that the letter is there only if the act is."""

import pytest

from registry.errors import ConflictError
from registry.letters.letter import Sender, plain_text, subject
from registry.letters.mailboxes import open_mailboxes
from registry.letters.outbox import open_outbox
from registry.model import Account
from registry.people.drafts import Inbox, open_inbox
from tests.builders import a_metadata

AUTHOR = Account(name="agentur", organizations=("digital-agentur",))
REVIEWER = Account(name="lotsin", role="reviewer")
ADMINISTRATOR = Account(name="verwaltung", role="administrator")
ELSEWHERE = Account(name="andere", role="reviewer", organizations=("stadtwerke",))
SENDER = Sender("Lotse", "lotse@stadt.example", "https://lotse.example")


@pytest.fixture
def letters(database_url):
    """The subjects of the letters since the last call, by address."""
    mailboxes, outbox = open_mailboxes(database_url), open_outbox(database_url)
    for account in (AUTHOR, REVIEWER, ADMINISTRATOR, ELSEWHERE):
        mailboxes.set(account.name, f"{account.name}@stadt.example", "en" if account is AUTHOR else "de")

    def since():
        waiting = outbox.newest(50)
        for letter in waiting:
            outbox.discard(letter.id)
        return {w.letter.to.partition("@")[0]: (subject(w.letter), plain_text(w.letter, SENDER)) for w in waiting}

    return since


@pytest.fixture
def inbox(database_url):
    accounts = [AUTHOR, REVIEWER, ADMINISTRATOR, ELSEWHERE]
    return open_inbox(database_url, accounts=lambda: accounts)


def submitted(inbox: Inbox):
    draft = inbox.begin(a_metadata("Kühle Wege", "project"), AUTHOR, "digital-agentur")
    return inbox.submit(draft.id, AUTHOR, draft.version)


def test_who_decides_and_who_wrote_hear_of_what_was_submitted(inbox, letters):
    draft = submitted(inbox)
    told = letters()
    assert {name: line for name, (line, _) in told.items()} == {
        "lotsin": "Zur Freigabe: Kühle Wege",
        "agentur": "Submitted: Kühle Wege",
    }
    assert f"https://lotse.example/freigabe/{draft.id}" in told["lotsin"][1]
    assert "https://lotse.example/en/mine/" in told["agentur"][1]


def test_an_administrator_hears_of_it_only_where_nobody_else_decides(database_url, letters):
    submitted(open_inbox(database_url, accounts=lambda: [AUTHOR, ADMINISTRATOR, ELSEWHERE]))
    assert set(letters()) == {"agentur", "verwaltung"}


def test_the_writers_read_the_remarks(inbox, letters):
    draft = submitted(inbox)
    letters()
    inbox.hand_back(draft.id, REVIEWER, draft.version, "", {"abstract": "Für wen ist das?"})
    ((line, text),) = letters().values()
    assert line == "A question: Kühle Wege"
    assert "Abstract: Für wen ist das?" in text
    assert f"/en/register/project/{draft.id}" in text


def test_the_writers_learn_where_their_record_is(inbox, letters):
    draft = submitted(inbox)
    letters()
    inbox.close(draft.id, REVIEWER, draft.version, "publish", "kuehle-wege")
    assert "https://lotse.example/en/projects/kuehle-wege" in letters()["agentur"][1]


def test_the_writers_hear_that_nothing_is_published(inbox, letters):
    draft = submitted(inbox)
    letters()
    inbox.close(draft.id, REVIEWER, draft.version, "decline")
    assert letters()["agentur"][0] == "Not published: Kühle Wege"


def test_an_act_that_is_refused_writes_no_letter(inbox, letters):
    draft = submitted(inbox)
    letters()
    with pytest.raises(ConflictError):
        inbox.hand_back(draft.id, REVIEWER, draft.version - 1, "Zu spät.")
    assert letters() == {}
