"""What Lotse runs on: the lock of the packages that it needs to run, their licences, and a bill of materials (SBOM).

`python -m deploy.dependencies lock` prints requirements.run.lock, a part of requirements.lock. `licences` prints the
licence of each package and ends with 1 where one is unknown or not accepted. `sbom` prints a CycloneDX 1.6 document of
what runs. Everything is read from the locks and the installed packages; nothing is fetched.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "requirements.lock"
EXTRAS: Final = ("meaning", "mcp")  # what an installation has besides the rest
ACCEPTED: Final = frozenset(  # SPDX; all may be used together with a work under EUPL-1.2
    ("0BSD", "AFL-2.1", "Apache-2.0", "Artistic-1.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EUPL-1.2",
     "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "OFL-1.1", "PSF-2.0", "W3C-20150513", "Zlib")
)  # fmt: skip
CLASSIFIERS: Final = {  # last part of a classifier -> SPDX
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Artistic License": "Artistic-1.0",
    "GNU General Public License (GPL)": "GPL-1.0-or-later",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "Python Software Foundation License": "PSF-2.0",
}
SAID_ELSEWHERE: Final = {"pgserver": "Apache-2.0"}  # packages whose metadata name none: what their LICENSE says


class Locked(NamedTuple):
    """A package of the lock: its lines there, and its hashes."""

    name: str
    version: str
    text: str
    hashes: tuple[str, ...]


def locked() -> dict[str, Locked]:
    """The packages of requirements.lock by name; of one with a version for each Python, the text has all of them."""
    blocks = re.findall(r"^[a-zA-Z0-9].*\\\n(?:    --hash.*\n?)+", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    packages = {}
    for block in blocks:
        match = re.match(r"([A-Za-z0-9_.-]+)==([^ ;\\]+)", block)
        assert match, block
        name, hashes = canonicalize_name(match[1]), tuple(re.findall(r"sha256:([0-9a-f]+)", block))
        before = packages.get(name, Locked(name, "", "", ()))
        packages[name] = Locked(name, match[2], before.text + block, (*before.hashes, *hashes))
    return packages


def needed(packages: dict[str, Locked]) -> list[Locked]:
    """The packages that Lotse needs to run, with its extras, in order of name."""
    wanted: dict[tuple[str, tuple[str, ...]], None] = {}
    left = [("lotse", EXTRAS)]
    while left:
        name, extras = left.pop()
        for requirement in _requirements(name, extras):
            child = canonicalize_name(requirement.name)
            asked = child, tuple(sorted(requirement.extras))
            if child in packages and asked not in wanted:
                wanted[asked] = None
                left.append(asked)
    return [packages[name] for name in sorted({name for name, _ in wanted})]


def _requirements(name: str, extras: tuple[str, ...]) -> Iterator[Requirement]:
    """What a package asks for, on whichever system: the lock has the conditions. A package that is not installed here
    (for another system, or another Python) asks for nothing."""
    try:
        texts = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return
    for requirement in map(Requirement, texts):
        marker = str(requirement.marker or "")
        if "extra" not in marker or any(re.search(rf"extra == ['\"]{extra}['\"]", marker) for extra in extras):
            yield requirement


def licence(name: str) -> str:
    """The licence of an installed package as an SPDX expression; "" where it says none."""
    described: Any = metadata.metadata(name)
    if expression := described.get("License-Expression"):
        return str(expression)
    last = [text.split(" :: ")[-1] for text in described.get_all("Classifier", []) if text.startswith("License ::")]
    named = [CLASSIFIERS.get(text, text) for text in last if text != "OSI Approved"]
    text = str(described.get("License") or "")
    return SAID_ELSEWHERE.get(name) or " OR ".join(named) or CLASSIFIERS.get(text, text)


def is_accepted(expression: str) -> bool:
    """Whether one of the alternatives has only accepted licences."""
    alternatives = re.split(r" OR ", expression.replace("(", "").replace(")", ""))
    if " AND " in expression:  # as good as it gets without parsing brackets: all that is named must be accepted
        alternatives = [expression.replace("(", "").replace(")", "").replace(" OR ", " AND ")]
    return any(all(part.strip() in ACCEPTED for part in choice.split(" AND ")) for choice in alternatives)


def assets() -> list[dict[str, Any]]:
    """The packages of npm that the portal serves, as in package-lock.json."""
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return [{"name": path.removeprefix("node_modules/"), **entry} for path, entry in packages.items()
            if path and not entry.get("dev")]  # fmt: skip


def print_lock() -> int:
    print("# Made by `python -m deploy.dependencies lock` from requirements.lock: what Lotse needs to run.")
    print("".join(package.text for package in needed(locked())), end="")
    return 0


def print_licences() -> int:
    """Prints the licences; 1 where one is not accepted."""
    failed = 0
    for name in sorted(canonicalize_name(installed.metadata["Name"]) for installed in metadata.distributions()):
        if name == "lotse":
            continue
        expression = licence(name)
        accepted = is_accepted(expression)
        failed += not accepted
        print(f"{'ok' if accepted else 'NO':4}{name:40}{expression or 'says none'}")
    for package in assets():
        failed += package["license"] not in ACCEPTED
        print(f"{'ok' if package['license'] in ACCEPTED else 'NO':4}{package['name']:40}{package['license']}")
    if failed:
        print(f"{failed} packages have a licence that is not accepted; see ACCEPTED in {__file__}", file=sys.stderr)
    return int(failed > 0)


def sbom() -> dict[str, Any]:
    """The bill of materials of what runs: CycloneDX 1.6, without time and serial number, so that the same locks give
    the same document."""
    components = [_component(package) for package in needed(locked())]
    components += [
        {"type": "library", "name": package["name"], "version": package["version"],
         "purl": f"pkg:npm/{package['name'].replace('@', '%40')}@{package['version']}",
         "licenses": [{"license": {"id": package["license"]}}]}
        for package in assets()
    ]  # fmt: skip
    own = {"type": "application", "name": "lotse", "version": metadata.version("lotse"), "bom-ref": "lotse",
           "licenses": [{"license": {"id": "EUPL-1.2"}}]}  # fmt: skip
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": own},
            "components": components}  # fmt: skip


def _component(package: Locked) -> dict[str, Any]:
    try:
        expression = licence(package.name)
    except metadata.PackageNotFoundError:
        expression = ""
    named = {"licenses": [{"expression": expression}]} if expression else {}
    purl = f"pkg:pypi/{package.name}@{package.version}"
    hashes = [{"alg": "SHA-256", "content": content} for content in package.hashes]
    return {"type": "library", "name": package.name, "version": package.version, "purl": purl, "bom-ref": purl,
            "externalReferences": [{"type": "distribution", "url": purl, "hashes": hashes}], **named}  # fmt: skip


def print_sbom() -> int:
    print(json.dumps(sbom(), indent=1))
    return 0


ACTS: Final[dict[str, Callable[[], int]]] = {"lock": print_lock, "licences": print_licences, "sbom": print_sbom}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ACTS:
        sys.exit(__doc__)
    sys.exit(ACTS[sys.argv[1]]())
