"""The official shape sets as an oracle: what they say of a graph that we wrote; standards/README.md lists them."""

from functools import cache
from pathlib import Path

import rdflib

from registry.model import Finding
from registry.quality.shacl import cleaned, loaded, validate
from tests.conftest import SHARED

STANDARDS = SHARED / "standards"
_AP, _DE, _HVD = "dcat-ap/3.0.1/shacl/", "dcat-ap-de/3.0/shacl/", "dcat-ap-hvd/3.0.0/shacl/"
SETS = {
    "ap301_base": (_AP + "shapes.ttl",),
    "ap301_range": (_AP + "range.ttl",),
    "ap301_recommended": (_AP + "shapes_recommended.ttl",),
    "ap301_codelists": (_AP + "mdr-vocabularies.shape.ttl",),
    "ap301_full1": (_AP + "dcat-ap-SHACL.ttl",),
    "hvd300_base": (_HVD + "hvd-SHACL-base.ttl",),
    "hvd300_usagenotes": (_HVD + "hvd-SHACL-usagenotes.ttl",),
    "de30_spec": (
        "dcat-ap/3.0.0/shacl/dcat-ap-SHACL.ttl",
        _DE + "dcat-ap-SHACL-DE.ttl",
        _DE + "dcat-ap-de-deprecated.ttl",
        _DE + "dcat-ap-spec-german-additions.ttl",
        _DE + "dcat-ap-de-controlledvocabularies.ttl",
    ),
}
BACKGROUND = ("ap301_codelists", "hvd300_usagenotes", "de30_spec")


@cache
def shape_graph(shape_set: str) -> rdflib.Graph:
    return cleaned(loaded((STANDARDS / name).read_bytes(), name) for name in SETS[shape_set])


@cache
def background() -> rdflib.Graph:
    name = "derived/codelists-background.ttl"
    return loaded((STANDARDS / name).read_bytes(), name)


def results(graph: bytes, shape_set: str, name: str = "graph.ttl") -> tuple[Finding, ...]:
    """All results of a set: findings with `level` must (violation), should (warning), hint (info)."""
    data = loaded(graph, name)
    if shape_set in BACKGROUND:
        data += background()
    return validate(data, shape_graph(shape_set))


def violations(graph: bytes, shape_set: str, name: str = "graph.ttl") -> tuple[Finding, ...]:
    """The violations only."""
    return tuple(result for result in results(graph, shape_set, name) if result.level == "must")


def there() -> bool:
    return Path(STANDARDS).is_dir()
