"""Looks at an address for somebody who wants to add it as a source: what answers there, and which kind reads it."""

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from registry.errors import LotseError, SourceError, UsageError
from registry.fetch.session import body, session
from registry.settings import Settings

if TYPE_CHECKING:
    from requests import Response, Session

CKAN: Final = "/api/3/action/package_search?rows=0"
SHEETS: Final = (".csv", ".tsv", ".xlsx", ".xls", ".ods")


def probe(url: str, settings: Settings) -> dict[str, Any]:
    """`kind`: the source kind that would read it, None if none is sure; `things`: how many it names, if that is told.

    SourceError if nothing answers.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(
            f"The address {url!r} must begin with http:// or https://.",
            de=f"Die Adresse {url!r} muss mit http:// oder https:// beginnen.",
        )
    with session(settings) as http:
        total = _ckan(http, url)
        if total is not None:
            return {"url": url, "kind": "ckan", "things": total, "content_type": "application/json"}
        with http.get(url, stream=True) as response:
            if not response.ok:
                raise SourceError(
                    f"{url} answers {response.status_code} {response.reason}.",
                    de=f"{url} antwortet mit {response.status_code} {response.reason}.",
                )
            return {"url": url, **_looked_at(response)}


def _ckan(http: "Session", url: str) -> int | None:
    """How many packages a CKAN at this address has."""
    try:
        with http.get(url.rstrip("/") + CKAN, stream=True) as response:
            answer = response.json() if response.ok else {}
        return int(answer["result"]["count"]) if answer["success"] is True else None
    except (LotseError, OSError, ValueError, KeyError, TypeError):
        return None


def _looked_at(response: "Response") -> dict[str, Any]:
    from registry.rdf.descriptions import things
    from registry.rdf.parsing import parse

    data = body(response)
    media_type = response.headers.get("content-type", "")
    found: dict[str, Any] = {"kind": None, "things": None, "content_type": media_type, "bytes": len(data)}
    if urlsplit(response.url).path.lower().endswith(SHEETS) or "csv" in media_type or "spreadsheet" in media_type:
        return found | {"kind": "sheet"}
    try:
        count = sum(1 for _ in things(parse(data, media_type=media_type, name=response.url).graph))
    except LotseError:
        count = 0
    if count:
        return found | {"kind": "dcat", "things": count}
    return found | {"kind": "json"} if data.lstrip()[:1] in (b"{", b"[") else found
