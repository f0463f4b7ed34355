"""Requests that are odd: numbers beyond any table, and many that never become whole."""

import contextlib
import shutil
import socket
import sys
import time
from pathlib import Path

import pytest
import requests

from api.web.half_open import HEAD_SECONDS, MAX_HALF_OPEN
from tests.hostile.served import served
from tests.signed_in import browser
from tests.town import Town


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63 - 1, 2**63, 2**64, 10**30])
def test_a_run_number_that_no_run_has_is_not_found(city: Town, number: int) -> None:
    client = browser(city, "verwaltung")
    answer = client.get(f"/administration/laeufe/{number}")
    assert answer.status_code == 404, answer.text
    assert (
        client.get(f"/administration/laeufe/{number}", headers={"accept": "application/json"}).json()["status"] == 404
    )


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_a_thousand_half_requests_leave_the_portal_open(sample_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(sample_folder, tmp_path / "data")
    with served(tmp_path / "data") as portal, contextlib.ExitStack() as stack:
        deadline = time.monotonic() + HEAD_SECONDS / 2  # before the first is closed because its time is over
        for _ in range(700):  # 1,000 would need more open files than this process may have
            connection = stack.enter_context(socket.create_connection(portal.host_and_port, timeout=30))
            with contextlib.suppress(OSError):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert requests.get(f"{portal.url}/healthz", timeout=30).status_code == 200
        while (files := len(list(Path(f"/proc/{portal.process.pid}/fd").iterdir()))) > MAX_HALF_OPEN + 100:
            assert time.monotonic() < deadline, files
            time.sleep(0.1)
