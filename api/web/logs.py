"""Logging of server and worker: lines on stderr with the time in UTC, without IP or mail addresses of people.

Entry points: `log_to_stderr`; `REQUEST_ID`, which stands in each line that belongs to a request.
"""

import json
import logging
import time
from contextvars import ContextVar
from typing import Final

REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and where there are ones the request's id, a traceback and
    the fields of the line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, TIME_FORMAT),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := REQUEST_ID.get():
            line["request"] = request
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line | getattr(record, "fields", {}), ensure_ascii=False)


def log_to_stderr(debug: bool = False, as_json: bool = False) -> None:
    """Sets logging up, once, when a server or worker process starts; with `debug` at level DEBUG. `as_json`: each line
    is a JSON object, and each request has one."""
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt=TIME_FORMAT)
    if as_json:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(JsonFormatter())
    logging.getLogger("lotse").setLevel(logging.DEBUG if debug else logging.INFO)
    logging.getLogger("lotse.access").setLevel(logging.INFO if as_json else logging.WARNING)
