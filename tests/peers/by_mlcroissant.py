"""Reads the tables of a dataset with mlcroissant, and prints their rows as JSON: record set -> rows.

Runs in `.venv-croissant` (mlcroissant, which is no package of ours): python by_mlcroissant.py URL
"""

import json
import sys

import mlcroissant


def read(url: str) -> dict[str, list[dict[str, object]]]:
    dataset = mlcroissant.Dataset(jsonld=url)
    if issues := [*dataset.metadata.issues.errors, *dataset.metadata.issues.warnings]:
        print(json.dumps(sorted(map(str, issues))), file=sys.stderr)
    return {
        record_set.uuid: [
            {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in row.items()}
            for row in dataset.records(record_set.uuid)
        ]
        for record_set in dataset.metadata.record_sets
    }


if __name__ == "__main__":
    print(json.dumps(read(sys.argv[1])))
