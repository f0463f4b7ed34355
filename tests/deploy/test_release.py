"""A release: the same bytes for the same commit, sums and a signature that anybody can verify, not before the city has
filled in what only it knows.

Covers: deploy/release.py
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy import release
from tests.paths import ROOT

# the keys that version 0.4 of the standard demands
REQUIRED = (
    "publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description", "legal",
    "maintenance", "localisation",
)  # fmt: skip
STATES = ("concept", "development", "beta", "stable", "obsolete")
TYPES = (
    "standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web", "standalone/backend",
    "standalone/other", "addon", "library", "configurationFiles",
)  # fmt: skip


def test_publiccode_has_the_keys_of_the_standard_and_invents_nothing() -> None:
    described = release.described()
    assert [key for key in REQUIRED if key not in described] == []
    assert described["publiccodeYmlVersion"] == "0.4"
    assert described["developmentStatus"] in STATES
    assert described["softwareType"] in TYPES
    assert described["legal"]["license"]
    assert described["maintenance"]["type"] in ("internal", "contract", "community", "none")
    assert described["localisation"].keys() == {"localisationReady", "availableLanguages"}
    for text in described["description"].values():
        assert {"shortDescription", "longDescription", "features"} <= text.keys()


def test_there_is_no_release_before_the_city_has_said_what_only_it_knows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    described = release.described()
    filled = described | {"url": "https://code.example.org/lotse", "maintenance": {"contacts": [{"name": "Amt"}]}}
    assert release.missing(filled) == []
    assert [line.split()[1] for line in release.missing(filled | {"url": ""})] == ["url"]
    assert [line.split()[1] for line in release.missing({"maintenance": {}})] == ["url", "maintenance.contacts"]
    assert release.main(["check"]) == int(bool(release.missing(described)))
    assert capsys.readouterr().out.splitlines() == release.missing(described)
    monkeypatch.setattr(release, "build", lambda *_: pytest.fail("a release was built"))
    monkeypatch.setattr(release, "described", lambda: filled | {"url": ""})
    assert release.main(["build"]) == 1


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private key; its public part is beside it, with the suffix .pub."""
    private, path = Ed25519PrivateKey.generate(), tmp_path_factory.mktemp("key") / "key.pem"
    none = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(private.private_bytes(pem, pkcs8, none))
    public = private.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    path.with_suffix(".pub").write_bytes(public)
    return path


@pytest.fixture(scope="module")
def dist(key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "dist"
    release.build(ROOT, folder, key)
    return folder


def test_two_builds_of_a_commit_have_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    release.build(ROOT, tmp_path / "again")
    assert {path.suffix for path in dist.iterdir()} >= {".whl", ".gz", ".json", ".sig"}
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (dist / path.name).read_bytes(), path.name


def test_sums_and_signature_fit_until_something_is_changed(dist: Path, key: Path, tmp_path: Path) -> None:
    public = key.with_suffix(".pub")
    assert release.differences(dist, public) == []
    changed = tmp_path / "dist"
    shutil.copytree(dist, changed)
    with (changed / "sbom.json").open("a") as file:
        file.write(" ")
    assert release.differences(changed, public) == ["sbom.json: not what SHA256SUMS says"]
    (changed / "SHA256SUMS").write_text((changed / "SHA256SUMS").read_text() + "0  other\n")
    assert any("signature" in line for line in release.differences(changed, public))


def test_others_verify_it_with_common_programs(dist: Path, key: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("needs openssl: apt-get install openssl")
    verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key.with_suffix(".pub")), "-rawin"]
    for command in (
        [*verify, "-in", "SHA256SUMS", "-sigfile", "SHA256SUMS.sig"],
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"],
    ):
        done = subprocess.run(command, cwd=dist, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
