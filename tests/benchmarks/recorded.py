"""Whether answers stay the same to the byte: 500 addresses of search, API, records, feeds and lists, and their answers.

    python -m tests.benchmarks.recorded DATA FILE

DATA is a data folder with a harvested catalogue; it is copied, so it stays as it is. Where FILE does not exist yet, it
gets a digest of each answer; else the answers are compared with it, and those that differ are printed. Run it with the
code before a change and with the code after it, on the same day: some answers depend on the day. Ends 1 where an
answer differs.
"""

import hashlib
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote

from starlette.testclient import TestClient

from api.app import create_app
from registry.build import open_catalog
from registry.catalog import Catalog
from registry.settings import Settings

MAX_ADDRESSES = 500
STAMP = re.compile(rb'name="stamp" value="[^"]*"|, \d{1,2}:\d\d')  # the moment at which a form or a page was made
RECORDS = 22  # whose pages and data are asked for
WORDS = (
    "Radwege", "Wasser", "Bäume", "Luftqualität", "Haushalt", "Spielplätze im Stadtteil", "Berlin Karte", "Straßen",
    "Kita", "Ladesaulen", "wahlergebnis 2013", '"amtliche Statistik"', "Verkehr -Karte", "format:csv Wasser",
    "Xylophon", "hundesteuer", "Wo sind Spielplätze?", "open data", "bus", "Bevölkerung nach Altersgruppen",
)  # fmt: skip
FILTERS = (
    "theme=TRAN", "kind=dataset", "kind=project", "format=CSV&format=JSON", "licence=dl-by-de/2.0", "year=2013",
    "theme=ENVI&kind=dataset", "publisher=umweltamt", "source=amt", "phase=umsetzung", "use=free", "family=table",
    "freshness=overdue", "hvd=yes", "language=DEU", "district=altstadt&city=no",
)  # fmt: skip
LIMITS = ("bbox=8.6,49.37,8.7,49.42", "near=8.65,49.4,3", "from=2013&to=2014-06", "bbox=13,52,14,53")
ORDERS = ("newest", "title", "starts", "ends")
OTHERS = (
    "/", "/en/", "/suche", "/en/search", "/daten", "/projekte", "/organisationen", "/themen", "/stadtteile",
    "/feed.atom", "/sitemap.xml", "/catalog.ttl", "/catalog.jsonld", "/catalog.rdf", "/catalog.nt", "/catalog?page=2",
    "/data.json", "/api/v1/changes", "/api/v1/changes?size=7", "/api/v1/suggest?q=ra", "/api/v1/search/ids?q=Wasser",
    "/openapi.json", "/api/v1/search/ids?size=300", "/api/v1/search/ids?theme=TRAN", "/suche.csv?q=Wasser",
    "/suche.json?q=Karte", "/suche.atom?q=Karte", "/daten.csv?theme=TRAN", "/projekte.ics", "/projekte/zeit",
    "/projekte/karte", "/qualitaet", "/api/3/action/package_list", "/api/3/action/package_search?q=wasser&rows=5",
    "/api/3/action/organization_list", "/api/3/action/package_search?fq=groups:tran", "/api/3/action/status_show",
    "/feed.atom?theme=TRAN", "/abo", "/api/v1/search?page=501", "/api/v1/search?size=1000",
    "/api/v1/search?unknown=1", "/api/v1/search?theme=NOPE", "/api/v1/search?bbox=1", "/api/v1/search?facets=none",
    "/api/v1/search?facets=use,hvd,kind", "/nichts", "/daten/nichts", "/api/v1/records/nichts", "/suche?page=17",
    "/suche?q=Wasser&page=4", "/daten?theme=TRAN&sort=title", "/dumps/", "/ldes", "/.well-known/void",
    "/api/v1/search?q=Karte&sort=title&page=3", "/suche?q=&sort=newest", "/feed.atom?q=Wasser",
)  # fmt: skip


def addresses(catalog: Catalog) -> Iterator[str]:
    """The addresses, the most different ones first."""
    yield from OTHERS
    records = sorted(record.id for record in islice(catalog.store.find(), 0, 4_000, 4_000 // RECORDS))
    for id, suffix in zip(records, cycle((".ttl", ".json", ".rdf", ".jsonld", ".nt")), strict=False):
        yield f"/api/v1/records/{id}"
        yield from (f"/daten/{id}", f"/en/datasets/{id}", f"/daten/{id}{suffix}", f"/projekte/{id}")
    for number, word in enumerate(WORDS):
        q = quote(word)
        yield from (f"/suche?q={q}", f"/en/search?q={q}", f"/api/v1/suggest?q={q[:3]}", f"/api/v1/search?q={q}&page=2")
        yield from (f"/api/v1/search?q={q}&sort={order}" for order in ORDERS)
        yield f"/api/v1/search?q={q}&{FILTERS[number % len(FILTERS)]}&{LIMITS[number % len(LIMITS)]}"
    yield from (f"/api/v1/search?{filter}" for filter in FILTERS)
    yield from (f"/suche?{filter}&q={quote(word)}" for filter, word in zip(FILTERS, cycle(WORDS), strict=False))
    yield from (f"/api/v1/search?sort={order}&page={page}" for order in ORDERS for page in (1, 2, 9, 40))
    yield from (f"/api/v1/search?{limit}&{filter}" for limit in LIMITS for filter in FILTERS[:8])
    yield from (f"/api/v1/search?q={quote(word)}&{filter}" for word in WORDS for filter in FILTERS)


def answers(data: Path) -> dict[str, str]:
    """Address -> status, content type and digest of the answer."""
    settings = Settings(data=data, base_url="http://recorded.example", meaning="off", secret=("fixed",))
    catalog = open_catalog(settings)
    catalog.projector.sync(("search",))
    client = TestClient(create_app(catalog, settings), base_url="http://recorded.example", follow_redirects=False)
    recorded = {}
    for address in islice(dict.fromkeys(addresses(catalog)), MAX_ADDRESSES):
        answer = client.get(address)
        digest = hashlib.sha256(STAMP.sub(b"", answer.content)).hexdigest()[:24]
        recorded[address] = f"{answer.status_code} {answer.headers.get('content-type', '')} {digest}"
    catalog.close()
    return recorded


def main(data: Path, file: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        shutil.copytree(data, copy)
        now = answers(copy)
    if not file.exists():
        file.write_text(json.dumps(now, indent=0, ensure_ascii=False))
        print(f"{len(now)} answers recorded")
        return 0
    before = json.loads(file.read_text())
    different = [address for address in before if now.get(address) != before[address]]
    for address in different:
        print(f"{address}\n   before {before[address]}\n   now    {now.get(address)}")
    print(f"{len(before) - len(different)} of {len(before)} answers are the same")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
