"""Lines on stderr while server and worker run."""

import logging
import re
import time

import pytest

from api.web.logs import log_to_stderr


def test_a_line_has_its_time_in_utc_and_debugging_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as in a new process
    monkeypatch.setattr(logging.getLogger("lotse"), "level", logging.NOTSET)
    monkeypatch.setattr(logging.Formatter, "converter", time.localtime)
    log_to_stderr()
    logging.getLogger("lotse.x").debug("not told")
    logging.getLogger("lotse.x").info("told")
    log_to_stderr(debug=True)
    logging.getLogger("lotse.x").debug("told too")
    out, told = capsys.readouterr()
    assert out == ""
    assert re.sub(r"\d", "0", told).splitlines() == [
        "0000-00-00T00:00:00Z INFO lotse.x: told",
        "0000-00-00T00:00:00Z DEBUG lotse.x: told too",
    ]
    assert told[:13] == time.strftime("%Y-%m-%dT%H", time.gmtime())
