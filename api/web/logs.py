"""What server and worker say while they run: lines on stderr, with the time in UTC; no addresses of people."""

import logging
import time


def log_to_stderr(debug: bool = False) -> None:
    """For the start of a process that stays."""
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%SZ")
    logging.getLogger("lotse").setLevel(logging.DEBUG if debug else logging.INFO)
