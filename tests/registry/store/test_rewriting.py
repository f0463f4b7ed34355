"""Versions that are rewritten in place keep their numbers, and only those that were asked for change."""

from msgspec.structs import replace

from registry.model import Record
from registry.store.rewriting import rewrite_versions
from registry.store.store import open_store
from tests.builders import a_metadata


def test_only_the_versions_that_change_are_written_and_keep_their_numbers(any_database_url: str) -> None:
    store = open_store(any_database_url)
    for number in range(3):
        store.put([Record(id=f"r{number}", said=a_metadata(f"Titel {number}"))], "anna" if number else "berta", "warum")
    changed = rewrite_versions(
        store, lambda version: replace(version, by="#7", note="") if version.by == "anna" else None
    )
    assert changed == 2
    versions = [version for number in range(3) for version in store.history(f"r{number}")]
    assert [(version.number, version.by, version.note) for version in versions] == [
        (1, "berta", "warum"), (2, "#7", ""), (3, "#7", "")
    ]  # fmt: skip
    assert store.existing("r2").metadata.title == {"de": "Titel 2"}
    assert store.last() == 3
