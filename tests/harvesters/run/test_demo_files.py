"""The demo's sample owners serve the data files that their catalogues name."""

import csv
import io
import json
import tomllib
from collections import defaultdict

from deploy.heidelberg.demo import HERE
from deploy.heidelberg.sample import stadt, stadtwerke
from deploy.heidelberg.sample.files import columns
from deploy.heidelberg.sample.files.serving import FILES, file

ADDRESS = "http://127.0.0.1:8081"


def rows(path: str) -> list[dict[str, str]]:
    """The rows of a sample CSV file."""
    return list(csv.DictReader(io.StringIO(FILES[path]().decode()), delimiter=";"))


def test_each_sample_file_is_named_by_a_catalogue_with_its_size_and_as_a_sample() -> None:
    resources = [resource for package in stadt.packages(ADDRESS) for resource in package["resources"]]
    served = {resource["url"]: resource for resource in resources if resource["url"].startswith(ADDRESS)}
    catalogue = "".join(stadtwerke.answer(f"/katalog.ttl?page={page}", ADDRESS)[2].decode() for page in range(1, 5))
    for path, content in FILES.items():
        address = f"{ADDRESS}/dateien/{path}"
        if address in served:
            assert served[address]["size"] in (len(content()), None), path
            assert "Beispieldaten" in served[address]["description"]
        else:
            assert f"dcat:downloadURL <{address}>" in catalogue, path


def test_a_sample_file_is_answered_with_its_media_type_and_an_unknown_one_is_not() -> None:
    answered = file("/dateien/parkhaeuser-belegung/belegung.json")
    assert answered
    status, media_type, body = answered
    assert (status, media_type) == (200, "application/json")
    assert "erfunden" in json.loads(body)["hinweis"]
    assert file("/dateien/nichts.csv") is None
    assert stadt.answer("/dateien/baumkataster/baeume.csv", ADDRESS)[0] == 200


def test_the_hours_of_the_bicycle_counts_add_up_to_the_days() -> None:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows("radverkehr-zaehlstellen/stunde.csv"):
        sums[row["Zeit"][:10], row["Zählstelle"]] += int(row["Fahrräder"] or 0)
    days = {
        (row["Datum"], row["Zählstelle"]): int(row["Fahrräder"] or 0)
        for row in rows("radverkehr-zaehlstellen/tag.csv")
        if row["Datum"].endswith("2025")
    }
    assert days == dict(sums)
    assert len({station for _, station in days}) == 14


def test_the_sample_files_know_the_districts_of_the_city() -> None:
    with (HERE / "districts.csv").open(encoding="utf-8", newline="") as opened:
        districts = {row["label_de"] for row in csv.DictReader(opened) if row["kind"] == "district"}
    assert {row["Stadtteil"] for row in rows("baumkataster/baeume.csv")} == districts


def test_the_described_columns_are_those_of_the_file() -> None:
    described = [
        (path, [field["name"] for field in columns.frictionless(path)["fields"]])
        for path in FILES
        if columns.frictionless(path)
    ]
    assert len(described) > 25
    for path, names in described:
        if path.endswith(".csv"):
            header = FILES[path]().decode().partition("\r\n")[0].split(";")
            assert header[: len(names)] == names or names == header, path


def test_no_file_is_served_that_no_dataset_has() -> None:
    content = [tomllib.loads((HERE / "sample" / name).read_text("utf-8")) for name in ("stadt.toml", "stadtwerke.toml")]
    datasets = {dataset.get("name") or dataset["id"] for part in content for dataset in part["dataset"]}
    assert {path.partition("/")[0] for path in FILES} <= datasets
