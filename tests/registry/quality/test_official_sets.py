"""`lotse validate --shapes` with each official set of shapes: the golden catalogue is clean, a fault is found.

Covers: registry/quality/shacl.py
"""

import json
import shutil
from pathlib import Path

import pytest

from registry.quality.shacl import loaded, shacl
from tests.shapes_oracle import SETS, STANDARDS

# What a set says of the golden catalogue, because it is wrong there or wants a table that is not one of ours; the
# reasons stand in registry/quality/shacl.py.
KNOWN = {"algorithm", "publisher", "spatial"}


@pytest.fixture
def shapes(tmp_path: Path, shape_set: str) -> Path:
    """A folder with the files of a set, as somebody would keep it."""
    folder = tmp_path / "shapes"
    folder.mkdir()
    for name in SETS[shape_set]:
        shutil.copy(STANDARDS / name, folder / Path(name).name)
    return folder


def last_word(path: str) -> str:
    return path.replace("#", "/").replace("complex-path", "").rpartition("/")[2]


def paths(data: bytes, folder: Path, levels: tuple[str, ...] = ("must", "should")) -> set[str]:
    """The properties with a violation or a warning, by their last word."""
    report = shacl(data, folder, "a.nt" if data.startswith((b"<", b"_")) else "a.ttl")
    return {last_word(each.field) for each in report if each.level in levels}


@pytest.mark.parametrize("shape_set", SETS)
def test_the_golden_catalogue_is_clean_and_a_fault_is_found(shared: Path, shapes: Path, shape_set: str) -> None:
    folder = shared / "standards/derived/golden"
    golden = (folder / "heidelberg-golden.ttl").read_bytes()
    assert paths(golden, shapes, ("must",)) <= KNOWN
    faults = json.loads((folder / "mutations.json").read_text())["mutations"]
    fault = next(fault for fault in faults if fault["new_results"].get(shape_set))
    expected = {last_word(path) for _, _, path in fault["new_results"][shape_set]}
    lines = {" ".join((*(term.n3() for term in triple), ".")) for triple in loaded(golden, "a.ttl")}
    removed = {line.replace("+00:00", "Z") for line in fault["remove"]}
    assert removed <= lines | {line.replace("Z", "+00:00") for line in lines}, fault["id"]
    broken = "\n".join(sorted(lines - removed | set(fault["add"]))).encode()
    assert expected <= paths(broken, shapes), fault["id"]
