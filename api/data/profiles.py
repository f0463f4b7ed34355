"""Which profile a client wants, and what an answer says about it (W3C: Content Negotiation by Profile).

A client names a profile by the suffix (`/daten/radwege.dcat-ap-3.ttl`), by `_profile=` (token or IRI), or by the header
`Accept-Profile`; the first of these counts.

Entry points: `split` (suffix), `wanted`, `links` (the `Link` header), `alternates` (all there are), `document`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import orjson
import pyoxigraph as ox
from starlette.requests import Request

from api.data.schema_org import catalogue_described, described
from api.web.negotiate import HTML, JSON, RDF, Format, ranges
from registry import rdf
from registry.errors import LotseError
from registry.model import Catalogue, Record
from registry.rdf import DEFAULT, PROFILES, HydraPage, OutputProfile, profile_of, with_contributor

ALL: Final = ("all", "alt")  # values of `_profile` that ask what there is
MAX_HEADER: Final = 4_000  # characters of Accept-Profile that are read
PROF: Final = "http://www.w3.org/ns/dx/prof/Profile"
_NODES: Final = (
    "url",
    "license",
    "contentUrl",
    "sameAs",
    "includedInDataCatalog",
)  # of schema.org: their values are IRIs
_CONTEXT: Final = {"@vocab": "https://schema.org/", **{name: {"@type": "@id"} for name in _NODES}}


class ProfileNotThereError(LotseError):
    """406: the profile is none of ours, or this thing does not have it; detail `alternatives`: those there are."""

    status = 406


def split(stem: str) -> tuple[str, str]:
    """A path without the token of a profile at its end, and the token: `/catalog.dcat-ap-3` -> (`/catalog`,
    `dcat-ap-3`)."""
    start, dot, token = stem.rpartition(".")
    return (start, token) if dot and start and any(row.token == token for row in PROFILES) else (stem, "")


def wanted(request: Request, token: str, fits: Callable[[OutputProfile], bool]) -> OutputProfile | None:
    """The profile that a request asks for; the default if it names none. None if it is not to be had. `token`: of the
    suffix; `fits`: whether the thing has a profile."""
    named = token or request.query_params.get("_profile", "")
    if named:
        row = profile_of(named)
        return row if row and fits(row) else None
    header = ",".join(request.headers.getlist("accept-profile"))[:MAX_HEADER]
    weights = {name.strip("<>"): weight for name, weight in ranges(header, lower=False)}
    if not weights:
        return DEFAULT
    best, weight = None, 0.0
    for row in PROFILES:
        own = max((weights.get(name, 0.0) for name in (row.token, row.iri, *row.aliases)), default=0.0)
        if own > weight and fits(row):
            best, weight = row, own
    return best or (DEFAULT if weights.get("*", 0.0) > 0 else None)


def asks_for_list(request: Request) -> bool:
    """Whether the answer is to be the list of what there is."""
    return request.query_params.get("_profile", "") in ALL


def address(url: str, row: OutputProfile, format: Format) -> str:
    """The address of a thing in a profile and format."""
    return f"{url}.{format.name}" if row is DEFAULT else f"{url}.{row.token}.{format.name}"


def links(url: str, row: OutputProfile, fits: Callable[[OutputProfile], bool]) -> list[str]:
    """The entries of the `Link` header: this profile, its other formats, the other profiles in the first format."""
    parts = [f'<{row.iri}>; rel="profile"', f'<{url}>; rel="canonical"']
    parts += [_alternate(url, row, format) for format in RDF]
    parts += [_alternate(url, other, RDF[0]) for other in PROFILES if other is not row and fits(other)]
    parts += [f'<{PROF}>; rel="type"; token="{other.token}"; anchor="{other.iri}"' for other in PROFILES if fits(other)]
    return parts


def _alternate(url: str, row: OutputProfile, format: Format) -> str:
    return f'<{address(url, row, format)}>; rel="alternate"; type="{format.type}"; profile="{row.iri}"'


def alternates(url: str, fits: Callable[[OutputProfile], bool]) -> list[dict[str, str]]:
    """Each profile and format of a thing with its address."""
    listed = [
        {"url": address(url, row, format), "type": format.type, "profile": row.iri, "token": row.token}
        for row in PROFILES
        if fits(row)
        for format in RDF
    ]
    return [{"url": url, "type": HTML.type}, *listed, {"url": f"{url}.{JSON.name}", "type": JSON.type}]


def not_there(url: str, fits: Callable[[OutputProfile], bool]) -> ProfileNotThereError:
    return ProfileNotThereError("not-in-that-profile", {"alternatives": alternates(url, fits)})


# -- documents


def document(
    row: OutputProfile,
    records: Sequence[Record],
    name: str,
    base: str,
    contributor: str = "",
    page: tuple[Catalogue, HydraPage] | None = None,
) -> bytes:
    """Records in a profile and an RDF format, with a page of the catalogue if that is given."""
    if row.change is None:
        return _schema_org(records, name, base, page[0] if page else None)
    change = changed(row, contributor)
    if page:
        return rdf.write_page(page[0], records, page[1], name, base, change)
    return b"".join(rdf.write(records, name, base_url=base, change=change))


def changed(row: OutputProfile, contributor: str) -> Callable[[rdf.Graph], rdf.Graph]:
    """What a profile makes of a graph, with the data provider of DCAT-AP.de."""
    if row.change is None or row is DEFAULT:
        return lambda graph: with_contributor(graph, contributor)
    change = row.change
    return lambda graph: change(with_contributor(graph, contributor))


def _schema_org(records: Iterable[Record], name: str, base: str, catalogue: Catalogue | None) -> bytes:
    listed = list(records)
    nodes = [described(record, base, "de") for record in listed]
    if catalogue:
        nodes.append(catalogue_described(catalogue, listed, base))
    for node in nodes:
        node.pop("@context", None)
    body = orjson.dumps({"@context": _CONTEXT, "@graph": nodes})
    if name == "jsonld":
        return body
    graph: rdf.Graph = {}
    for quad in ox.parse(body, ox.RdfFormat.JSON_LD, base_iri=f"{base}/"):
        about = graph.setdefault(str(quad.subject), {})
        about.setdefault(str(quad.predicate), {})[str(quad.object)] = None
    return b"".join(rdf.written([("schema", graph)], name))
