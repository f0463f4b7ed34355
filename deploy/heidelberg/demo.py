"""The demo: three sample owners on loopback, a harvest with visible progress, the portal. Ctrl-C ends all of it."""

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from deploy.heidelberg.sample import rhythm
from deploy.heidelberg.sample.server import owners

HERE = Path(__file__).parent
LOTSE = str(Path(sys.executable).with_name("lotse"))
PASSWORD = "lotse-vorfuehrung"  # the accounts of the demo are open to all; it listens on loopback only
ACCOUNTS = (
    ("agentur", "member", "digital-agentur", "Digital-Agentur: meldet Projekte an"),
    ("lotsin", "reviewer", "", "Digitallotsin: prüft und gibt frei"),  # without organization: for all of them
    ("leitung", "administrator", "stadt-heidelberg", "Administration: Quellen und Läufe"),
)
EXIT_CODE_TAKEN = 5  # of `lotse user add` for a name that exists
EXIT_CODES_OF_HARVEST = (0, 6, 8)  # some sample records are wrong on purpose (6), a run waits on purpose (8)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--data", type=Path, default=Path("data/demo"))
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _check_port_free(arguments.port)
    environ = os.environ | {
        "LOTSE_DATA": str(arguments.data),
        "LOTSE_CITY": str(HERE),
        "LOTSE_ALLOW_HOSTS": "127.0.0.1",
        "LOTSE_BASE_URL": f"http://127.0.0.1:{arguments.port}",
    }
    arguments.data.mkdir(parents=True, exist_ok=True)
    rhythm.day = datetime.fromisoformat(_noted(arguments.data / "first-day", datetime.now(UTC).isoformat()))
    # The addresses of the owners' files hold the port, so with another one all records would have changed.
    first_port = int(_noted(arguments.data / "first-port", str(arguments.port + 1)))
    with contextlib.suppress(KeyboardInterrupt), owners(first_port) as addresses:
        _prepare(environ, arguments.data, addresses)
        shown = arguments.data / "states-shown"
        if shown.exists():
            _states(environ, addresses["verein"])
        _lotse(environ, "harvest", "--all", allowed=EXIT_CODES_OF_HARVEST)
        previews = _begin_previews(environ, addresses)
        _begin_drafts(environ, arguments.data / "drafts-begun")
        if not shown.exists():
            _states(environ, addresses["verein"])
            shown.touch()
        _lotse(environ, "sync")  # waits until the search by meaning knows all records, too
        previews.wait()
        with _running([LOTSE, "links", "check", "--json"], environ):  # so that pages say when a file was reached
            return _serve(environ, arguments.port)
    return 0


def _check_port_free(port: int) -> None:
    """Ends with a message if another program listens on the port: at once, not after the harvest."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            why, other = error.strerror, port + 100
            sys.exit(
                f"Anschluss {port} ist nicht frei ({why}). Nehmen Sie einen anderen: make demo PORT={other}\n"
                f"Port {port} is not free ({why}). Take another: make demo PORT={other}"
            )


def _noted(note: Path, value: str) -> str:
    """What was noted when this demo began; a demo that begins now notes the value."""
    if not note.exists():
        note.write_text(value, encoding="utf-8")
    return note.read_text(encoding="utf-8")


def _prepare(environ: Mapping[str, str], data: Path, addresses: Mapping[str, str]) -> None:
    """Sources with the addresses of the running samples, and the demo accounts."""
    sources = (HERE / "sources.toml").read_text(encoding="utf-8")
    prepared = data / "sources.toml"
    prepared.write_text(addressed(sources, addresses), encoding="utf-8")
    _lotse(environ, "upgrade", quiet=True)  # of a demo that began before the last `git pull`
    _lotse(environ, "source", "import", str(prepared))
    for name, role, organization, title in ACCOUNTS:
        of = ("--organization", organization) if organization else ()
        options = ("--role", role, *of, "--full-name", title.partition(":")[0])
        _lotse(
            environ,
            "user",
            "add",
            name,
            *options,
            "--password-stdin",
            allowed=(0, EXIT_CODE_TAKEN),
            stdin=PASSWORD,
            quiet=True,
        )


def _begin_drafts(environ: Mapping[str, str], note: Path) -> None:
    """Once: a draft that is not complete, one that was returned with a question, and one that waits for a review."""
    _lotse(environ, "user", "change", "lotsin", "--organization", "", quiet=True)  # of a demo that began earlier
    if note.exists():
        return
    command = [LOTSE, "record", "import", str(HERE / "sample" / "entwuerfe.json"), "--account", "agentur"]
    done = subprocess.run([*command, "--submit", "--json"], env=environ, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        returned = json.loads(done.stdout)["drafts"][1]
        question = "Wer fährt den Bus, und was kostet eine Fahrt?"
        _lotse(environ, "review", "return", returned, "--by", "lotsin", "--message", question, quiet=True)
        note.write_text(datetime.now(UTC).isoformat(), encoding="utf-8")


def _begin_previews(environ: Mapping[str, str], addresses: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Begins to prepare the previews of all datasets with a file of ours, while the rest of the demo goes on."""
    command = [LOTSE, "export", "--format", "ndjson", "--where", "kind=dataset"]
    exported = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=False).stdout
    records = [json.loads(line) for line in exported.splitlines()]
    ids = [record["id"] for record in records if any(address in json.dumps(record) for address in addresses.values())]
    silent = subprocess.DEVNULL
    return subprocess.Popen([LOTSE, "preview", *ids], env=environ, stdout=silent, stderr=silent)


def _states(environ: Mapping[str, str], address: str) -> None:
    """A withdrawn and a stopped project, and a run that waits, so that all of it is there to be seen."""
    done = subprocess.run([sys.executable, "-m", "deploy.heidelberg.states", address], env=environ, check=False)
    if done.returncode:
        sys.exit(f"deploy.heidelberg.states ended with {done.returncode}")


def addressed(text: str, addresses: Mapping[str, str]) -> str:
    """The text of `sources.toml` with the addresses of the running samples."""
    return re.sub(r"http://(\w+)\.sample", lambda match: addresses[match[1]], text)


def _lotse(
    environ: Mapping[str, str], *arguments: str, allowed: tuple[int, ...] = (0,), stdin: str = "", quiet: bool = False
) -> None:
    stderr = subprocess.PIPE if quiet else None
    done = subprocess.run([LOTSE, *arguments], env=environ, input=stdin or None, text=True, stderr=stderr, check=False)
    if done.returncode not in allowed:
        sys.exit(f"lotse {' '.join(arguments)} ended with {done.returncode}\n{done.stderr or ''}")


def _serve(environ: Mapping[str, str], port: int) -> int:
    with _running([LOTSE, "serve", "--port", str(port)], environ) as portal:
        assert portal.stdout
        for line in portal.stdout:
            print(line, end="", flush=True)
            if line.startswith("ready "):
                print(_welcome(line.split()[1]), flush=True)
        return portal.wait()


@contextlib.contextmanager
def _running(command: list[str], environ: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()


def _welcome(address: str) -> str:
    accounts = "\n".join(f"    {name:<9} {title}" for name, _, _, title in ACCOUNTS)
    return f"""
  Lotse läuft: {address}   (Beispieldaten, Ctrl-C beendet alles)

  Konten, Passwort für alle: {PASSWORD}
{accounts}

  Drei Dinge zum Ausprobieren:
    1. Wie viele Räder fuhren 2025 über die Brücke?    {address}/suche?q=wie+viele+räder+2025+ernst-walz-brücke
    2. Wer sucht Partner für Straßenlaternen?          {address}/projekte?q=straßenlaternen+partner
    3. Ein Projekt anmelden (Konto agentur):           {address}/anmelden/projekt
"""


if __name__ == "__main__":
    sys.exit(main())
