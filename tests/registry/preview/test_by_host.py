"""Many files at once: hosts beside each other, each with few failures and a budget of time.

Covers: registry/preview/by_host.py
"""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.errors import StorageFullError
from registry.model import Distribution, Metadata, Record
from registry.model.message import message
from registry.preview import by_host
from registry.preview.by_host import prepare_by_host
from registry.preview.model import Preview
from registry.preview.preparing import follow, prepare_due
from tests.town import Town, take

DEAD = "http://127.0.0.1:9"  # nobody listens there


def files_of(town: Town, *urls: str) -> list[tuple[Record, Distribution]]:
    files = tuple(Distribution(id=f"f{number}", download_url=url) for number, url in enumerate(urls))
    (id,) = take(town.catalog, Metadata(kind="dataset", title={"de": "Viele"}, distributions=files))
    record = town.catalog.store.existing(id)
    return [(record, distribution) for distribution in record.metadata.distributions]


def ready(_record: Record, distribution: Distribution, _http: object = None) -> Preview:
    return Preview(state="ready", url=distribution.download_url, total=1)


def test_hosts_are_asked_beside_each_other_and_the_files_of_one_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, at_work, counts = threading.Barrier(2, timeout=20), set[str](), list[int]()
    with Town(tmp_path / "data") as town:

        def prepare(record: Record, distribution: Distribution, http: object) -> Preview:
            host = distribution.download_url.split("/")[2]
            assert host not in at_work
            at_work.add(host)
            both.wait()  # passes only if two hosts are asked at the same time
            at_work.discard(host)
            return ready(record, distribution)

        monkeypatch.setattr(town.catalog.previews, "prepare", prepare)
        files = files_of(town, *(f"http://{host}.example/{number}" for number in range(2) for host in ("a", "b")))
        outcomes = prepare_by_host(town.catalog.previews, files, town.settings, counts.append)
    assert [outcome.distribution.id for outcome in outcomes] == ["f0", "f1", "f2", "f3"]
    assert sorted(counts) == [1, 2, 3, 4]


def test_a_host_without_an_answer_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.fetch.session.RETRIES", 0)
    with Town(tmp_path / "data") as town:
        files = files_of(town, *(f"{DEAD}/{number}.csv" for number in range(8)))
        outcomes = prepare_by_host(town.catalog.previews, files, town.settings, lambda _: None)
        codes = [outcome.preview.reason.code for outcome in outcomes if outcome.preview.reason]
        assert codes == ["source-unreachable"] * 3 + ["preview-host-silent"] * 5
        assert town.catalog.previews.get(outcomes[4].record.id, "f4") is None  # so it stays due
        follow(town.catalog.store, town.catalog.previews)
        assert prepare_due(town.catalog.store, town.catalog.previews, town.settings) == 5
        assert town.catalog.previews.store.due(datetime.now(UTC), 10) == []
        rows = town.catalog.previews.store.of_record(outcomes[0].record.id)
        assert [row.distribution for row in rows if row.failures == 0] == ["f6", "f7"]  # these two were not asked


def test_a_host_has_a_budget_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Town(tmp_path / "data") as town:
        monkeypatch.setattr(town.catalog.previews, "prepare", ready)
        monkeypatch.setattr(by_host, "MAX_HOST_SECONDS", -1.0)
        files = files_of(town, "http://a.example/1")
        (outcome,) = prepare_by_host(town.catalog.previews, files, town.settings, lambda _: None)
    assert outcome.preview.reason == message("preview-host-slow")


@pytest.mark.parametrize(("error", "code"), [(RuntimeError("x"), "preview-reader-fault"), (StorageFullError("x"), "")])
def test_a_fault_of_ours_costs_one_file_and_a_full_disk_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def fault(*_arguments: object) -> Preview:
        raise error

    with Town(tmp_path / "data") as town:
        monkeypatch.setattr(town.catalog.previews, "prepare", fault)
        files = files_of(town, "http://a.example/1")
        if not code:
            with pytest.raises(StorageFullError):
                prepare_by_host(town.catalog.previews, files, town.settings, lambda _: None)
        else:
            (outcome,) = prepare_by_host(town.catalog.previews, files, town.settings, lambda _: None)
            assert outcome.preview.reason
            assert outcome.preview.reason.code == code
