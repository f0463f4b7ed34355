"""The nouns: what a digest takes for the same, what is shown of a record.

Covers: registry/model/catalogue.py, registry/model/record.py, registry/model/harvest.py, registry/model/people.py
"""

import random
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from registry.model import Link, Metadata, Override
from tests.benchmarks.made_up import made_up
from tests.builders import a_dataset, a_distribution, a_record


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same words with the members of every list and mapping in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, chance)) for key, item in value.items()]
        return dict(chance.sample(items, len(items)))
    if isinstance(value, list | tuple):
        return [shuffled(item, chance) for item in chance.sample(list(value), len(value))]
    return value


def test_the_same_words_in_any_order_have_the_same_digest():
    chance = random.Random(5)
    for record in made_up(200, seed=5):
        other = msgspec.convert(shuffled(msgspec.to_builtins(record.said), chance), Metadata)
        assert other.digest() == record.said.digest()
        stored = msgspec.json.decode(msgspec.json.encode(record.said), type=Metadata)
        assert stored.digest() == record.said.digest()


@pytest.mark.parametrize(
    "other",
    [
        a_dataset("Radweg"),
        a_dataset(version="1"),
        a_dataset(keywords={"de": ("rad",)}),
        a_dataset(distributions=(a_distribution(), a_distribution("https://e.example/2"))),
        a_dataset(distributions=()),
        a_dataset(links=(Link("related", "https://e.example/"),)),
        a_dataset(statements="<a> <b> <c> .\n"),
        a_dataset(extras={"a": [1, [2]]}),
    ],
    ids=lambda said: ", ".join(msgspec.to_builtins(said))[-30:],
)
def test_other_words_have_another_digest(other):
    assert other.digest() != a_dataset().digest()


def test_what_is_shown_is_what_was_said_with_the_overrides_over_it():
    now = datetime.now(UTC)
    overrides = (Override("title", {"de": "Wege"}, {}, "a", now), Override("themes", [], [], "a", now))
    record = a_record(overrides=overrides)
    assert record.metadata == a_dataset("Wege", description=record.said.description, themes=())
