"""The steps of deploy/Dockerfile without Docker, and a smoke test in what comes out: `make image` (root, Debian).

    python -m tests.deploy.image [FOLDER]     builds in FOLDER (else a temporary one), some minutes

There is no Docker daemon on a machine of tests. A root file system of Debian (debootstrap) takes the place of both base
images, with Debian's Python in place of 3.12 and the Node of this machine. Every instruction of the Dockerfile is then
carried out in its stage (chroot), and one that is not known ends the build. What comes out is started as the Dockerfile
says: by its user, on a read-only file system, with /data and /tmp alone to write to.
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from urllib.request import urlopen

from tests.paths import ROOT
from tests.servers.mail import free_port

DOCKERFILE: Final = ROOT / "deploy" / "Dockerfile"
PACKAGES: Final = "python3,python3-venv,ca-certificates,openssl"
OF_THIS_MACHINE: Final = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/ssl/certs", "/root/.npmrc")
KEPT_VARIABLES: Final = re.compile(r"(?i)(pip_|npm_config_|ssl_cert|requests_ca|node_extra|.*_proxy$)")
SOURCES: Final = (".sources", ".list")  # of apt
START_SECONDS: Final = 180
SAYS_NOTHING_TO_A_BUILD: Final = ("EXPOSE", "STOPSIGNAL", "VOLUME")


class Instruction(NamedTuple):
    name: str
    text: str


class Image:
    """A stage: its root file system, and what its instructions have set."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder, self.user = root, "/", "0"
        self.environ = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.commands: dict[str, list[str]] = {}  # ENTRYPOINT, CMD, HEALTHCHECK

    def path(self, text: str) -> Path:
        return self.root / (Path(self.folder) / text).as_posix().lstrip("/")


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, each in one line."""
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [Instruction(*line.split(None, 1)) for line in lines if line.strip()]


def build(folder: Path) -> Image:
    """Carries out the Dockerfile; the last stage."""
    base, stages = _base(folder / "base"), dict[str, Image]()
    image = Image(base)
    for number, instruction in enumerate(instructions(DOCKERFILE.read_text(encoding="utf-8"))):
        print(f"{instruction.name} {instruction.text}", file=sys.stderr, flush=True)
        if instruction.name == "FROM":
            name = instruction.text.partition(" AS ")[2] or "last"
            image = stages[name] = Image(folder / f"{number}-{name}")
            subprocess.run(["cp", "-a", str(base), str(image.root)], check=True)
            if instruction.text.startswith("node:"):
                _give_node(image.root)
        else:
            carry_out(instruction, image, stages)
    return image


def carry_out(instruction: Instruction, image: Image, stages: dict[str, Image]) -> None:
    """Carries out one instruction; ValueError for one that is not known."""
    match instruction.name:
        case "RUN":
            _run(image, instruction.text)
        case "COPY":
            _copy(image, shlex.split(instruction.text), stages)
        case "WORKDIR":
            image.folder = instruction.text
            image.path("").mkdir(parents=True, exist_ok=True)
        case "ENV":
            for setting in shlex.split(instruction.text):
                name, _, value = setting.partition("=")
                image.environ[name] = re.sub(r"\$(\w+)", lambda match: image.environ[match[1]], value)
        case "USER":
            image.user = instruction.text
        case "ENTRYPOINT" | "CMD" | "HEALTHCHECK":
            image.commands[instruction.name] = json.loads(instruction.text[instruction.text.index("[") :])
        case name if name not in SAYS_NOTHING_TO_A_BUILD:
            raise ValueError(f"the Dockerfile says {name}, which this build does not know")


def _base(root: Path) -> Path:
    """A small Debian with Python, from the mirror of this machine."""
    sources = "".join(path.read_text() + "\n" for path in Path("/etc/apt").rglob("*.*") if path.suffix in SOURCES)
    (mirror, *_) = re.findall(r"^(?:URIs:|deb) (?:\[.*\] )?(https?://\S+)", sources, re.MULTILINE)
    (release,) = re.findall(r"VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text())
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", release, str(root), mirror]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"debootstrap: {done.stdout[-2000:]} {done.stderr[-500:]}")
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    return root


def _give_node(root: Path) -> None:
    node = Path(shutil.which("node") or "/usr/bin/node").resolve()
    npm = Path(shutil.which("npm") or "/usr/bin/npm").resolve().parents[1]  # …/node_modules/npm
    target = root / "usr/local/lib/node_modules/npm"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(npm, target, symlinks=True)
    shutil.copy(node, root / "usr/local/bin/node")
    (root / "usr/local/bin/npm").symlink_to("/usr/local/lib/node_modules/npm/bin/npm-cli.js")


def _copy(image: Image, words: list[str], stages: dict[str, Image]) -> None:
    stage = next((stages[word.removeprefix("--from=")] for word in words if word.startswith("--from=")), None)
    *sources, target = [word for word in words if not word.startswith("--")]
    into = image.path(target)
    for source in sources:
        if stage:
            subprocess.run(["cp", "-a", f"{stage.path(source)}/.", str(_made(into))], check=True)
        elif source == ".":
            for name in context():
                _copy_one(ROOT / name, into / name)
        else:
            _copy_one(ROOT / source, into / Path(source).name if target.endswith("/") else into)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def context() -> list[str]:
    """What .dockerignore lets through."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def _copy_one(source: Path, target: Path) -> None:
    _made(target.parent)
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__", "vendor")
        shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def _run(image: Image, command: str) -> None:
    """A command in the stage, with the network settings of this machine, which do not stay there."""
    lent = [path for path in OF_THIS_MACHINE if Path(path).exists()]
    mounts = "".join(f"mount --bind {path} {image.root}{path}; " for path in lent)
    for path in lent:
        place = image.root / path.lstrip("/")
        _made(place if Path(path).is_dir() else place.parent)
        if not place.exists():
            place.unlink(missing_ok=True)
            place.touch()
    inside = f"cd {image.folder} && {command}"
    script = (
        f"set -e; mount -t proc proc {image.root}/proc; {mounts} exec chroot {image.root} sh -ec {shlex.quote(inside)}"
    )
    environ = {name: value for name, value in os.environ.items() if KEPT_VARIABLES.match(name)} | image.environ
    subprocess.run(["unshare", "--mount", "sh", "-c", script], env=environ, check=True, stdout=sys.stderr)


# -- the smoke test


@contextlib.contextmanager
def started(image: Image, data: Path, words: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """A command in the image, as Docker starts it with `read_only: true`."""
    _made(data)
    os.chown(data, int(image.user), int(image.user))
    root = image.root
    script = (
        f"set -e; mount --bind {root} {root}; mount -o remount,ro,bind {root}; mount -t proc proc {root}/proc; "
        f"mount -t tmpfs tmpfs {root}/tmp; mount --bind {data} {root}/data; "
        f"exec chroot --userspec={image.user}:{image.user} {root} {shlex.join(words)}"
    )
    process = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", script], env=image.environ, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def output(image: Image, data: Path, *words: str) -> tuple[int, str]:
    with started(image, data, list(words)) as process:
        answer = process.communicate(timeout=START_SECONDS)[0]
        return process.returncode, answer


def smoke(image: Image, data: Path) -> None:
    """AssertionError where the image does not do what it is for."""
    assert image.user == "10001"
    assert output(image, data, "id", "-u") == (0, "10001\n")
    assert output(image, data, "touch", "/opt/lotse/new")[0] != 0
    assert output(image, data, "touch", "/data/new")[0] == 0
    status, doctor = output(image, data, *image.commands["ENTRYPOINT"], "doctor", "--json")
    assert json.loads(doctor), status
    port = free_port()
    with started(image, data, [*image.commands["ENTRYPOINT"], *image.commands["CMD"], "--port", str(port)]) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready "), "the portal did not start"
        time.sleep(1)
        for path in ("/healthz", "/suche", "/en/search", "/openapi.json", "/sparql?query=ASK%7B%7D"):
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                assert answer.status == 200, path
        health = [word.replace(":8080", f":{port}") for word in image.commands["HEALTHCHECK"]]
        assert output(image, data, *health)[0] == 0
        process.terminate()
        assert process.wait(60) == 0


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="lotse-image-") as temporary:
        folder = Path(arguments[0]) if arguments else Path(temporary)
        image = build(_made(folder.resolve()))
        smoke(image, folder.resolve() / "data")
        size = subprocess.run(["du", "-sm", str(image.root)], capture_output=True, text=True, check=True).stdout
        print(f"every step of the Dockerfile and the smoke test passed; the image has {size.split()[0]} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
