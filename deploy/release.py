"""A release: wheel, sources, bill of materials and their sums, the same bytes for the same commit, signed on wish.

    python -m deploy.release check            says what the city must fill in first; ends with 1 if there is anything
    python -m deploy.release build [KEY.pem]  writes dist/; with a private key (Ed25519, PEM) also the signature
    python -m deploy.release verify KEY.pub   compares sums and signature of dist/; ends with 1 if they do not fit

The sums are in SHA256SUMS, the signature of that file in SHA256SUMS.sig. Others need no program of ours to verify it:
`sha256sum -c SHA256SUMS` and `openssl pkeyutl -verify -pubin -inkey KEY.pub -rawin -in SHA256SUMS -sigfile …`.
"""

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from deploy import dependencies

ROOT: Final = Path(__file__).parents[1]
SUMS: Final = "SHA256SUMS"
SIGNATURE: Final = "SHA256SUMS.sig"
PACKED: Final = ("api", "harvesters", "registry", "vocab", "pyproject.toml", "README.md", "LICENSE")
NOT_PACKED: Final = ("__pycache__", "*.pyc", "*.egg-info", "installed")
# What only the city can say: key of publiccode.yml -> what belongs there (decision 0277)
ASKED_OF_THE_CITY: Final = {
    "url": "the address of the repository from which the city publishes Lotse",
    "maintenance.contacts": "name and e-mail address of who maintains it",
}


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check"]:
            return _tell(missing(described()))
        case ["build", *keys] if len(keys) < 2:
            if _tell(missing(described())):
                return 1
            build(ROOT, ROOT / "dist", Path(keys[0]) if keys else None)
            return 0
        case ["verify", key]:
            return _tell(differences(ROOT / "dist", Path(key)))
    print(__doc__, file=sys.stderr)
    return 2


def _tell(lines: list[str]) -> int:
    for line in lines:
        print(line)
    return int(bool(lines))


# -- what the city must say first


def described() -> dict[str, Any]:
    """What publiccode.yml says."""
    description: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    return description


def missing(description: Mapping[str, Any]) -> list[str]:
    """A line for each key of publiccode.yml that the city has to fill in and has not."""
    lines = []
    for key, what in ASKED_OF_THE_CITY.items():
        value: Any = description
        for name in key.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if not value:
            lines.append(f"publiccode.yml: {key} is missing: {what}")
    return lines


# -- building


def build(root: Path, target: Path, key: Path | None = None) -> None:
    """Writes wheel, sources, bill of materials and sums into an empty folder, and the signature if there is a key."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    epoch = _commit_time(root)
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "lotse"
        _copy(root, source, epoch)
        _build_packages(source, target, epoch)
    for archive in target.glob("*.tar.gz"):
        archive.write_bytes(repacked(archive.read_bytes(), epoch))
    (target / "sbom.json").write_bytes(msgspec.json.format(msgspec.json.encode(dependencies.sbom()), indent=2))
    files = sorted(path for path in target.iterdir())
    (target / SUMS).write_text("".join(f"{_sum(path)}  {path.name}\n" for path in files))
    if key:
        (target / SIGNATURE).write_bytes(_private_key(key).sign((target / SUMS).read_bytes()))


def _commit_time(root: Path) -> int:
    command = ["git", "-C", str(root), "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _copy(root: Path, source: Path, epoch: int) -> None:
    """What belongs to the packages, with equal rights, and with the time of the commit on every file."""
    source.mkdir(parents=True)
    for name in PACKED:
        if (root / name).is_dir():
            shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns(*NOT_PACKED))
        else:
            shutil.copy(root / name, source / name)
    for path in source.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (epoch, epoch))


def _build_packages(source: Path, target: Path, epoch: int) -> None:
    code = "from setuptools.build_meta import *; import sys; to = sys.argv[1]; build_wheel(to); build_sdist(to)"
    environ = os.environ | {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-c", code, str(target.resolve())]
    subprocess.run(command, cwd=source, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def repacked(archive: bytes, epoch: int) -> bytes:
    """The same files in order of their names, without owners and with one time, so that the bytes are the same."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive)) as before, tarfile.open(fileobj=packed, mode="w") as after:
        for member in sorted(before.getmembers(), key=lambda member: member.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = epoch, 0, 0, "", ""
            member.pax_headers = {}
            after.addfile(member, before.extractfile(member))
    return gzip.compress(packed.getvalue(), mtime=epoch)


# -- sums and signature


def differences(folder: Path, public_key: Path) -> list[str]:
    """A line for each file whose sum does not fit, and one if the signature is not that of the key."""
    sums = (folder / SUMS).read_bytes()
    lines = []
    for line in sums.decode().splitlines():
        digest, _, name = line.partition("  ")
        if not (folder / name).is_file() or _sum(folder / name) != digest:
            lines.append(f"{name}: not what {SUMS} says")
    try:
        _public_key(public_key).verify((folder / SIGNATURE).read_bytes(), sums)
    except (InvalidSignature, FileNotFoundError):
        lines.append(f"{SIGNATURE}: not the signature of {SUMS} by this key")
    return lines


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _private_key(path: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise SystemExit(f"{path} is not an Ed25519 key: openssl genpkey -algorithm ed25519 -out {path}")
    return key


def _public_key(path: Path) -> Ed25519PublicKey:
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise SystemExit(f"{path} is not the public part of an Ed25519 key")
    return key


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
