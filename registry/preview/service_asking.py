"""Asks a SensorThings or OData service, after its first page, for what it offers and for the newest values.

Entry point: `ask_service`. The worker's part: it fetches from a guarded session, within bounds; which addresses come
next, a child reads in the answers (`registry.preview.service_answers`).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from registry.child_pool import Limits, call
from registry.errors import SourceError, TooLargeError
from registry.fetch.session import body
from registry.masking import shown
from registry.model.harvest import Validators
from registry.model.identity import digest
from registry.preview.fetching import Fetched
from registry.preview.service_answers import may_be_service
from registry.preview.service_model import Answer, packed

if TYPE_CHECKING:
    from requests import Session

MAX_REQUESTS: Final = 40  # to one service, for one preview
MAX_ANSWER_BYTES: Final = 5_000_000
MAX_BYTES: Final = 30_000_000  # of all answers
LIMITS: Final = Limits(memory=500_000_000, seconds=30.0, max_bytes=1_000_000)
_ACCEPTED: Final = {"Accept": "application/json, application/xml;q=0.9, */*;q=0.1"}


def ask_service(http: "Session", url: str, file: Path) -> Fetched | None:
    """Writes the answers of the service to the file in the place of its first page; None if the file is none.

    A question that the service refuses has an empty answer. StoppedError.
    """
    if file.stat().st_size > MAX_ANSWER_BYTES or not may_be_service(root := file.read_bytes()):
        return None
    answers = [Answer(url, root)]
    while following := _following(answers):
        answers += [Answer(address, _asked(http, address)) for address in following[: MAX_REQUESTS - len(answers)]]
        if len(answers) >= MAX_REQUESTS or sum(len(answer.content) for answer in answers) > MAX_BYTES:
            break
    if len(answers) == 1:
        return None
    content = packed(answers)
    file.write_bytes(content)
    return Fetched(len(content), digest(str([answer.content for answer in answers])), Validators())


def _following(answers: list[Answer]) -> list[str]:
    answer = b"".join(call(shown(answers[0].url), LIMITS, "registry.preview.service_answers:requests", packed(answers)))
    return msgspec.msgpack.decode(answer, type=list[str])


def _asked(http: "Session", address: str) -> bytes:
    """The answer; nothing if the service refuses, or has none."""
    try:
        with http.get(address, stream=True, headers=_ACCEPTED) as response:
            return body(response, MAX_ANSWER_BYTES)
    except (SourceError, TooLargeError):
        return b""
