"""What a run has mapped is there until the run is over."""

import os
from pathlib import Path

import msgspec

from harvesters.run.spool import Spool
from registry.model.harvest import Mapped, MappedThing
from tests.builders import a_metadata


def mapped(remote_id: str, title: str) -> Mapped:
    metadata = a_metadata(title=title)
    return Mapped(remote_id, metadata.digest(), metadata=msgspec.json.encode(metadata), url=f"https://e.org/{title}")


def test_what_was_kept_last_is_said_with_its_digest_and_address(tmp_path: Path) -> None:
    last = a_metadata(title="Zweiter")
    with Spool(tmp_path / "data") as kept:
        kept.keep([mapped("a", "Erster"), mapped("b", "Anderer"), Mapped("broken", failed=True)])
        assert kept.read(["a", "b"]).keys() == {"a", "b"}
        kept.keep([mapped("a", "Zweiter")])
        assert kept.read(["a", "broken", "c"]) == {"a": MappedThing(last, last.digest(), "https://e.org/Zweiter")}
        assert "a" in kept
        assert "broken" not in kept


def test_nothing_of_it_is_left_behind(tmp_path: Path) -> None:
    with Spool(tmp_path) as kept:
        kept.keep([mapped("a", "Erster")])
        kept.read(["a"])
        assert os.listdir(tmp_path) == []  # noqa: PTH208
