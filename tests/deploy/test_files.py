"""The files for operators: read by the programs that they are for where this machine has them, else at least parsed.

nginx, Caddy, kubectl and systemd-analyze are asked; of Docker there is no daemon on a machine of tests.
"""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import yaml
from packaging.utils import canonicalize_name

from api.commands.main import main
from deploy import dependencies
from registry.settings import Settings, load
from tests.paths import ROOT
from tests.servers.tls_proxy import certificates
from tests.test_docs import _complaint

DEPLOY: Final = ROOT / "deploy"
PARSED: Final = sorted([*DEPLOY.rglob("*.yaml"), ROOT / "publiccode.yml"])
SETTINGS: Final = {f"LOTSE_{name.upper()}" for name in Settings.__struct_fields__}


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def needs(program: str, package: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"needs {program}: apt-get install {package}")
    return path


def services() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("compose.yaml", "compose.scale.yaml"):
        (compose,) = documents(DEPLOY / name)
        yield from compose["services"].items()


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each pod of the manifests, with what it is called."""
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")):
        for document in documents(path):
            spec = document.get("spec", {})
            template = spec.get("template") or spec.get("jobTemplate", {}).get("spec", {}).get("template")
            if template:
                yield document["metadata"]["name"], template["spec"]


@pytest.mark.parametrize("path", PARSED, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_is_yaml_and_names_only_settings_that_there_are(path: Path) -> None:
    assert documents(path)
    named = set(re.findall(r"\bLOTSE_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert named - SETTINGS == set()


@pytest.mark.parametrize("path", [path for path in DEPLOY.rglob("*") if path.is_file()], ids=lambda path: path.name)
def test_no_file_names_a_registry(path: Path) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    images = re.findall(r"^\s*(?:image:|FROM)\s+(\S+)", text, re.MULTILINE)
    assert [image for image in images if "." in image.split("/")[0] and "/" in image] == []


def test_containers_run_without_rights_on_a_read_only_file_system() -> None:
    own = [(name, service) for name, service in services() if service.get("image") in ("lotse", "caddy:2")]
    assert len(own) == 3
    for name, service in own:
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    for name, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["automountServiceAccountToken"] is False
        (container,) = pod["containers"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]


def test_every_volume_that_a_service_names_is_there() -> None:
    (one_machine,), (scale,) = documents(DEPLOY / "compose.yaml"), documents(DEPLOY / "compose.scale.yaml")
    volumes = {*one_machine["volumes"], *scale["volumes"]}
    used = {volume.partition(":")[0] for _, service in services() for volume in service.get("volumes", ())}
    assert {name for name in used if not name.startswith(".")} == volumes
    for _, pod in pods():
        named = {volume["name"] for volume in pod["volumes"]}
        assert {mount["name"] for mount in pod["containers"][0]["volumeMounts"]} == named


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of Lotse in these files."""
    for name, service in services():
        if service.get("image") == "lotse":
            yield f"compose {name}", service["command"]
    for name, pod in pods():
        yield f"kubernetes {name}", pod["containers"][0]["args"]
    for unit in (DEPLOY / "systemd").glob("*.service"):
        for line in re.findall(r"^ExecStart=\S+/lotse (.+)$", unit.read_text(), re.MULTILINE):
            yield unit.name, shlex.split(line.replace("%d", "/run"))
    (entry,) = re.findall(r"^CMD (\[\"serve.*)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    yield "Dockerfile", json.loads(entry)


@pytest.mark.parametrize(
    ("where", "words"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_in_them_is_understood(where: str, words: list[str]) -> None:
    assert _complaint(main, [str(word) for word in words]) is None


def test_the_dockerfile_copies_what_there_is_and_ends_as_another_user() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        assert [source for source in line.split()[:-1] if not (ROOT / source).exists()] == []
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE) == ["10001"]
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert [name for name in allowed if not (ROOT / name).exists()] == []
    pyproject = (ROOT / "pyproject.toml").read_text()
    assert set(re.findall(r"include = \[([^]]+)\]", pyproject)[0].replace('"', "").replace("*", "").split(", ")) <= set(
        allowed
    )


def test_kubernetes_manifests_are_put_together() -> None:
    built = subprocess.run(
        [needs("kubectl", "kubernetes-client"), "kustomize", str(DEPLOY / "kubernetes")],
        capture_output=True,
        check=True,
    )
    kinds = [document["kind"] for document in yaml.safe_load_all(built.stdout)]
    assert {"Deployment", "Service", "Ingress", "CronJob", "NetworkPolicy", "PodDisruptionBudget"} <= set(kinds)


def test_the_config_map_is_one_that_lotse_takes(tmp_path: Path) -> None:
    (settings,) = documents(DEPLOY / "kubernetes" / "settings.yaml")
    assert load(settings["data"] | {"LOTSE_DATA": str(tmp_path)}).log == "json"


def test_systemd_takes_the_units_and_finds_little_to_blame() -> None:
    program = needs("systemd-analyze", "systemd")
    units = sorted((DEPLOY / "systemd").glob("*.*"))
    verified = subprocess.run([program, "verify", *units], capture_output=True, text=True, check=False)
    complaints = [line for line in verified.stderr.splitlines() if "is not executable" not in line]
    assert [line for line in complaints if "lotse" in line] == []
    for unit in (DEPLOY / "systemd").glob("*.service"):
        judged = subprocess.run(
            [program, "security", "--offline=true", unit], capture_output=True, text=True, check=False
        )
        exposure = re.search(r"exposure level for \S+: ([\d.]+)", judged.stdout)
        assert exposure is None or float(exposure[1]) < 2.0, judged.stdout  # older ones cannot judge offline


def test_nginx_takes_its_example(tmp_path: Path) -> None:
    issued = certificates(tmp_path, "DNS:daten.example.org")
    site = (DEPLOY / "proxy" / "nginx.conf").read_text()
    for name, file in (("fullchain", issued.server), ("privkey", issued.server_key)):
        assert f"/etc/ssl/lotse/{name}.pem" in site
        site = site.replace(f"/etc/ssl/lotse/{name}.pem", str(file))
    (tmp_path / "site.conf").write_text(site)
    frame = (
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    (tmp_path / "nginx.conf").write_text(frame)
    command = [needs("nginx", "nginx-light"), "-t", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr


def test_caddy_takes_its_example() -> None:
    command = [
        needs("caddy", "caddy"),
        "validate",
        "--adapter",
        "caddyfile",
        "--config",
        str(DEPLOY / "proxy" / "Caddyfile"),
    ]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr


def test_proxies_keep_metrics_inside_and_overwrite_what_clients_say_of_themselves() -> None:
    nginx, caddy = ((DEPLOY / "proxy" / name).read_text() for name in ("nginx.conf", "Caddyfile"))
    assert "/metrics" in nginx
    assert "/metrics" in caddy
    assert "X-Forwarded-For $remote_addr;" in nginx
    for text in (nginx, caddy):
        assert "Strict-Transport-Security" in text


# -- packages


def test_the_lock_of_what_runs_is_a_part_of_the_lock(capsys: pytest.CaptureFixture[str]) -> None:
    dependencies.print_lock()
    assert (ROOT / "requirements.run.lock").read_text() == capsys.readouterr().out, "run `make lock`"
    names = {package.name for package in dependencies.needed(dependencies.locked())}
    assert {"fastapi", "msgspec", "cryptography", "prometheus-client", "uvloop"} <= names
    assert not {"pytest", "ruff", "mypy", "playwright", "schemathesis"} & names


def test_the_lock_of_what_runs_has_every_version_of_a_package_that_depends_on_the_python() -> None:
    whole, run = ((ROOT / name).read_text() for name in ("requirements.lock", "requirements.run.lock"))
    names = {line.partition("==")[0] for line in run.splitlines() if "==" in line}
    wanted = [line for line in whole.splitlines() if "==" in line and line.partition("==")[0] in names]
    assert [line for line in wanted if line not in run] == []
    assert any("python_full_version < '3.12'" in line for line in wanted)
    assert "html5rdf" in names  # of an extra of rdflib, which others want without it


def test_every_licence_is_known_and_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    assert dependencies.print_licences() == 0, capsys.readouterr().out
    assert not dependencies.is_accepted("GPL-3.0-only")
    assert not dependencies.is_accepted("MIT AND GPL-3.0-only")
    assert dependencies.is_accepted("MIT OR GPL-3.0-only")
    assert not dependencies.is_accepted("")


def test_the_bill_of_materials_names_every_package_with_version_and_hash() -> None:
    bill = dependencies.sbom()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    packages = {component["name"]: component for component in bill["components"]}
    locked = dependencies.locked()
    for name in ("fastapi", "leaflet", "@kern-ux/native"):
        assert packages[name]["purl"].endswith(f"@{packages[name]['version']}")
        assert packages[name]["licenses"]
    assert packages["fastapi"]["version"] == locked[canonicalize_name("fastapi")].version
    assert len(packages["fastapi"]["externalReferences"][0]["hashes"]) == len(locked["fastapi"].hashes) > 0
    assert msgspec.json.encode(bill) == msgspec.json.encode(dependencies.sbom())


def test_publiccode_describes_the_project_in_both_languages() -> None:
    (described,) = documents(ROOT / "publiccode.yml")
    assert described["legal"]["license"] == "EUPL-1.2"
    for lang in ("de", "en"):
        text = described["description"][lang]
        assert len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert all(len(feature) <= 100 for feature in text["features"])


@pytest.mark.parametrize(
    ("npm", "pip_audit", "status", "says"),
    [
        ("exit 0", "exit 0", 0, "nothing is known"),
        ("echo ENOTFOUND; exit 1", "echo ConnectionError; exit 1", 0, "cannot be reached"),
        ("exit 0", "echo jinja2 CVE-1; exit 1", 1, "CVE-1"),
        ("echo 1 high severity; exit 1", "exit 0", 1, "high"),
    ],
)
def test_the_audit_says_where_a_database_cannot_be_reached(
    tmp_path: Path, npm: str, pip_audit: str, status: int, says: str
) -> None:
    for name, script in (("npm", npm), ("pip-audit", pip_audit)):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    asked = subprocess.run(
        [DEPLOY / "audit.sh"], capture_output=True, text=True, check=False, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}
    )
    assert asked.returncode == status
    assert says in asked.stdout
