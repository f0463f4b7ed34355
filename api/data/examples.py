"""Examples for the OpenAPI document: what our own functions answer for one of the demo's datasets."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from api.data.documents import (
    ChangeOut,
    ChangesAnswer,
    CountOut,
    HitOut,
    IdsAnswer,
    PublisherOut,
    SearchAnswer,
    page_url,
    record_answer,
)
from api.data.draft_documents import (
    DraftAct,
    DraftChange,
    DraftsAnswer,
    DryRunAnswer,
    HistoryAnswer,
    NewDraft,
    RecordAct,
    VersionOut,
    draft_answer,
)
from api.data.preview_documents import PreviewAnswer, preview_answer
from api.data.suggestions import SuggestAnswer, SuggestionOut
from api.data.validation import CheckAnswer, check_file
from api.web.problems import ProblemOut, problem
from registry.errors import NotFoundError
from registry.model import Agent, Comment, Contact, Distribution, Draft, Metadata, Origin, Record
from registry.preview.model import Column, Preview, ReadAs, Rows
from registry.rdf import thing_iri, write
from vocab.concepts import concept_list
from vocab.kinds import KIND_ROWS

ID: Final = "baumkataster"
FILE_ID: Final = "baeume-csv"
PROJECT_ID: Final = "kuehle-wege"
DRAFT_ID: Final = "5f0c1a2b3c4d"
EPOCH: Final = "b9b81c5d1a4c0018"
TURTLE: Final = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .

<https://daten.example.org/id/baumkataster> a dcat:Dataset ;
  dct:title "Baumkataster"@de .
"""


def record() -> Record:
    at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    trees = Distribution(
        id="baeume",
        title={"de": "Bäume"},
        access_url="https://daten.example.org/baeume.csv",
        format=concept_list("file-types").by_notation["CSV"].iri,
        licence=concept_list("licences").by_notation["dl-by-de/2.0"].iri,
    )
    metadata = Metadata(
        kind="dataset",
        title={"de": "Baumkataster", "en": "Tree register"},
        description={"de": "Art, Alter und Höhe aller Bäume auf öffentlichem Grund."},
        publisher=Agent(name={"de": "Umweltamt"}, id="umweltamt"),
        contacts=(Contact(email="umweltamt@example.org"),),
        themes=(concept_list("themes").by_notation["ENVI"].iri,),
        distributions=(trees,),
        modified="2026-01-31",
    )
    origin = Origin("stadt", ID, "https://daten.example.org/dataset/baumkataster")
    return Record(id=ID, said=metadata, owner="umweltamt", origin=origin, created=at, changed=at, number=7)


def of_shapes(base: str) -> dict[type, Any]:
    """Type of an answer -> an example of it, as JSON values."""
    shown: dict[type, Any] = {
        type(answer): answer
        for answer in (
            _search(base),
            IdsAnswer(1, (ID,), ""),
            _suggest(),
            _changes(base),
            record_answer(record(), base),
            _preview(),
        )
    }
    shown |= {type(document): document for document in _drafts()}
    shown[CheckAnswer] = check_file(TURTLE.encode(), "text/turtle")
    examples = {type_: msgspec.to_builtins(answer) for type_, answer in shown.items()}
    return examples | {ProblemOut: problem(NotFoundError("record-unknown-named", id="gibtsnicht"))}


def _search(base: str) -> SearchAnswer:
    example = record()
    metadata, publisher = example.metadata, PublisherOut({"de": "Umweltamt"}, "umweltamt")
    hit = HitOut(
        ID,
        example.kind,
        thing_iri(example, base),
        metadata.title,
        metadata.description,
        publisher,
        97.3,
        page_url(example, base),
        True,
        "words",
    )
    kinds = CountOut("dataset", KIND_ROWS["dataset"].plural, 1, selected=True)
    return SearchAnswer(1, 0, (hit,), {"kind": (kinds,)}, None, (), 1, 20, None, ())


def _preview() -> PreviewAnswer:
    columns = (
        Column(name="Baumart", filled=2, distinct=2, min="Ahorn", max="Linde", common=(("Ahorn", 1), ("Linde", 1))),
        Column(name="Höhe [m]", type="number", filled=2, distinct=2, min=8, max=12.5, unit="m"),
    )
    read = ReadAs(format="CSV", encoding="utf-8", delimiter=";", decimal=",", header=1, rows=2)
    url = "https://daten.example.org/baeume.csv"
    preview = Preview(state="ready", read=read, columns=columns, total=2, url=url, size_bytes=51)
    return preview_answer(preview, Rows(rows=[["Linde", 12.5], ["Ahorn", 8]], total=2), None)


def _suggest() -> SuggestAnswer:
    return SuggestAnswer((SuggestionOut("Baumkataster", 1, {"dataset": 1}, "/suche?q=Baumkataster"),))


def _changes(base: str) -> ChangesAnswer:
    example = record_answer(record(), base)
    gone = ChangeOut(
        9, "altkleider", "withdrawn", f"{base}/id/altkleider", title={"de": "Altkleider", "en": "Altkleider"},
        reason="Die Stelle führt die Liste nicht weiter.", withdrawn="2026-02-01T08:00:00+00:00",
    )  # fmt: skip
    return ChangesAnswer((ChangeOut(7, ID, "published", example.iri, example), gone), f"{EPOCH}.9", end=True)


def _drafts() -> tuple[Any, ...]:
    """What the write API takes and answers."""
    at = datetime(2026, 2, 1, 8, tzinfo=UTC)
    metadata = Metadata(
        kind="project",
        title={"de": "Kühle Wege", "en": "Cool paths"},
        abstract={"de": "Schattige Wege durch die Innenstadt."},
        phase=concept_list("phases").by_notation["umsetzung"].iri,
        publisher=Agent(name={"de": "Umweltamt"}, id="umweltamt"),
    )
    draft = draft_answer(
        Draft(
            id=DRAFT_ID, metadata=metadata, author="anna", owner="umweltamt", created=at, changed=at, version=1,
            comments=(Comment("lotsin", at, "Bitte nennen Sie den Zeitraum.", "period"),),
        )
    )  # fmt: skip
    version = VersionOut(7, at.isoformat(), "lotsin", "Entwurf 5f0c1a2b3c4d", ("title", "period"))
    return (
        draft,
        DraftsAnswer(1, (draft,)),
        HistoryAnswer((version,)),
        DryRunAnswer(state="submitted", metadata=metadata),
        NewDraft(kind="project", metadata={"title": {"de": "Kühle Wege"}}),
        DraftChange({"abstract": {"de": "Schattige Wege durch die Innenstadt."}}),
        DraftAct("Bitte nennen Sie den Zeitraum."),
        RecordAct("Das Vorhaben ist abgeschlossen."),
    )


def turtle(base: str) -> str:
    return b"".join(write([record()], "ttl", base_url=base)).decode()


def ready() -> Any:
    return {
        "ready": True,
        "store": {"epoch": EPOCH, "number": 121},
        "projections": {"search": {"number": 121, "behind": 0}},
    }
