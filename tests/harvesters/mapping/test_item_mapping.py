"""Items of other people's lists become Metadata whatever they hold; forms of values: `kinds/test_json.py`.

Covers: harvesters/mapping/field_values.py, harvesters/mapping/shorthand.py
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.mapping import item_mapping
from registry.model import Metadata, Source
from tests.effort import tries

words = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from(["TRAN", "2024", "a@b.de"])
)
anything = st.recursive(
    words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["title", "kind", "phase", "themes", "keywords", "places", "period", "budget", "participants", "contacts", "goals",
     "uses", "links", "extras", "iri", "publisher", "distributions", "licence", "milestones", "funding", "identifiers"]
)  # fmt: skip


@settings(deadline=None, max_examples=tries(50, 200))
@given(st.dictionaries(fields, anything, max_size=6), st.sampled_from(["dataset", "project", "event", "organization"]))
def test_whatever_an_item_holds_it_is_mapped_and_can_be_stored(item: Mapping[str, Any], kind: str) -> None:
    source = Source(name="amt", kind="json", url="https://x.example/liste.json", language="de", settings={"kind": kind})
    metadata, findings = item_mapping.to_metadata(item, source)
    again = msgspec.json.decode(msgspec.json.encode(metadata), type=Metadata)
    assert again.kind == metadata.kind
    assert metadata.digest()
    assert all(isinstance(one.value, str) for one in findings)
