"""How long a CKAN package takes to become Metadata: the packages of Berlin, 2014, best of nine passes.

python -m tests.benchmarks.ckan_mapping
"""

import time
from typing import Any

from registry.ckan import to_metadata
from tests.conftest import SHARED
from tests.servers.replay import load


def microseconds(packages: list[Any]) -> float:
    """CPU time a package."""
    start = time.process_time()
    for package in packages:
        to_metadata(package, "https://daten.example.org", "de")
    return (time.process_time() - start) / len(packages) * 1e6


def main() -> None:
    packages = load(SHARED / "data" / "ckan" / "berlin_2014-12-18_packages.json.gz")
    microseconds(packages)  # the lists are read, words are remembered
    print(f"{len(packages)} packages, {min(microseconds(packages) for _ in range(9)):.0f} µs each")


if __name__ == "__main__":
    main()
