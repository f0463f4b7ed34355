"""Relevance on the judged German set: `make relevance`, or `python -m tests.benchmarks.relevance [FOLDER]`.

FOLDER holds documents, queries and judgments as `shared/data/search` does (`mdk_dev_*`). Each query takes the way that
every search takes: through `TantivyIndex.search`, with its choice between all words and similar ones.
"""

import csv
import gzip
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from registry.model import Agent, Change, Metadata, Position, Record
from registry.search.query import Query
from registry.search.tantivy_index import TantivyIndex

SHARED = Path(__file__).parents[3] / "shared/data/search"
YARDSTICK = {"label": 0.62, "definition": 0.56}  # below these something broke; 0031-relevance.md has the figures
DEPTH = 100


def records(folder: Path, part: str) -> Iterator[Record]:
    with gzip.open(folder / f"mdk_{part}_docs.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            metadata = Metadata(
                kind="dataset",
                title={"de": row["dct:title"]},
                description={"de": row["dct:description"]},
                publisher=Agent(name={"de": row["ORG"]}),
            )
            yield Record(id=f"{number:05}", said=metadata)


def judgments(folder: Path, part: str) -> Mapping[str, set[str]]:
    """Query -> ids of what is relevant."""
    relevant: dict[str, set[str]] = {}
    for line in (folder / f"mdk_{part}_qrels.txt").read_text().splitlines():
        query, _, document, grade = line.split()
        if int(grade) > 0:
            relevant.setdefault(query, set()).add(document)
    return relevant


def ndcg(ranking: list[str], relevant: set[str], depth: int = 10) -> float:
    gain = sum(1 / math.log2(place + 2) for place, id in enumerate(ranking[:depth]) if id in relevant)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(depth, len(relevant))))


def recall(ranking: list[str], relevant: set[str], depth: int = 50) -> float:
    return len(relevant.intersection(ranking[:depth])) / min(depth, len(relevant))


def main(folder: Path, part: str = "dev") -> int:
    with tempfile.TemporaryDirectory() as place:
        index = TantivyIndex(Path(place))
        documents = list(records(folder, part))
        changes = (Change(number, record.id, record) for number, record in enumerate(documents, 1))
        index.rebuild(changes, Position("relevance", len(documents)))
        relevant, below = judgments(folder, part), False
        for kind, least in YARDSTICK.items():
            lines = (folder / f"mdk_{part}_queries_{kind}.tsv").read_text(encoding="utf-8").splitlines()
            queries = [line.split("\t") for line in lines]
            pages = [index.search(Query(words=text, size=DEPTH, facets=())) for _, text in queries]
            rankings = [[hit.id for hit in page.hits] for page in pages]
            pairs = [(ranking, relevant[query]) for ranking, (query, _) in zip(rankings, queries, strict=True)]
            score = sum(ndcg(*pair) for pair in pairs) / len(pairs)
            below |= score < least
            print(
                f"{kind:10}  {len(pairs):3} queries  NDCG@10 {score:.3f} (at least {least})"
                f"  NDCG@5 {sum(ndcg(*pair, 5) for pair in pairs) / len(pairs):.3f}"
                f"  recall@50 {sum(recall(*pair) for pair in pairs) / len(pairs):.3f}"
                f"  hits {sum(page.total for page in pages) / len(pages):.0f}"
                f"  all words {sum(not page.relaxed and not page.note for page in pages)}"
                f"  also similar {sum(bool(page.note) for page in pages)}"
                f"  loosened {sum(bool(page.relaxed) for page in pages)}"
                f"  empty {sum(not page.total for page in pages)}"
            )
    return int(below)


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    if not where.is_dir():
        sys.exit(f"No judged queries at {where}; give the folder that holds mdk_dev_docs.csv.gz")
    sys.exit(main(where))
