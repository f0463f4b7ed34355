"""Writes CKAN packages as RDF with ckanext-dcat's own serializer, and prints how long that took.

Runs in `.venv-peer` (ckan and ckanext-dcat, which are no packages of ours): python written_by_ckanext_dcat.py FILE
PAGE FORMAT…; the file has a package on each line, PAGE packages go into one graph. Prints JSON: format -> seconds of
processor time for all packages.
"""

import json
import sys
import time
from pathlib import Path

from ckan.plugins import toolkit
from ckanext.dcat.processors import RDFSerializer

PROFILES = ["euro_dcat_ap_3"]


def seconds(pages: list[list[dict[str, object]]], format: str) -> float:
    began = time.process_time()
    for page in pages:
        serializer = RDFSerializer(profiles=PROFILES)
        for package in page:
            serializer.graph_from_dataset(package)
        serializer.g.serialize(format=format)
    return time.process_time() - began


def main(path: str, size: int, formats: list[str]) -> None:
    toolkit.config["ckan.site_url"] = "https://katalog.example.org"
    packages = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    pages = [packages[start : start + size] for start in range(0, len(packages), size)]
    seconds(pages[:1], formats[0])  # loads what is loaded at first use
    print(json.dumps({format: seconds(pages, format) for format in formats}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
