"""Runs `lotse` commands, most of them in this process.

A process of its own costs half a second of processor time. It is for what only a process shows (signals, pipes, a full
disk, a terminal, servers): start it with `LOTSE`.
"""

import json
import sys
from typing import Any

from click.testing import CliRunner, Result

from api.commands.main import main
from tests.servers.replay import Files

LOTSE = [sys.executable, "-c", "from api.commands.main import main; main(prog_name='lotse')"]
TURTLE = '<http://x.example/1> a <http://www.w3.org/ns/dcat#Dataset>; <http://purl.org/dc/terms/title> "T"@de .'


def lotse(*words: str, stdin: str = "") -> Result:
    """Runs a command in this process. An exception that would leave a trace on the terminal fails the test."""
    result = CliRunner().invoke(main, words, input=stdin, prog_name="lotse")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def publish(server: Files, *items: dict[str, Any], name: str = "amt") -> str:
    server.files[f"/{name}.json"] = (json.dumps(list(items)).encode(), "application/json")
    return f"{server.url}/{name}.json"


def item(id: str, **words: Any) -> dict[str, Any]:
    return {"id": id, "kind": "project", "title": f"Projekt {id}", "abstract": "Ein Vorhaben."} | words


def added(server: Files, *items: dict[str, Any], name: str = "amt") -> None:
    url = publish(server, *items, name=name)
    made = lotse("source", "add", name, "--kind", "json", "--url", url, "--language", "de", "--set", "id=id")
    assert made.exit_code == 0, made.stderr
