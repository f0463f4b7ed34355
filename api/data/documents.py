"""The JSON documents that API and command line share: a page of hits, a record, a page of changes.

Entry points: `search_answer`, `record_answer`, `changes_answer`, `tombstone`. Their keys are documented in the OpenAPI
document and do not change within a version.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final, Literal

import msgspec

from api.data.answers import AnswerOut, answer_to_search
from api.text.labels import both, districts, labels
from api.web import addresses, query
from api.web.addresses import Lang
from registry.catalog import Catalog
from registry.city import City
from registry.errors import StartAgainError, UsageError
from registry.masking import public
from registry.model import Agent, Change, Kind, Metadata, Origin, Position, Record, Text
from registry.model.message import bilingual
from registry.model.text import shortened, shortened_text
from registry.rdf import thing_iri
from registry.search.facet_counts import normal_where
from registry.search.query import Count, Hit, Query, ResultPage
from registry.search.spelling import meant
from registry.settings import Settings

MAX_CHANGES: Final = 500
SEARCH_PATH: Final = "/api/v1/search"  # of the pages that `next` names

MAX_LABELLED: Final = 1_000  # facets with counts and labels that are kept until the next change

MAX_HIT_DESCRIPTION: Final = 2_000  # characters of a description in a hit; the record has all


class PublisherOut(msgspec.Struct, frozen=True):
    """`id`: the record of a known organization, or empty."""

    name: Text
    id: str = ""


class HitOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """`exact`: it has all words of the query. `by`: what found it; "meaning" if none of its words did, then it is only
    similar in meaning. `synonyms`: words of the query that it has only by another word -> that word. `parts`: the parts
    of the score, only if the request asks for them."""

    id: str
    kind: Kind
    iri: str
    title: Text
    description: Text
    publisher: PublisherOut | None
    score: float
    url: str
    exact: bool
    by: Literal["words", "meaning"]
    synonyms: Mapping[str, str] = {}
    parts: Mapping[str, float] = {}


class CountOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """`parent`: the value of the organization that this one is a unit of; its count has those of its units added."""

    value: str
    label: Text
    count: int
    selected: bool
    parent: str = ""


class SearchAnswer(msgspec.Struct, frozen=True):
    """`total`: exact hits, which the facets count; `similar_total`: similar ones, listed after them; `relaxed`: how the
    query was relaxed because nothing matched all words; `next`: the URL of the next page; `cursor`: its token, empty
    after the last page; `whole_city`: exact hits that name no district, if districts are counted; `named`: facet ->
    values that words of the query name; `answer`: the number that a question asks for, if one table gives it
    for certain."""

    total: int
    similar_total: int
    hits: tuple[HitOut, ...]
    facets: Mapping[str, tuple[CountOut, ...]]
    relaxed: str | None
    suggestions: tuple[str, ...]
    page: int
    size: int
    next: str | None
    notes: tuple[Text, ...]
    cursor: str = ""
    whole_city: int = 0
    named: Mapping[str, tuple[str, ...]] = {}
    answer: AnswerOut | None = None


class IdsAnswer(msgspec.Struct, frozen=True):
    """The ids of hits; `cursor`: the token of the next ones, empty after the last."""

    total: int
    ids: tuple[str, ...]
    cursor: str


class RecordAnswer(msgspec.Struct, frozen=True):
    """A record as it is shown; also a line of `lotse export --format ndjson`."""

    id: str
    kind: Kind
    state: str
    owner: str
    origin: Origin | None
    metadata: Metadata
    created: str | None
    changed: str | None
    number: int
    iri: str
    url: str
    same_as: str | None = None


class ChangeOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """`state`: published (with `record`), withdrawn (title, reason, date), same_as (shown under another), erased."""

    number: int
    id: str
    state: str
    iri: str = ""
    record: RecordAnswer | None = None
    title: Text = {}
    reason: str = ""
    withdrawn: str = ""
    same_as: str = ""


class ChangesAnswer(msgspec.Struct, frozen=True):
    """`next`: the token for the next request; `end`: nothing newer was there."""

    changes: tuple[ChangeOut, ...]
    next: str
    end: bool


# -- search


def search_answer(
    catalog: Catalog,
    city: City,
    base: str,
    asked: Query,
    notes: Iterable[Text] = (),
    explain: bool = False,
) -> SearchAnswer:
    """The answer of `/api/v1/search` and of `lotse search --json`."""
    page = catalog.index.search(asked)
    records = catalog.store.get_many([hit.id for hit in page.hits])
    following = _next_page(asked, page)
    return SearchAnswer(
        total=page.total,
        similar_total=page.similar_total,
        hits=tuple(_hit(records[hit.id], hit, base, asked.lang, explain) for hit in page.hits if hit.id in records),
        facets=_facets(catalog, city, asked, page.facets),
        relaxed=page.relaxed,
        suggestions=_suggestions(catalog, asked) if page.total == 0 and asked.words else (),
        page=asked.page,
        size=asked.size,
        next=addresses.absolute(base, following) if following else None,
        notes=(*notes, *([{asked.lang: page.note}] if page.note else [])),
        cursor=page.cursor,
        whole_city=page.whole_city,
        named=page.named,
        answer=answer_to_search(catalog, asked, base),
    )


def ids_answer(catalog: Catalog, asked: Query) -> IdsAnswer:
    """The ids of exact hits alone, many at once."""
    page = catalog.index.search(query.without_facet_counts(asked))
    return IdsAnswer(page.total, tuple(hit.id for hit in page.hits if hit.exact), page.cursor)


def _next_page(asked: Query, page: ResultPage) -> str | None:
    """The path of the next page: by its number, or by its token where this page was asked for by one."""
    if asked.cursor:
        return query.url(query.with_cursor(asked, page.cursor), SEARCH_PATH) if page.cursor else None
    return query.url(query.with_page(asked, asked.page + 1), SEARCH_PATH) if page.next else None


def _suggestions(catalog: Catalog, search_query: Query) -> tuple[str, ...]:
    begun = (shortened(suggestion.text) for suggestion in catalog.index.suggest(search_query.words, 5))
    return tuple(dict.fromkeys(filter(None, (meant(catalog.index, search_query.words), *begun))))


def _hit(record: Record, hit: Hit, base: str, lang: str, explain: bool) -> HitOut:
    metadata = record.metadata
    return HitOut(
        id=record.id,
        kind=record.kind,
        iri=thing_iri(record, base),
        title=shortened_text(metadata.title),
        description=shortened_text(metadata.abstract or metadata.description, MAX_HIT_DESCRIPTION),
        publisher=_publisher(metadata.publisher or metadata.organizer),
        score=round(hit.score, 4),
        url=page_url(record, base, addresses.language_of(lang)),
        exact=hit.exact,
        by=hit.by,
        synonyms=hit.synonyms,
        parts=hit.parts if explain else {},
    )


def _publisher(agent: Agent | None) -> PublisherOut | None:
    return PublisherOut(shortened_text(agent.name), agent.id) if agent and (agent.name or agent.id) else None


def _facets(
    catalog: Catalog, city: City, search_query: Query, counts: Mapping[str, tuple[Count, ...]]
) -> dict[str, tuple[CountOut, ...]]:
    """The values of each facet with labels and counts; selected values are listed even with a count of 0."""
    sources = tuple(catalog.sources.all()) if "source" in search_query.facets else ()
    where = normal_where(search_query.where, districts(city)) if search_query.where else {}
    kept = _labelled(catalog, catalog.index.position(), tuple((source.name, source.title) for source in sources))
    answer = {}
    for facet in search_query.facets:
        listed, chosen = counts.get(facet, ()), where.get(facet, ())
        labelled = kept.get((facet, listed, chosen))
        if labelled is None:
            values = [count.value for count in listed]
            labels_by_value = labels(catalog, city, sources, facet, [*values, *chosen])
            chosen_without_hits = (Count(value, 0) for value in chosen if value not in values)
            labelled = tuple(
                CountOut(count.value, _label(count, labels_by_value), count.count, count.value in chosen, count.parent)
                for count in (*listed, *chosen_without_hits)
            )
            if len(kept) >= MAX_LABELLED:
                kept.clear()
            kept[facet, listed, chosen] = labelled
        answer[facet] = labelled
    return answer


@lru_cache(maxsize=4)
def _labelled(
    catalog: Catalog, position: Position | None, sources: tuple[tuple[str, str], ...]
) -> dict[Any, tuple[CountOut, ...]]:
    """The counts of facets with labels, that were made since the index reached a position, with these sources."""
    return {}


def _label(count: Count, labels_by_value: Mapping[str, Text]) -> Text:
    name = count.label or count.value
    return labels_by_value.get(count.value) or {"de": name, "en": name}


# -- records


def page_url(record: Record, base: str, lang: Lang = "de") -> str:
    return addresses.absolute(base, addresses.page(record.kind, record.id, lang))


def record_answer(record: Record, base: str) -> RecordAnswer:
    return RecordAnswer(
        id=record.id,
        kind=record.kind,
        state=record.state,
        owner=record.owner,
        origin=_origin(record),
        metadata=record.metadata,
        created=record.created.isoformat() if record.created else None,
        changed=record.changed.isoformat() if record.changed else None,
        number=record.number,
        iri=thing_iri(record, base),
        url=page_url(record, base),
        same_as=record.same_as,
    )


def _origin(record: Record) -> Origin | None:
    """The origin without passwords in its URL, which records of former versions may have."""
    return msgspec.structs.replace(record.origin, url=public(record.origin.url)) if record.origin else None


# -- changes


def changes_answer(catalog: Catalog, settings: Settings, since: str, size: int) -> ChangesAnswer:
    """At most `size` changes since a token ("": from the beginning).

    UsageError for a malformed token; StartAgainError for one from before the numbering was restarted.
    """
    epoch = catalog.store.epoch
    start = change_number(since, epoch)
    changes = list(islice(catalog.store.changes(start, at_once=size + 1), size + 1))
    listed = changes[:size]
    last = listed[-1].number if listed else start
    return ChangesAnswer(
        changes=changes_of(catalog, listed, settings.base_url),
        next=f"{epoch}.{last}",
        end=len(changes) <= size,
    )


def changes_of(catalog: Catalog, changes: Sequence[Change], base: str) -> tuple[ChangeOut, ...]:
    """The changes as programs get them."""
    hidden = catalog.store.get_many([change.id for change in changes if change.record is None])
    return tuple(_change(change, hidden, base) for change in changes)


def change_number(token: str, epoch: str) -> int:
    """The number in a token of the change stream ("": 0); UsageError, or StartAgainError for one of another epoch."""
    if not token:
        return 0
    token_epoch, dot, number = token.partition(".")
    if not dot or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise UsageError("since-form")
    if token_epoch != epoch:
        raise StartAgainError("numbering-restarted")
    return int(number)


def _change(change: Change, hidden: Mapping[str, Record], base: str) -> ChangeOut:
    """`hidden`: the records that are no longer shown; one that is not among them was erased."""
    if change.record is not None:
        answer = record_answer(change.record, base)
        return ChangeOut(change.number, change.id, "published", answer.iri, answer)
    record = hidden.get(change.id)
    if record is None:
        return ChangeOut(change.number, change.id, "erased")
    if record.same_as is not None and record.state == "published":
        return ChangeOut(change.number, change.id, "same_as", thing_iri(record, base), same_as=record.same_as)
    return ChangeOut(change.number, change.id, "withdrawn", thing_iri(record, base), **tombstone(record))


def tombstone(record: Record) -> dict[str, Any]:
    """The fields of a withdrawn record that stay public: title, reason, date."""
    what = record.withdrawn
    return {
        "title": both(record.metadata.title),
        "reason": bilingual(what.reason) if what else "",
        "withdrawn": what.at.isoformat() if what else "",
    }
