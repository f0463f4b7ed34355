"""Reads sentences that were stored before messages had codes, as messages.

Until commit cc0eaa5 runs kept their reason as `{"de": …, "en": …}`, findings kept "German / English" as their value,
and withdrawals and notes of the history kept whole sentences. Old rows are not rewritten; they are translated whenever
they are read.
"""

from contextlib import suppress
from typing import Any, Final

import msgspec

from registry.model.harvest import Run
from registry.model.message import Message, message
from registry.model.metadata import Finding

BETWEEN_LANGUAGES: Final = " / "
BILINGUAL_RULES: Final = ("listing-partial", "statement-unreadable", "too-large")  # whose values were two sentences
SENTENCES: Final = {  # stored sentence -> code of today's message
    "Die Quelle nennt den Eintrag nicht mehr. / The source no longer names this entry.": "source-names-no-more",
    "organizations matched": "organizations-matched",
}
DRAFT: Final = "draft "  # start of the note of a version that came from a draft; the draft's id follows
STORED_MESSAGE: Final = '{"code":'  # start of a message in a column of text


def read_run(body: bytes) -> Run:
    """A run as `Runs` stores it."""
    if b'"reason":{"de"' not in body and b'"reason":{"en"' not in body:
        return msgspec.json.decode(body, type=Run)
    run: dict[str, Any] = msgspec.json.decode(body)
    return msgspec.convert({**run, "reason": {"code": "former-text", "values": run["reason"]}}, Run)


def read_finding(finding: Finding) -> Finding:
    """A finding as a run reported it."""
    if finding.rule not in BILINGUAL_RULES or not isinstance(finding.value, str):
        return finding
    german, between, english = finding.value.partition(BETWEEN_LANGUAGES)
    if not between:
        return finding
    return msgspec.structs.replace(finding, value=message("former-text", de=german, en=english))


def read_text(text: str) -> str | Message:
    """A column of text that holds a person's words or a message, such as the note of a version."""
    if text.startswith(STORED_MESSAGE):
        with suppress(msgspec.DecodeError):  # a person may have written a text with this start
            return msgspec.json.decode(text, type=Message)
    if text.startswith(DRAFT):
        return message("draft", id=text.removeprefix(DRAFT))
    return message(SENTENCES[text]) if text in SENTENCES else text


def stored_text(text: str | Message) -> str:
    """A text or a message as it is written into a column of text; `read_text` reads it back."""
    return text if isinstance(text, str) else msgspec.json.encode(text).decode()
