"""Reads a CKAN, or a DKAN that speaks its language, as ckanapi asks it: page by page, sorted by id.

An answer that is not what it should be ends the run with SourceError, and nothing is withdrawn. Old servers that know
no package_search are asked for current_package_list_with_resources, then for each package by itself.
"""

import re
import reprlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import orjson
from ckanapi.common import prepare_action

from harvesters.files.payload import lost_characters, payload, too_deep
from harvesters.harvester import Answer, Item, Mark, Recognised
from registry.errors import SourceError, UsageError
from registry.fetch.session import USER_AGENT
from registry.masking import shown
from registry.model import Findings, Metadata, Source
from registry.model.message import Message, message
from registry.rules import few, finding

if TYPE_CHECKING:
    from requests import Response, Session

LABEL: Final = {"de": "CKAN", "en": "CKAN"}
VERSION: Final = 3
SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rows": "packages a page, at most 1000 (the default)",
        "organization": "only the packages of this organization, by its name in the portal",
        "fq": "only the packages that this Solr filter lets through, e.g. groups:verkehr",
        "q": "only the packages that this search finds",
    }
)
MAX_PACKAGES_PER_PAGE: Final = 1000  # CKAN gives no more at a time
PROBE_PATH: Final = "/api/3/action/package_search?rows=0"
TIMEOUT_SECONDS: Final = (10, 120)  # seconds: to connect, between two packets
UNKNOWN_ACTION_STATUSES: Final = frozenset((400, 404, 405, 410, 501))  # of a server that does not know an action


class Page(NamedTuple):
    """Packages that a server answered at once. `total`: how many there are in all, None if it does not say so."""

    packages: list[Any]
    total: int | None


def read(source: Source, http: "Session", after: str | None) -> Iterator[Item | Mark]:
    """Yields the packages page by page. Token of a mark: method, where the next page starts, how many were left out.

    SourceError; TooLargeError.
    """
    portal = Portal(source, http)
    method, _, numbers = (after or "").partition(" ")
    start, left_out = (int(number) for number in numbers.split("+")) if numbers else (0, 0)
    method = method or portal.first_method()
    seen: set[str] = set()
    lengths: list[int] = []
    while True:
        page = portal.page(method, start)
        names = [_name(package) for package in page.packages]
        fresh = [(package, name) for package, name in zip(page.packages, names, strict=True) if name not in seen]
        for package, name in fresh:
            if _is_listed(package):
                yield _item(package, name, portal.site)
            else:
                left_out += 1
        seen.update(filter(None, names))
        start += len(page.packages)
        lengths.append(len(page.packages))
        total = None if page.total is None else max(page.total - left_out, 0)
        # A page that came before: this server ignores `start`. After a full page there may be more, despite `count`.
        full = lengths[-1] >= portal.rows() or (len(lengths) > 1 and lengths[-1] == max(lengths))
        end = not fresh or (page.total is not None and start >= page.total and not full)
        yield Mark(f"{method} {start}+{left_out}", total, end=end, left_out=left_out)
        if end:
            return


def recognises(answer: Answer) -> Recognised | None:
    """How many packages a CKAN names in its answer to an empty search; None for any other answer."""
    document = orjson.loads(answer.body)
    if not isinstance(document, dict) or document.get("success") is not True:
        return None
    count = document["result"].get("count") if isinstance(document.get("result"), dict) else None
    return Recognised(count) if isinstance(count, int) else None


def to_metadata(item: Item, source: Source) -> tuple[Metadata, Findings]:
    """The Metadata of a package by the tables of `registry.ckan`, with findings."""
    from registry import ckan  # late: a harvest without changes maps nothing

    package = orjson.loads(item.payload)
    metadata, findings = ckan.to_metadata(package, site(source.url), source.language)
    return metadata, few([*findings, *lost_characters(item.payload, package)])


def site(url: str) -> str:
    """The portal's address, if that of its API was given."""
    return re.sub(r"/api(/\d+)?(/action)?(/\w+)?/?$", "", url.partition("?")[0]).rstrip("/")


class Portal:
    """One CKAN portal; `METHODS` are the three by which it can be read, best first."""

    METHODS = ("search", "list", "show")

    def __init__(self, source: Source, http: "Session") -> None:
        self.source = source
        self.site = site(source.url)
        self.http = http
        self.answer: Response | None = None
        self.names: list[str] = []
        self.sort = True

    def first_method(self) -> str:
        """The first method that this server knows."""
        settings = self.source.settings
        for method in self.METHODS:
            try:
                self.ask("package_search", rows=0) if method == "search" else self.page(method, 0)
            except SourceError as error:
                status = error.detail.get("status")
                if status not in UNKNOWN_ACTION_STATUSES or method == "show":
                    raise
                if narrowed := [name for name in ("organization", "fq", "q") if settings.get(name)]:
                    names = ", ".join(narrowed)
                    raise self.failed(message("ckan-no-search", names=names), status) from error
                continue
            return method
        raise AssertionError("the last method returns or raises")

    def page(self, method: str, start: int) -> Page:
        """The packages from position `start` on, by one of METHODS."""
        if method == "search":
            return self._search(start)
        if method == "list":
            result = self.ask("current_package_list_with_resources", limit=self.rows(), offset=start)
            return Page(_flat(result), None) if isinstance(result, list) else self._not_a(result, "list")
        return self._shown(start)

    def rows(self) -> int:
        """How many packages are requested at once; UsageError for an invalid setting `rows`."""
        text = self.source.settings.get("rows", "")
        if text and not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= MAX_PACKAGES_PER_PAGE):
            raise UsageError("setting-rows", value=text, limit=MAX_PACKAGES_PER_PAGE)
        return int(text) if text else MAX_PACKAGES_PER_PAGE

    def _search(self, start: int) -> Page:
        settings = self.source.settings
        parameters: dict[str, Any] = {"rows": self.rows(), "start": start}
        filters = [settings["fq"]] if settings.get("fq") else []
        if settings.get("organization"):
            filters.append('organization:"{}"'.format(settings["organization"].replace('"', "")))
        if filters:
            parameters["fq"] = " AND ".join(f"({part})" for part in filters) if len(filters) > 1 else filters[0]
        if settings.get("q"):
            parameters["q"] = settings["q"]
        try:
            result = self.ask("package_search", **parameters, **({"sort": "id asc"} if self.sort else {}))
        except SourceError as error:
            if not self.sort or error.detail.get("status") not in (400, 409):
                raise
            self.sort = False  # some old servers do not sort by id
            result = self.ask("package_search", **parameters)
        if not isinstance(result, dict):
            return self._not_a(result, "mapping")
        packages, count = result.get("results"), result.get("count")
        if not isinstance(packages, list) or not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise self.failed(message("ckan-search-answer"))
        return Page(packages, count)

    def _shown(self, start: int) -> Page:
        """Up to fifty packages, one request each. One that is deleted or closed meanwhile is left out."""
        if not self.names:
            names = self.ask("package_list")
            if not isinstance(names, list):
                return self._not_a(names, "list")
            self.names = [str(name) for name in names]
        packages: list[Any] = []
        for name in self.names[start : start + 50]:
            try:
                result = self.ask("package_show", id=name)
            except SourceError as error:
                if error.detail.get("status") not in (403, 404):
                    raise
                packages.append({"name": name, "state": "deleted"})
                continue
            packages += _flat(result) if isinstance(result, list) else [result]
        return Page(packages, len(self.names))

    def ask(self, action: str, **parameters: Any) -> Any:
        """The result of an action; SourceError with the answer's `status` for whatever is none.

        ckanapi knows how to ask. Answers are parsed by msgspec, in a third of the time of ckanapi (decision 0169).
        """
        self.answer = None
        path, _, headers = prepare_action(action, parameters)
        headers["User-Agent"] = USER_AGENT
        answer = self.http.get(f"{self.site}/{path}", params=parameters, headers=headers, timeout=TIMEOUT_SECONDS)
        self.answer = answer
        try:
            document = msgspec.json.decode(answer.content)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            document = None
        if isinstance(document, dict) and document.get("success") and "result" in document:
            return document["result"]
        if answer.status_code == 200:
            return self._looked_through(action, answer)
        what = f"status {answer.status_code}"
        raise self.failed(message("ckan-answer", action=action, what=what), answer.status_code)

    def _looked_through(self, action: str, answer: "Response") -> Any:
        """The result of an answer that msgspec cannot parse: it may hold one thing that is nested too deep, or a
        number without end."""
        from harvesters.files.json_text import decoded, parsed  # late: few servers answer so

        kind = answer.headers.get("Content-Type", "").partition(";")[0] or "?"
        text = decoded(answer.content, answer.encoding).lstrip()
        if not text.startswith(("{", "[")):
            code = "ckan-answer-other" if text else "ckan-answer-empty"
            raise self.failed(message(code, action=action, kind=kind), 200)
        try:
            document = parsed(text, shown(answer.url))
        except SourceError as error:
            raise SourceError("source-error", {"status": 200}, name=self.source.name, message=error.summary) from None
        if not isinstance(document, dict) or not document.get("success") or "result" not in document:
            raise self.failed(message("ckan-no-success", action=action), 200)
        return document["result"]

    def _not_a(self, result: Any, wanted: str) -> Page:
        here, there = _FORMS.get(type(result), _FORMS[float]), _FORMS[list if wanted == "list" else dict]
        raise self.failed(message("ckan-answer-form", here=message(here), there=message(there)))

    def failed(self, what: Message, status: int | None = None) -> SourceError:
        """The error that names source, address, what happened and what to do."""
        address = shown(self.answer.url if self.answer is not None else self.site)
        remedy = message("ckan-server-fault")
        if not status or status < 500:
            remedy = message("ckan-check-address", url=f"{shown(self.site)}/api/3/action/status_show")
        detail = {"source": self.source.name, "address": address, "status": status}
        return SourceError("ckan-failed", detail, source=self.source.name, url=address, what=what, remedy=remedy)


_FORMS: Final[Mapping[type, str]] = {  # of a JSON value -> code of its name
    dict: "json-object",
    list: "json-list",
    str: "json-text",
    type(None): "json-nothing",
    float: "json-some-number",
}


def _flat(results: list[Any]) -> list[Any]:
    """DKAN wraps lists into lists."""
    return [inner for result in results for inner in (result if isinstance(result, list) else [result])]


def _name(package: Any) -> str:
    """The remote id: `id`, else `name`."""
    if not isinstance(package, dict):
        return ""
    for candidate in (package.get("id"), package.get("name")):
        if candidate and isinstance(candidate, str | int):
            return str(candidate)
    return ""


def _is_listed(package: Any) -> bool:
    """Whether a package is harvested: not if it is a harvest source, private, deleted or a draft."""
    if not isinstance(package, dict):
        return True
    values = package.get("type"), package.get("private"), package.get("state")
    if values == ("dataset", False, "active"):  # as nearly all are
        return True
    kind, private, state = (str(value).strip().lower() for value in values)
    return kind != "harvest" and private != "true" and state not in ("deleted", "draft")


def _item(package: Any, name: str, site: str) -> Item:
    if not isinstance(package, dict):
        return Item(name, error=finding("unreadable", value=reprlib.repr(package)))
    page = package.get("name") if isinstance(package.get("name"), str) else name
    url = f"{site}/dataset/{page}"
    try:
        staged = payload(package)
    except RecursionError:
        return Item(name, url=url, error=too_deep(package))
    nameless = None if name else finding("id-missing", "id", str(package.get("title") or ", ".join(package))[:200])
    return Item(name, staged, url, nameless)
