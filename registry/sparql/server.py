"""A SPARQL 1.1 server in place of the triple store in the data folder: fed by updates, asked by queries.

`LOTSE_SPARQL` is its address, or two with a comma between them: for queries, for updates. The server must answer over
all graphs where a query names none. It may hold other graphs: only those whose names begin with ours are written.

Entry point: `SparqlServer`.
"""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
import requests

from registry.errors import NotReadyError, UsageError
from registry.model import Change, Position
from registry.rdf.terms import iri_term
from registry.sparql.triple_store import MAPPING_EDITION, graph_name, quads

RECORDS_PER_UPDATE: Final = 50
TIMEOUT_SECONDS: Final = (10, 300)  # to connect, between two packets
QUERY_SECONDS: Final = 60.0
MAX_ANSWER_BYTES: Final = 50_000_000
# The media types of results that are passed on: HTML, which a browser would show under our address, is none of them
RESULT_TYPES: Final = frozenset(
    {
        "application/sparql-results+json", "application/sparql-results+xml", "application/json", "text/csv",
        "text/tab-separated-values", "text/turtle", "application/n-triples", "application/rdf+xml",
        "application/ld+json",
    }
)  # fmt: skip


class _Position(msgspec.Struct, frozen=True):
    server: str
    position: Position


class SparqlServer:
    """The projection on a server, and its queries. `file`: in which the position is kept."""

    def __init__(self, addresses: tuple[str, ...], file: Path, base_url: str) -> None:
        self.query_address, self.update_address = addresses[0], addresses[-1]
        self.file = file
        self.base_url = base_url.rstrip("/")
        self.http = requests.Session()
        self.http.trust_env = False

    def position(self) -> Position | None:
        try:
            stored = msgspec.json.decode(self.file.read_bytes(), type=_Position)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return stored.position if stored.server == self._edition() else None

    def _edition(self) -> str:
        """What the server holds: of which server, address and edition of the mapping it is."""
        return f"{self.update_address} {MAPPING_EDITION} {self.base_url}"

    def damage(self) -> str:
        return ""

    def resumes_after(self, epoch: str) -> int:
        return 0

    def apply(self, changes: Iterable[Change], position: Position) -> None:
        remaining = iter(changes)
        while batch := list(islice(remaining, RECORDS_PER_UPDATE)):
            self._update(" ;\n".join(part for change in batch for part in self._replaced(change)))
        self._store(position)

    def rebuild(self, changes: Iterable[Change], position: Position) -> None:
        start = f"{self.base_url}/id/"
        self._update(
            "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } "
            f'FILTER(STRSTARTS(STR(?g), "{start}")) }}'
        )
        self.apply(changes, position)

    def _replaced(self, change: Change) -> list[str]:
        """The operations that put a record in place of what its graph had."""
        name = iri_term(graph_name(change.id, self.base_url))
        dropped = [f"DROP SILENT GRAPH {name}"]
        if change.record is None:
            return dropped
        end = f" {name} .\n"
        lines = quads(change.record, self.base_url).splitlines(keepends=True)
        triples = "".join(line.removesuffix(end) + " .\n" for line in lines)
        return [*dropped, f"INSERT DATA {{ GRAPH {name} {{ {triples} }} }}"]

    def _update(self, text: str) -> None:
        headers = {"Content-Type": "application/sparql-update; charset=utf-8"}
        try:
            answer = self.http.post(
                self.update_address, text.encode(), headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise NotReadyError("sparql-server-away", what=type(error).__name__) from None
        if answer.status_code >= 300:
            raise NotReadyError("sparql-server-away", what=f"status {answer.status_code}")

    def _store(self, position: Position) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(_Position(self._edition(), position)))
        new.replace(self.file)

    def query(self, query: str, accept: str, defaults: list[str], named: list[str]) -> tuple[bytes, str]:
        """The body and media type of the answer of the server; UsageError for what it refuses, NotReadyError."""
        fields = [("query", query), *(("default-graph-uri", iri) for iri in defaults)]
        fields += [("named-graph-uri", iri) for iri in named]
        try:
            with self.http.post(
                self.query_address,
                data=fields,
                headers={"Accept": accept},
                timeout=QUERY_SECONDS,
                stream=True,
                allow_redirects=False,
            ) as answer:
                body = answer.raw.read(MAX_ANSWER_BYTES + 1, decode_content=True)
        except (requests.RequestException, OSError) as error:
            raise NotReadyError("sparql-server-away", what=type(error).__name__) from None
        if answer.status_code == 400:
            raise UsageError("sparql-mistake", what=body[:500].decode("utf-8", "replace"))
        if answer.status_code >= 300 or len(body) > MAX_ANSWER_BYTES:
            raise NotReadyError("sparql-server-away", what=f"status {answer.status_code}")
        content_type = answer.headers.get("Content-Type", "")
        if content_type.partition(";")[0].strip().lower() not in RESULT_TYPES:
            raise NotReadyError("sparql-server-away", what=f"Content-Type {content_type[:80]}")
        return body, content_type
