"""Checks of addresses: they belong to who asked, and are kept for a day."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.errors import NotFoundError
from registry.quality import file_checks
from registry.quality.file_checks import FileChecks, open_file_checks


@pytest.fixture
def checks(any_database_url: str) -> Iterator[FileChecks]:
    opened = open_file_checks(any_database_url)
    yield opened
    with opened._engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM file_checks"))


def test_a_check_is_running_until_it_ends_and_nobody_else_sees_it(checks: FileChecks) -> None:
    begun = checks.begin("agentur", "https://x.example/a.ttl")
    assert checks.of("agentur", begun.id) == begun
    checks.end(begun.id, "done", "[]")
    done = checks.of("agentur", begun.id)
    assert (done.state, done.result, done.url) == ("done", "[]", "https://x.example/a.ttl")
    for account, id in (("andere", begun.id), ("agentur", "nothing")):
        with pytest.raises(NotFoundError):
            checks.of(account, id)


def test_a_check_whose_process_ended_is_lost_and_old_ones_are_forgotten(
    checks: FileChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = checks.begin("agentur", "https://x.example/a.ttl")
    assert not begun.was_lost
    assert begun._replace(asked=begun.asked - timedelta(minutes=11)).was_lost
    monkeypatch.setattr(file_checks, "KEPT", timedelta(0))
    checks.begin("agentur", "https://x.example/b.ttl")
    with pytest.raises(NotFoundError):
        checks.of("agentur", begun.id)
