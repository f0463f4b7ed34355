"""The states of entries that the demo shows, made for real by `deploy.heidelberg.states`."""

from pathlib import Path

import pytest

from deploy.heidelberg import states
from deploy.heidelberg.demo import ACCOUNTS
from deploy.heidelberg.sample.server import owners
from registry.build import open_catalog
from registry.model import Account
from registry.settings import load
from tests.sample_city import PASSWORD

pytestmark = pytest.mark.slow


def test_the_demo_shows_each_state_and_a_second_start_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LOTSE_ALLOW_HOSTS", "127.0.0.1")
    catalog = open_catalog(load())
    for name, role, organization, _ in ACCOUNTS:
        member = (organization,) if organization else ()
        catalog.people.add(Account(name=name, role=role, organizations=member), PASSWORD)  # type: ignore[arg-type]
    with owners() as addresses:
        states.main(addresses["verein"])
        seen = catalog.store.last()
        states.main(addresses["verein"])
    assert catalog.store.last() == seen
    assert catalog.store.existing("parkplatz-anzeige-2019").state == "withdrawn"
    assert catalog.store.existing("lieferroboter-im-quartier").metadata.phase.endswith("/abgebrochen")
    (run, *_) = catalog.runs.newest(states.PARTNER, 5)
    assert (run.outcome, run.counts["gone"]) == ("waiting", 4)
    catalog.close()
