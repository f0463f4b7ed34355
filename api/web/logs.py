"""Logging of server and worker: lines on stderr with the time in UTC, without IP or mail addresses of people."""

import logging
import time


def log_to_stderr(debug: bool = False) -> None:
    """Sets logging up, once, when a server or worker process starts; with `debug` at level DEBUG."""
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%SZ")
    logging.getLogger("lotse").setLevel(logging.DEBUG if debug else logging.INFO)
