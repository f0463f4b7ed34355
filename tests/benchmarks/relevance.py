"""Relevance on the judged German set: `make relevance`, or `python -m tests.benchmarks.relevance [FOLDER]`.

FOLDER holds documents, queries and judgments as `shared/data/search` does (`mdk_dev_*`). Each query takes the way that
every search takes, through both engines: by the words as typed, by words with the words of the trade ("words alone"),
by meaning alone, by words and meaning. Elasticsearch is left out where it
cannot be started. Ends 1 where a figure is below its yardstick.
"""

import csv
import gzip
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from registry.model import Agent, Change, Metadata, Position, Record
from registry.search import meaning
from registry.search.candidates import Candidates, Documents, Refiner
from registry.search.elastic_index import ElasticIndex
from registry.search.elastic_vectors import ElasticVectors
from registry.search.query import Query, SearchIndex
from registry.search.refining import ByMeaning
from registry.search.synonyms import Synonyms
from registry.search.tantivy_index import TantivyIndex
from registry.search.vector_files import VectorFiles
from registry.search.vectors import Vectors, VectorStore
from tests.servers import elastic

SHARED = Path(__file__).parents[3] / "shared/data/search"
YARDSTICK = {  # step -> kind of query -> NDCG@10 below which something broke; 0159 has the figures
    "words typed": {"label": 0.65, "definition": 0.61},
    "words alone": {"label": 0.66, "definition": 0.61},
    "meaning alone": {"label": 0.35, "definition": 0.40},
    "words and meaning": {"label": 0.67, "definition": 0.62},
}
DIMENSIONS = 512  # of the encoder's vectors
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


def _queries(folder: Path, part: str, kind: str) -> list[list[str]]:
    lines = (folder / f"mdk_{part}_queries_{kind}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def _engines(folder: Path, stack: ExitStack) -> Iterator[tuple[str, TantivyIndex | ElasticIndex, VectorStore]]:
    """Name of each engine, its index, and its store of vectors; Elasticsearch only where it can be started."""
    yield "tantivy", TantivyIndex(folder / "search"), VectorFiles(folder / "meaning", "judged", DIMENSIONS)
    try:
        address = stack.enter_context(elastic.server())
    except RuntimeError as error:
        print(f"elastic     left out: {error}")
        return
    index = ElasticIndex(address, "judged")
    yield "elastic", index, ElasticVectors(index.client, "judged", "judged", DIMENSIONS)


class _MeaningAlone:
    """A Refiner that drops what the words found: what it orders shows what meaning is worth by itself."""

    def __init__(self, refiner: ByMeaning) -> None:
        self._refiner = refiner

    def __call__(self, text: str, candidates: Candidates, documents: Documents) -> Candidates:
        return self._refiner(text, Candidates(), documents)


def _measured(title: str, index: SearchIndex, queries: list[list[str]], relevant: Mapping[str, set[str]]) -> float:
    """NDCG@10 of these queries; prints it in a line with other figures."""
    pages = [index.search(Query(words=text, size=DEPTH, facets=())) for _, text in queries]
    rankings = [[hit.id for hit in page.hits] for page in pages]
    pairs = [(ranking, relevant[query]) for ranking, (query, _) in zip(rankings, queries, strict=True)]
    score = sum(ndcg(*pair) for pair in pairs) / len(pairs)
    print(
        f"{title}  NDCG@10 {score:.3f}"
        f"  NDCG@5 {sum(ndcg(*pair, 5) for pair in pairs) / len(pairs):.3f}"
        f"  recall@50 {sum(recall(*pair) for pair in pairs) / len(pairs):.3f}"
        f"  exact {sum(page.total for page in pages) / len(pages):.0f}"
        f"  similar {sum(page.similar_total for page in pages) / len(pages):.0f}"
        f"  none exact {sum(not page.total for page in pages)}"
        f"  empty {sum(not page.hits for page in pages)}",
        flush=True,
    )
    return score


def main(folder: Path, part: str = "dev") -> int:
    documents = list(records(folder, part))
    relevant, below = judgments(folder, part), False
    encoder = meaning.open_encoder() if meaning.is_installed() else None
    changes = [Change(number, record.id, record) for number, record in enumerate(documents, 1)]
    position = Position("relevance", len(documents))
    with tempfile.TemporaryDirectory() as data, ExitStack() as stack:
        for engine, index, store in _engines(Path(data), stack):
            index.rebuild(iter(changes), position)
            steps: dict[str, Refiner | None] = {"words typed": None, "words alone": None}
            if encoder:
                Vectors(store, encoder).rebuild(iter(changes), position)
                refiner = ByMeaning(store, encoder)
                steps |= {"meaning alone": _MeaningAlone(refiner), "words and meaning": refiner}
            for step, index.refiner in steps.items():
                index.synonyms = Synonyms([]) if step == "words typed" else None
                for kind, least in YARDSTICK[step].items():
                    queries = _queries(folder, part, kind)
                    below |= _measured(f"{engine:8} {step:17} {kind:10}", index, queries, relevant) < least
    return int(below)


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    if not where.is_dir():
        sys.exit(f"No judged queries at {where}; give the folder that holds mdk_dev_docs.csv.gz")
    sys.exit(main(where))
