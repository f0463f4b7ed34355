"""A command that only harvests opens what it needs; all other parts of the catalogue are there when they are asked for.

Covers: registry/bare.py, registry/memory.py
"""

import weakref
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from registry.bare import open_bare
from registry.build import open_catalog, open_part
from registry.catalog import Catalog
from registry.catalog.parts import CatalogParts
from registry.memory import give_memory_back
from registry.settings import Settings
from tests.builders import a_record


class Circle:
    itself: "Circle"


def test_parts_are_opened_once_when_they_are_asked_for(tmp_path: Path) -> None:
    opened: list[str] = []

    def opening(catalog: Catalog, name: str) -> object:
        opened.append(name)
        return open_part(catalog, name)

    with closing(open_bare(Settings(data=tmp_path), opening)) as catalog:
        assert opened == []
        assert catalog.inbox is catalog.inbox
        assert opened == ["inbox", "people"]  # the drafts ask who is on duty
        with pytest.raises(AttributeError):
            _ = catalog.nothing
        for name in CatalogParts.__annotations__.keys() - {"open_part"}:
            assert getattr(catalog, name) is not None


def test_the_position_of_the_index_is_told_without_loading_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with closing(open_bare(settings, open_part)) as catalog:
        assert catalog.index.position() is None
    with closing(open_catalog(settings)) as catalog:
        catalog.store.put([a_record("a")], by="t")
        catalog.sync()
        position = catalog.index.position()
    with closing(open_bare(settings, open_part)) as catalog:
        assert catalog.index.position() == position is not None
        assert "_index" not in vars(catalog.index)
        assert catalog.sync()
        assert "_index" not in vars(catalog.index)
        assert catalog.index.faults() == {}  # loads it
        assert catalog.index.position() == position


def test_giving_memory_back_changes_nothing_else() -> None:
    large = [bytes(1000) for _ in range(1000)]
    give_memory_back()
    assert len(large) == 1000


def test_what_is_in_a_circle_is_freed_and_the_system_is_given_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    trims: list[int] = []
    monkeypatch.setattr("ctypes.CDLL", lambda _name: SimpleNamespace(malloc_trim=trims.append))
    circle = Circle()
    circle.itself, alive = circle, weakref.ref(circle)
    del circle
    give_memory_back()
    assert (alive(), trims) == (None, [0])
    monkeypatch.setattr("ctypes.CDLL", lambda _name: SimpleNamespace())  # as musl and macOS
    give_memory_back()
