"""Whether a source that is read page by page answers the same as last time: then nothing of it has to be read.

Entry points: `AnswerLog`, which takes note of the answers of a run, and `repeats`, which asks for them again. What is
fetched for that is not fetched twice: where an answer differs, `HeldAnswers` gives those that came to the run.
"""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import requests

from registry.model.harvest import SeenAnswer

MAX_ANSWERS: Final = 2_000  # of a run that are noted; a source with more pages is always read


class AnswerLog:
    """The answers of a session so far, in their order. `seen`: none if one of them cannot be asked for again."""

    def __init__(self) -> None:
        self._answers: list[SeenAnswer] = []
        self._is_whole = True

    @property
    def seen(self) -> tuple[SeenAnswer, ...]:
        return tuple(self._answers) if self._is_whole else ()

    def note(self, answer: requests.Response, streamed: bool) -> None:
        self._is_whole = self._is_whole and not streamed and _is_get(answer) and len(self._answers) < MAX_ANSWERS
        if self._is_whole:
            self._answers.append(SeenAnswer(_asked(answer), _digest(answer)))


class _Held(NamedTuple):
    offset: int
    length: int
    answer: requests.Response  # without its content


class HeldAnswers:
    """Answers in a temporary file in a folder, each given out once."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._held: dict[str, _Held] = {}
        self._end = 0

    def hold(self, answer: requests.Response) -> None:
        content = answer.content
        self._file.write(content)
        self._held[_asked(answer)] = _Held(self._end, len(content), answer)
        self._end += len(content)
        answer._content = b""

    def take(self, url: str, parameters: Any) -> requests.Response | None:
        """The answer for an address; None if there is none (any more)."""
        if not self._held:
            return None
        prepared = requests.PreparedRequest()
        prepared.prepare_url(url, parameters)
        held = self._held.pop(prepared.url or "", None)
        if held is None:
            return None
        self._file.seek(held.offset)
        held.answer._content = self._file.read(held.length)
        return held.answer

    def close(self) -> None:
        self._held.clear()
        self._file.close()


def repeats(
    http: requests.Session, seen: Sequence[SeenAnswer], held: HeldAnswers, progress: Callable[[], None]
) -> bool:
    """Whether a source gives the same answers again; `progress` is called after each. Raises what requests raise."""
    for last in seen:
        answer = http.get(last.url)
        is_same = _digest(answer) == last.digest
        held.hold(answer)
        if not is_same:
            return False
        progress()
    return bool(seen)


def _is_get(answer: requests.Response) -> bool:
    return answer.request.method == "GET"


def _asked(answer: requests.Response) -> str:
    """The address that was asked for, before redirects."""
    first = answer.history[0] if answer.history else answer
    return first.request.url or ""


def _digest(answer: requests.Response) -> str:
    digest = hashlib.blake2b(answer.content, digest_size=16)
    digest.update(f"\0{answer.status_code} {answer.headers.get('Content-Type', '')}".encode())
    return digest.hexdigest()
