"""The same fault is told in the same way wherever a file is checked: API, page, command and the report of a harvest.

Covers: api/data/validation.py
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient

from api.data.run_documents import problem_answer
from registry.model import Source
from tests.api.commands.calling import lotse
from tests.effort import tries
from tests.registry.quality.test_check import FAULTS, faulty
from tests.servers.replay import files_server
from tests.town import Town

pytestmark = pytest.mark.slow
EVERY = tries(6, 1)  # of the 43 faults that are harvested and shown on the page; API and command get all
PARTS = ("rule", "level", "field", "value", "node", "message", "remedy")


class Fault(NamedTuple):
    name: str
    file: bytes
    rules: set[str]


@pytest.fixture(scope="module")
def faults(shared: Path) -> list[Fault]:
    return [Fault(name, file, set(FAULTS[name].split())) for name, file, _ in faulty(shared)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with Town(tmp_path_factory.mktemp("town") / "data") as town:
        yield town


def told(findings: list[dict[str, Any]], rules: set[str]) -> list[str]:
    """The findings of these rules, each with all its parts."""
    return sorted(json.dumps({part: each[part] for part in PARTS}, sort_keys=True)
                  for each in findings if each["rule"] in rules)  # fmt: skip


def test_api_and_command_tell_all_faults_alike(
    town: Town, faults: list[Fault], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOTSE_DATA", str(tmp_path / "none"))
    client, path = TestClient(town.app), tmp_path / "a.nt"
    assert len(faults) == 43
    for fault in faults:
        by_api = client.post(
            "/api/v1/validate", content=fault.file, headers={"Content-Type": "application/n-triples"}
        ).json()
        path.write_bytes(fault.file)
        by_command = json.loads(lotse("validate", str(path), "--json").stdout)
        findings = told(by_api["findings"], fault.rules)
        assert findings == told(by_command["findings"], fault.rules) != [], fault.name
        for finding in map(json.loads, findings):
            assert all(finding[part][lang] for part in ("message", "remedy") for lang in ("de", "en")), fault.name
        assert {json.loads(each)["rule"] for each in findings} == fault.rules, fault.name


def test_the_page_tells_sentence_and_remedy_in_both_languages(town: Town, faults: list[Fault]) -> None:
    client = TestClient(town.app)
    for fault in faults[::EVERY]:
        headers = {"Content-Type": "application/n-triples"}
        findings = client.post("/api/v1/validate", content=fault.file, headers=headers).json()["findings"]
        for path, lang in (("/pruefen", "de"), ("/en/check", "en")):
            page = client.post(path, data={"text": ""}, files={"file": ("a.nt", fault.file)}).text
            text = " ".join(html.unescape(re.sub(r"<[^>]+>|&shy;", "", page)).split())
            for finding in (each for each in findings if each["rule"] in fault.rules):
                assert finding["rule"] in page, fault.name
                assert finding["message"][lang] in text, fault.name
                assert finding["remedy"][lang] in text, fault.name


def test_the_report_of_a_harvest_tells_each_fault(town: Town, faults: list[Fault]) -> None:
    with files_server({f"/{fault.name}.nt": (fault.file, "application/n-triples") for fault in faults}) as server:
        for fault in faults[::EVERY]:
            source = Source(name=fault.name, kind="dcat", url=f"{server.url}/{fault.name}.nt", language="de")
            run = town.harvest(source=source, wait=False)
            problems = [problem_answer(problem) for problem in town.catalog.runs.problems(run.number)]
            assert fault.rules <= {problem["rule"] for problem in problems}, fault.name
            for problem in (each for each in problems if each["rule"] in fault.rules):
                assert all(problem[part][lang] for part in ("message", "remedy") for lang in ("de", "en")), fault.name
                assert problem["level"], fault.name
