"""Addresses of pages: from names to paths and back, by the table of `vocab/pages.py`.

Entry points: `path` and `place` (name -> path), `parse_path` (path -> PageAddress), `patterns` and `mount` (routing).
Invariant: `parse_path(path(name, lang, rest))` gives name, language and rest back.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args
from urllib.parse import quote, unquote, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from registry.model import KINDS, Kind
from vocab.pages import PAGE_ROWS, step_word
from vocab.pages import path as path
from vocab.pages import place as place
from vocab.pages import word as word

Lang = Literal["de", "en"]
LANGS: Final[tuple[Lang, ...]] = get_args(Lang)

PAGES_WITH_IDS: Final = tuple(row.name for row in PAGE_ROWS.values() if row.has_ids)


_NAMES: Final[Mapping[tuple[Lang, str], str]] = MappingProxyType(
    {(lang, word(row.name, lang)): row.name for row in PAGE_ROWS.values() for lang in LANGS}
)


class PageAddress(NamedTuple):
    """The parts of a page's path: language, name in PAGE_ROWS, and the rest after the first word, without slashes at
    its ends."""

    lang: Lang
    name: str
    rest: str = ""

    @property
    def path(self) -> str:
        return path(self.name, self.lang, self.rest)

    @property
    def kind(self) -> Kind | None:
        """The kind of thing that the page lists or shows, if it is one of KINDS."""
        return self.name if self.name in KINDS else None


def language_of(text: str) -> Lang:
    """English for "en", German for everything else."""
    return "en" if text == "en" else "de"


def page(kind: str, id: str, lang: Lang = "de") -> str:
    """The page of a record, a district or a topic: `/daten/radwege`."""
    return path(kind, lang, id)


def thing_path(id: str) -> str:
    """The path of the URI of a thing: `/id/radwege`. `absolute` makes it a URL."""
    return f"/id/{quote(id, safe='')}"


@lru_cache(4_096)  # each link of a page, and each request several times
def parse_path(path: str) -> PageAddress | None:
    """The page of a path, in either language, with or without a slash at the end; None if no page has that path."""
    lang: Lang = "de"
    steps = path.strip("/").split("/")
    if steps[0] == "en":
        lang, steps = "en", steps[1:] or [""]
    name = _NAMES.get((lang, unquote(steps[0])))
    rest = "/".join(map(unquote, steps[1:]))
    return None if name is None or (rest and not steps[0]) else PageAddress(lang, name, rest)


def twin(path: str, lang: Lang) -> str:
    """The path of the same page in that language, with its query string; the start page where there is none."""
    parts = urlsplit(path)
    address = parse_path(parts.path) or PageAddress(lang, "start")
    return address._replace(lang=lang).path + (f"?{parts.query}" if parts.query else "")


def absolute(base_url: str, path: str) -> str:
    """The URL of a path below the public address (a slash at its end is dropped); an IRI is returned unchanged."""
    return f"{base_url.rstrip('/')}{path}" if path.startswith("/") else path


def local_path(base_url: str, path: str) -> str:
    """The path as a browser must request it: with the prefix of the public address, which a reverse proxy removes."""
    return urlsplit(base_url).path.rstrip("/") + path


def local(base_url: str, iri: str) -> str | None:
    """The id of one of our own things from its IRI, absolute or relative; None for any other IRI."""
    prefix = "/id/" if iri.startswith("/") else absolute(base_url, "/id/")
    rest = iri.removeprefix(prefix) if iri.startswith(prefix) else ""
    return unquote(rest) if rest and "/" not in rest else None


def patterns(name: str, *steps: str) -> list[str]:
    """The paths of a page for a router, in both languages; a step may be a parameter such as `{id}`."""
    return ["/".join((path(name, lang), *(step_word(step, lang) for step in steps))) for lang in LANGS]


def notice(request: Request, names: Iterable[str]) -> str:
    """The name of the notice that a page shows: the first of `names` that is a parameter of its address, else ""."""
    return next((name for name in names if name in request.query_params), "")


def mount(
    router: APIRouter, paths: list[str], view: Callable[..., Response | Awaitable[Response]], method: str = "GET"
) -> None:
    """Adds a view to the router at each of the paths; pages are left out of the OpenAPI document."""
    for pattern in paths:
        router.add_api_route(pattern, view, methods=[method], include_in_schema=False, response_class=Response)


def language(request: Request) -> Lang:
    """The language of the requested page; of an unknown path the language of its first step."""
    address = parse_path(request.url.path)
    return address.lang if address else ("en" if request.url.path.startswith("/en/") else "de")
