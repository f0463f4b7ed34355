"""References between the entries of a file become links once both entries are published; in any order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from registry.catalog.file_references import ID, IMPORTED, REFERENCES, REFERRED_TO, mark_of, settle
from registry.model import Link, Record
from registry.model.identity import local
from tests.builders import a_project
from tests.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path / "data") as town:
        yield town


def publish(town: Town, id: str, owner: str = "amt", **mark: Any) -> Record:
    metadata = a_project(id, extras={IMPORTED: {ID: id, **mark}})
    town.catalog.store.put([Record(id=id, said=metadata, owner=owner)], "test")
    return town.catalog.store.existing(id)


def links(town: Town, id: str) -> tuple[Link, ...]:
    return town.catalog.store.existing(id).metadata.links


@pytest.mark.parametrize("first", ["part", "whole"])
def test_both_ways_round(town: Town, first: str) -> None:
    marks: dict[str, dict[str, Any]] = {"part": {REFERENCES: [["part_of", "whole"]]}, "whole": {REFERRED_TO: True}}
    second = "whole" if first == "part" else "part"
    settle(town.catalog, publish(town, first, **marks[first]), "lotsin")
    assert links(town, first) == ()
    settle(town.catalog, publish(town, second, **marks[second]), "lotsin")
    assert links(town, "part") == (Link("part_of", local("whole")),)
    assert REFERENCES not in mark_of(town.catalog.store.existing("part").said)
    assert next(iter(town.catalog.store.history("part"))).by == "lotsin"


def test_an_entry_of_another_organization_is_never_meant(town: Town) -> None:
    publish(town, "whole", owner="anderes-amt", **{REFERRED_TO: True})
    settle(town.catalog, publish(town, "part", **{REFERENCES: [["part_of", "whole"]]}), "lotsin")
    assert links(town, "part") == ()
    assert mark_of(town.catalog.store.existing("part").said)[REFERENCES] == [["part_of", "whole"]], "it still waits"
