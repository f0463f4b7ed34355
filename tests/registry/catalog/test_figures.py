"""The figures of an installation for monitoring."""

from pathlib import Path

from registry.catalog.figures import figures, free_bytes
from tests.sample_city import sample_city


def test_what_there_is_and_what_waits_is_counted(sample_folder: Path, tmp_path: Path) -> None:
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        account = city.catalog.people.get("agentur")
        assert account
        draft = city.catalog.inbox.begin(city.catalog.store.existing("pegel").said, account, "digital-agentur")
        now = figures(city.catalog)
        assert now.drafts == {draft.state: 1}
        assert now.records["dataset", "withdrawn"] == 1
        assert sum(now.records.values()) == city.catalog.store.count()
        (source,) = now.sources
        assert (source.name, source.outcome, source.listed, source.suspended) == ("stadtwerke", "waiting", 128, False)
        assert source.ended
        assert (now.hooks, now.suspended_hooks) == (0, 0)
        assert now.letters == {"waiting": 0, "refused": 0}


def test_free_space_is_known_before_there_is_a_folder(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") > 0
