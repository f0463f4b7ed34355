"""What a merge makes of the metadata of two entries, and who may do it."""

import pytest
from msgspec.structs import replace

from registry.catalog.merging import Pair, merge, merged, separate
from registry.errors import ConflictError, NotAllowedError, UsageError
from registry.model import Account, Record
from tests.builders import a_metadata
from tests.sample_city import entries
from tests.town import Town

REVIEWER = Account(name="lotsin", role="reviewer")
METADATA = dict(entries())["sporthallen"]


@pytest.fixture
def catalog(tmp_path):
    with Town(tmp_path / "data") as town:
        for id in ("eins", "zwei", "drei"):
            town.catalog.store.put([Record(id=id, said=METADATA, owner="amt")], "test")
        yield town.catalog


def pair(catalog, kept="eins", other="zwei"):
    return Pair(catalog.store.existing(kept), catalog.store.existing(other))


def test_only_what_is_missing_is_filled():
    kept, other = a_metadata("A", "project"), replace(a_metadata("B", "project"), landing_page="https://b.example")
    assert merged(kept, other, fill=True) == replace(kept, landing_page="https://b.example")
    assert merged(kept, other, fill=False) == kept


def test_what_was_shown_under_the_other_follows(catalog):
    merge(catalog, pair(catalog, "zwei", "drei"), REVIEWER, "Dasselbe.")
    merge(catalog, pair(catalog, "eins", "zwei"), REVIEWER, "Dasselbe.")
    assert {catalog.store.existing(id).same_as for id in ("zwei", "drei")} == {"eins"}
    assert separate(catalog, catalog.store.existing("drei"), REVIEWER, "Doch nicht.").shown
    with pytest.raises(ConflictError):
        separate(catalog, catalog.store.existing("drei"), REVIEWER, "Doch nicht.")


def test_what_cannot_be_merged(catalog):
    with pytest.raises(UsageError):
        merge(catalog, pair(catalog, "eins", "eins"), REVIEWER, "x")
    with pytest.raises(NotAllowedError):
        merge(catalog, pair(catalog), Account(name="fremd"), "x")
    seen = pair(catalog)
    catalog.withdraw("zwei", "lotsin", "Weg.")
    with pytest.raises(ConflictError):
        merge(catalog, seen, REVIEWER, "x")
