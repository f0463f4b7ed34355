"""Reads a catalogue along its Hydra pages with ckanext-dcat's own parser, and prints what it finds as JSON.

Runs in `.venv-peer` (ckan and ckanext-dcat, which are no packages of ours): python by_ckanext_dcat.py URL FORMAT
"""

import json
import sys
import urllib.request

from ckanext.dcat.processors import RDFParser

MAX_PAGES = 100


def read(url: str, format: str) -> list[dict[str, object]]:
    """The dictionaries of all datasets, as CKAN's harvester gets them: until a page names no next one."""
    datasets: list[dict[str, object]] = []
    for _ in range(MAX_PAGES):
        parser = RDFParser()
        with urllib.request.urlopen(url) as answer:
            parser.parse(answer.read().decode(), _format=format)
        datasets += parser.datasets()
        following = parser.next_page()
        if not following:
            return datasets
        url = str(following)
    raise SystemExit("the pages have no end")


if __name__ == "__main__":
    print(json.dumps(read(*sys.argv[1:])))
