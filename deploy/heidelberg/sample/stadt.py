"""The sample city's data platform: a CKAN Action API over `stadt.toml`, and the files of its datasets."""

import json
import tomllib
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deploy.heidelberg.sample.files import columns, serving
from deploy.heidelberg.sample.files.writers import NOTE
from deploy.heidelberg.sample.rhythm import modified

HERE = Path(__file__).parent
EU = "http://publications.europa.eu/resource/authority/"
STABLE = EU + "planned-availability/STABLE"
ISSUED = "2026-01-15"


def packages(address: str) -> list[dict[str, Any]]:
    """The datasets as CKAN package dicts, by id; `address` is where this server is reached."""
    with (HERE / "stadt.toml").open("rb") as file:
        content = tomllib.load(file)
    described = [_package(dataset, content["offices"][dataset["office"]], address) for dataset in content["dataset"]]
    return sorted(described, key=lambda package: package["id"])


def answer(path: str, address: str) -> tuple[int, str, bytes]:
    """Status, content type and body for a GET of `path`; `address` is where this server is reached."""
    url = urlsplit(path)
    if file := serving.file(url.path):
        return file
    action = url.path.rpartition("/")[2]
    parameters = {name: values[0] for name, values in parse_qs(url.query).items()}
    result = _result(action, parameters, address)
    if result is None:
        error = {"__type": "Not Found Error", "message": "Not found"}
        return 404, "application/json", json.dumps({"success": False, "error": error}).encode()
    return 200, "application/json", json.dumps({"success": True, "result": result}, ensure_ascii=False).encode()


def _result(action: str, parameters: dict[str, str], address: str) -> Any:
    all_packages = packages(address)
    if action == "package_search":
        start, rows = int(parameters.get("start", 0)), min(int(parameters.get("rows", 10)), 1000)
        return {"count": len(all_packages), "results": all_packages[start : start + rows]}
    if action == "package_list":
        return [package["name"] for package in all_packages]
    if action == "package_show":
        return next(
            (package for package in all_packages if parameters.get("id") in (package["id"], package["name"])), None
        )
    if action == "organization_list":
        return sorted({package["organization"]["name"] for package in all_packages})
    if action == "status_show":
        return {"ckan_version": "2.11.5", "site_title": "Beispiel: Datenplattform der Stadt"}
    return None


def _package(dataset: dict[str, Any], office: str, address: str) -> dict[str, Any]:
    name = dataset["name"]
    changed = dataset.get("modified") or modified(dataset["frequency"])
    uri = f"https://stadt.example.org/id/{name}"
    extras = {
        "uri": uri,
        "identifier": uri,
        "issued": dataset.get("issued", ISSUED),
        "modified": changed,
        "language": json.dumps([EU + "language/DEU"]),
        "availability": STABLE,
        "access_rights": EU + "access-right/PUBLIC",
        "frequency": EU + "frequency/" + dataset["frequency"],
        "publisher_name": office,
        "publisher_uri": f"https://stadt.example.org/id/{dataset['office']}",
        "publisher_type": "http://purl.org/adms/publishertype/LocalAuthority",
        "contact_name": office,
        "contact_email": f"{dataset['office']}@example.org",
        "politicalGeocodingLevelURI": "http://dcat-ap.de/def/politicalGeocoding/Level/municipality",
    }
    if "places" in dataset:
        extras["spatial_text"] = ", ".join(dataset["places"])
    else:
        extras["spatial_uri"] = EU + "place/DEU_HEI"
    for key, end in (("from", "temporal_start"), ("to", "temporal_end")):
        if key in dataset:
            extras[end] = dataset[key]
    package = {
        "id": identifier(name),
        "name": name,
        "title": dataset["title"],
        "notes": dataset["notes"],
        "type": "dataset",
        "state": "active",
        "private": False,
        "url": f"https://stadt.example.org/daten/{name}",
        "license_id": dataset.get("licence", "dl-de-by-2.0"),
        "organization": {"id": identifier(dataset["office"]), "name": dataset["office"], "title": office},
        "groups": [{"name": group} for group in dataset["groups"]],
        "tags": [{"name": tag} for tag in dataset["tags"]],
        "metadata_created": f"{ISSUED}T08:00:00",
        "metadata_modified": changed.removesuffix("Z"),
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
        "resources": [_resource(f"{name}/{line}", office, changed, address) for line in dataset["files"]],
    }
    if "title_en" in dataset:
        package["title_translated"] = {"de": dataset["title"], "en": dataset["title_en"]}
    return package


def _resource(described: str, office: str, changed: str, address: str) -> dict[str, Any]:
    name, _, line = described.partition("/")
    title, form, file, size = line.split(";")
    path = f"{name}/{file}"
    served = path in serving.FILES
    return {
        "id": identifier(path),
        "name": title,
        "description": NOTE if served else "",
        "format": form,
        "url": f"{address}/dateien/{path}" if served else f"https://daten.example.org/{path}",
        "size": int(size) or None,
        "availability": STABLE,
        "schema": columns.frictionless(path),
        "licenseAttributionByText": f"Stadt Heidelberg, {office} (Beispieldaten)",
        "last_modified": changed.removesuffix("Z"),
        "url_type": "upload" if served or int(size) else "",
    }


def identifier(name: str) -> str:
    """The id that this CKAN gives the thing of that name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://stadt.example.org/id/{name}"))
