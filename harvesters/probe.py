"""Looks at an address for somebody who wants to add it as a source: what answers there, and which kind reads it.

The kinds themselves know what they can read: each module of `harvesters/kinds` may have `recognises(answer)`.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harvesters.harvester import Answer, Recognised
from harvesters.source_kinds import SOURCE_KINDS, harvester
from registry.errors import LotseError, SourceError, UsageError
from registry.fetch.session import body, session
from registry.settings import Settings

if TYPE_CHECKING:
    from requests import Session


def probe(url: str, settings: Settings) -> dict[str, Any]:
    """What an address answers. `kind`: the source kind that would read it, None if none is sure; `things`: how many it
    names, None if that is not known.

    UsageError for an address that is not http(s); SourceError if nothing answers.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError("address-scheme", url=url)
    with session(settings) as http:
        return _by_interface(http, url) or _by_content(http, url)


def _by_interface(http: "Session", url: str) -> dict[str, Any] | None:
    """The kind whose interface answers below this address (`PROBE_PATH`)."""
    for kind in SOURCE_KINDS:
        path = getattr(harvester(kind), "PROBE_PATH", "")
        try:
            answer = _answer(http, url.rstrip("/") + path) if path else None
        except (LotseError, OSError, ValueError):
            continue
        if answer and (recognised := _recognised(kind, answer)):
            media_type = answer.media_type.partition(";")[0].strip()
            return {"url": url, "kind": kind, "things": recognised.things, "content_type": media_type}
    return None


def _by_content(http: "Session", url: str) -> dict[str, Any]:
    """The kind that can read what the address itself answers; one that counted things goes first."""
    answer = _answer(http, url)
    recognising = [(kind, recognised) for kind in SOURCE_KINDS if (recognised := _recognised(kind, answer))]
    kind, recognised = max(recognising, key=lambda pair: pair[1].things or 0, default=(None, Recognised()))
    size = len(answer.body)
    return {"url": url, "kind": kind, "things": recognised.things, "content_type": answer.media_type, "bytes": size}


def _answer(http: "Session", url: str) -> Answer:
    with http.get(url, stream=True) as response:
        if not response.ok:
            raise SourceError("source-answers", url=url, status=response.status_code, reason=response.reason)
        return Answer(response.url, response.headers.get("content-type", ""), body(response))


def _recognised(kind: str, answer: Answer) -> Recognised | None:
    recognises = getattr(harvester(kind), "recognises", None)
    try:
        return recognises(answer) if recognises else None
    except (LotseError, ValueError):  # not of that kind
        return None
