"""Asks addresses whether they still answer: HEAD, else the first byte by GET; few of each host, with pauses.

Entry points: `check_due`, `check_rounds`, `try_address`.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from registry.errors import ForbiddenAddressError, SourceError
from registry.links.links import Link, Links, Outcome, host_of

if TYPE_CHECKING:
    from requests import Session

MAX_PER_HOST: Final = 30  # addresses of a host in a round
MAX_PER_ROUND: Final = 300
ROUND_SECONDS: Final = 120.0  # after which a round ends; the others are still due
HOST_PAUSE_SECONDS: Final = 1.0  # between two addresses of a host
MAX_HOST_FAILURES: Final = 3  # in a row without a connection, after which a host is left alone for this round
MIN_SILENT_HOSTS: Final = 3  # if so many hosts and no other were silent, it is our own network
TIMEOUT: Final = (10.0, 20.0)  # seconds to connect, and between two packets
GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
LATER: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)

Pause = Callable[[float], bool]  # waits so many seconds; True: stop

log = logging.getLogger("lotse.worker")


def check_due(links: Links, http: "Session", now: datetime, pause: Pause) -> Counter[str]:
    """Checks what is due at `now`; returns how many addresses are in which state then. `pause` ends it early.

    If no host at all answers, nothing is noted: then our own network is down.
    """
    checked = list(_round(links.due(now, MAX_PER_HOST, MAX_PER_ROUND), http, pause))
    if _network_is_down(checked):
        log.warning("link check: no host answered, so nothing is noted: is the network down?")
        return Counter()
    return Counter(links.note(link, outcome, now).state for link, outcome in checked)


def check_rounds(links: Links, http: "Session", now: datetime) -> Counter[str]:
    """Checks in rounds until nothing is due, or nothing more can be learnt."""
    checked: Counter[str] = Counter()
    while counts := check_due(links, http, now, _sleep):
        checked += counts
    return checked


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def _round(due: Iterable[Link], http: "Session", pause: Pause) -> Iterable[tuple[Link, Outcome]]:
    """Each address with its outcome, as far as ROUND_SECONDS allow. A silent host is left alone."""
    end = time.monotonic() + ROUND_SECONDS
    last: dict[str, float] = {}  # host -> when it was asked last, monotonic clock
    silent: Counter[str] = Counter()
    for link in due:
        host = host_of(link.address)
        if silent[host] >= MAX_HOST_FAILURES:
            continue
        wait = last.get(host, 0.0) + HOST_PAUSE_SECONDS - time.monotonic()
        if time.monotonic() >= end or pause(max(0.0, wait)):
            return
        outcome = try_address(http, link.address)
        last[host] = time.monotonic()
        silent[host] = silent[host] + 1 if _is_silent(outcome) else 0
        yield link, outcome


def try_address(http: "Session", address: str) -> Outcome:
    """What an address answers now. A status that asks for a sign-in or for parameters counts as an answer."""
    try:
        status = _status(http, address)
    except ForbiddenAddressError as error:
        return Outcome(None, error.summary.code)
    except SourceError as error:
        return Outcome(False, error.summary.code)
    if status in LATER:
        return Outcome(None, str(status))
    return Outcome(status not in GONE and status < HTTPStatus.INTERNAL_SERVER_ERROR, str(status))


def _status(http: "Session", address: str) -> int:
    """The status of HEAD; where that is an error, of a GET for the first byte: some servers refuse HEAD."""
    with http.head(address, allow_redirects=True, timeout=TIMEOUT) as answer:
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            return answer.status_code
    with http.get(address, stream=True, timeout=TIMEOUT, headers={"Range": "bytes=0-0"}) as answer:
        return answer.status_code


def _is_silent(outcome: Outcome) -> bool:
    """Whether there was no answer at all, not even an error."""
    return outcome.answered is False and not outcome.answer.isdigit()


def _network_is_down(checked: list[tuple[Link, Outcome]]) -> bool:
    hosts = {host_of(link.address) for link, _ in checked}
    return len(hosts) >= MIN_SILENT_HOSTS and all(_is_silent(outcome) for _, outcome in checked)
