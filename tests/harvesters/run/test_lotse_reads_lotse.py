"""Whole real catalogues: Lotse reads one and serves it, and another Lotse that reads it there gets the same.

Covers: harvesters/run/run.py
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pyoxigraph as ox
import pytest

from registry import rdf
from registry.model import Record, Source
from registry.rdf import thing_iri
from registry.store.store import Selection
from tests.effort import tries
from tests.official_shapes import REAL
from tests.servers.application import served
from tests.servers.replay import ckan_server, files_server, load
from tests.town import Town

pytestmark = pytest.mark.slow
CATALOGUES = ("Alessandria", "Civitavecchia", "Destatis", *tuple(REAL)[: tries(0, 4)])
# What a package of CKAN has no place for, or has under a name of CKAN's own
NOT_IN_PACKAGES = ("extras", "statements", "identifiers", "iri", "issued", "modified")


@contextmanager
def portal(folder: Path, kind: str, url: str) -> Iterator[tuple[Town, str]]:
    """A town that has read a catalogue, and the address at which it is served."""
    towns: list[Town] = []

    def make(base: str):  # type: ignore[no-untyped-def]
        towns.append(Town(folder / "first", base_url=base, secret=("s" * 40,)))
        return towns[0].app

    with served(make) as base:
        towns[0].harvest(source=Source(name="quelle", kind=kind, url=url, language="de" if kind == "ckan" else ""))
        yield towns[0], base


def read_again(folder: Path, kind: str, url: str) -> tuple[dict[str, Record], str]:
    """IRI -> record of a town that reads the first one."""
    with Town(folder / "second") as town:
        source = Source(name="lotse", kind=kind, url=url, language="de" if kind == "ckan" else "")
        run = town.harvest(source=source, wait=False)
        assert (run.outcome, run.counts["failed"]) == ("applied", 0)
        return {record.metadata.iri: record for record in town.catalog.store.find(Selection(source="lotse"))}, BASE


BASE = "http://127.0.0.1:8080"


def statements(record: Record, base: str) -> set[str]:
    """What goes out about the thing, whatever its blank nodes are called."""
    graph = rdf.graph(record.metadata, thing_iri(record, base), base, record.id)
    dataset = ox.Dataset(ox.parse(b"".join(rdf.written([("x", graph)], "nt")), ox.RdfFormat.N_TRIPLES))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def shown(town: Town, base: str) -> dict[str, Record]:
    return {thing_iri(record, base): record for record in town.catalog.store.find(Selection(shown=True))}


@pytest.mark.parametrize("name", dict.fromkeys(CATALOGUES))
def test_a_catalogue_of_dcat_comes_out_equal(shared: Path, tmp_path: Path, name: str) -> None:
    path = shared / "data/dcat" / REAL[name]
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    suffix = Path(path.name.removesuffix(".gz")).suffix
    media_type = "text/turtle" if suffix == ".ttl" else "application/rdf+xml"
    with (
        files_server({f"/c{suffix}": (data, media_type)}) as server,
        portal(tmp_path, "dcat", f"{server.url}/c{suffix}") as (town, base),
    ):
        again, own_base = read_again(tmp_path, "dcat", f"{base}/catalog.ttl")
        first = shown(town, base)
    assert len(first) > 4
    assert set(again) == set(first)
    different = [iri for iri, record in first.items() if statements(record, base) != statements(again[iri], own_base)]
    assert different == []


def test_a_catalogue_of_ckan_comes_out_equal(shared: Path, tmp_path: Path) -> None:
    packages = load(shared / "data/ckan/koeln_2015-01-21_packages.json.gz")
    with ckan_server(packages) as ckan, portal(tmp_path, "ckan", ckan.url) as (town, base):
        again, _ = read_again(tmp_path, "ckan", base)
        first = shown(town, base)
    assert len(first) > 100
    assert set(again) == set(first)
    for iri, record in first.items():
        assert fields(again[iri]) == fields(record), iri


def fields(record: Record) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(record.metadata)
    kept = {name: value for name, value in values.items() if name not in NOT_IN_PACKAGES}
    for file in kept.get("distributions", ()):
        file.pop("id")
        file.pop("iri", None)
    return kept
