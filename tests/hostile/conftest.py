"""A sample city of its own for each test, with four people more; a small file system."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.model import Account
from tests.hostile import disk
from tests.sample_city import PASSWORD, sample_city
from tests.town import Town


@pytest.fixture
def city(sample_folder: Path, tmp_path: Path) -> Iterator[Town]:
    """`lotsin2` reviews and belongs to the organization of `agentur`; `umwelt` belongs to the Umweltamt."""
    with sample_city(tmp_path / "data", template=sample_folder) as city:
        for account in (
            Account(name="lotsin2", role="reviewer", organizations=("digital-agentur",)),
            Account(name="umwelt", organizations=("umweltamt",)),
        ):
            city.catalog.people.add(account, PASSWORD)
        yield city


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    folder = tmp_path / "disk"
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(disk.small_disk(folder))
        except RuntimeError as error:
            pytest.skip(str(error))
        yield folder
