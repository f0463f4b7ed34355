"""`lotse search`, `record` and `validate`: finding, looking at and checking records."""

import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from click import argument, option

from api.commands.record_import import import_file
from api.commands.terminal import PARTLY, LateChoice, as_json, document, one_line, opened, say, settings, table, text_in
from registry.errors import ConflictError, LotseError, NotFoundError, TooLargeError, UsageError, WithdrawnError

if TYPE_CHECKING:
    from api.data.documents import HitOut
    from api.data.validation import CheckAnswer
    from registry.catalog import Catalog
    from registry.model import Record

where = option("--where", "conditions", multiple=True, metavar="FACET=VALUE", help="Only these; may repeat. theme=TRAN")
_lang = option("--lang", type=click.Choice(["de", "en"]), default="de", show_default=True, help="Language of labels.")


@click.command()
@argument("terms", nargs=-1, metavar="[WORDS]…")
@where
@option("--size", default=20, show_default=True, type=click.IntRange(1, 100), help="Hits on a page.")
@option("--page", default=1, show_default=True, type=click.IntRange(1), help="Page, from 1.")
@option(
    "--sort",
    default="relevance",
    type=click.Choice(["relevance", "newest", "title", "starts", "ends"]),
    show_default=True,
    help="Order of the hits.",
)
@option("--explain", is_flag=True, help="Show what each score is made of.")
@_lang
@as_json
def search(
    terms: tuple[str, ...], conditions: tuple[str, ...], size: int, page: int, sort: str, explain: bool, lang: str,
    json: bool,
) -> None:  # fmt: skip
    """Search over everything, as the portal does; --json prints the answer of /api/v1/search."""
    from api.data.documents import search_answer
    from api.text.labels import districts
    from api.web import query
    from api.web.limits import LIMITS
    from registry.city import city as city_of

    params = [("q", " ".join(terms)), ("size", str(size)), ("page", str(page)), ("sort", sort), ("lang", lang)]
    params += pairs(conditions, (*LIMITS, "facets", "cursor"))
    catalog, configured = opened()
    if not catalog.index.position():
        catalog.sync()  # a new catalogue has no index yet
    city, base = city_of(configured), configured.base_url
    answer = search_answer(
        catalog, city, base, query.parse(params), query.notes(params, districts(city)), explain=explain
    )
    if json:
        document(answer)
        return
    for note in (answer.relaxed, *(text_in(note, lang) for note in answer.notes)):
        if note:
            say(note)
    head = ("ID", "KIND", "SCORE", "TITLE")
    table(head, ((hit.id, hit.kind, f"{hit.score:.2f}", _title(hit, lang)) for hit in answer.hits))
    if explain:
        for hit in answer.hits:
            say(f"{hit.id}: " + ", ".join(f"{name} {value:g}" for name, value in hit.parts.items()))
    say(_hits_in_words(answer.total, answer.similar_total) + (f", page {page}" if page > 1 else ""))
    if answer.suggestions:
        say("Perhaps: " + ", ".join(answer.suggestions))


def _hits_in_words(exact: int, similar: int) -> str:
    similar_hits = f"{similar} similar {'hit' if similar == 1 else 'hits'}"
    if similar and not exact:
        return f"nothing exact, {similar_hits}"
    return f"{exact} {'hit' if exact == 1 else 'hits'}" + (f" and {similar_hits}" if similar else "")


def _title(hit: "HitOut", lang: str) -> str:
    """The title of a hit, with the reason why it is there if its words do not tell."""
    german = lang == "de"
    also = "auch" if german else "also"
    reasons = [f"{typed}: {also} {text}" for typed, text in hit.synonyms.items()]
    if not hit.exact:
        reasons = ["ähnlich" if german else "similar"]
    if hit.by == "meaning":
        reasons = ["ähnlich gemeint" if german else "similar in meaning"]
    return " ".join((text_in(hit.title, lang), *(f"({reason})" for reason in reasons)))


def pairs(conditions: Iterable[str], others: Collection[str] = ()) -> list[tuple[str, str]]:
    """Facet and value of each condition such as `theme=TRAN`; UsageError for another form, or a name that is neither a
    facet nor one of `others`."""
    from registry.search.facet_counts import normal_where

    parsed = []
    for condition in conditions:
        facet, sign, value = condition.partition("=")
        if not sign or not value:
            raise UsageError("where-form", pair=condition)
        parsed.append((facet, value))
    normal_where({facet: (value,) for facet, value in parsed if facet not in others})
    return parsed


@click.group()
def record() -> None:
    """One record: show it, hand it out, see its history, withdraw it."""


record.add_command(import_file)


@record.command()
@argument("id")
@_lang
@as_json
def show(id: str, lang: str, json: bool) -> None:
    """What is known of a record."""
    from api.data.documents import record_answer

    catalog, configured = opened()
    record = catalog.store.get(id)
    if record is None:
        raise NotFoundError("record-not-found", id=id)
    if json:
        document(record_answer(record, configured.base_url))
    else:
        table(("FIELD", "VALUE"), _rows(record, configured.base_url, lang))


def _rows(record: "Record", base: str, lang: str) -> Iterable[tuple[str, str]]:
    """Name and value of what the record is, then of its metadata in the order of `vocab/fields.py`."""
    from api.data.documents import page_url
    from registry.model.message import bilingual
    from vocab.fields import fields_of

    yield "id", record.id
    yield "kind", record.kind
    yield "state", record.state if record.same_as is None else f"shown under {record.same_as}"
    if record.withdrawn:
        yield (
            "withdrawn",
            f"{record.withdrawn.at:%Y-%m-%d} by {record.withdrawn.by}: {bilingual(record.withdrawn.reason)}",
        )
    yield "page", page_url(record, base)
    if record.origin:
        yield "source", f"{record.origin.source} {record.origin.remote_id}"
    yield "changed", f"{record.changed:%Y-%m-%d %H:%M} (number {record.number})" if record.changed else ""
    metadata = record.metadata
    for row in fields_of(record.kind):
        value = [link.iri for link in metadata.links if link.relation == row.name] if row.form == "link" else (
            getattr(metadata, row.name)
        )  # fmt: skip
        for item in value if row.many and row.form != "words" else (value,):
            if shown := _shown(item, lang):
                yield row.label(lang), shown


def _shown(value: Any, lang: str) -> str:
    """A value on one line: a text, the label of a concept, the name of a node."""
    from msgspec import Struct

    from api.text.labels import concept

    if isinstance(value, str):
        match = concept(value)
        return match.label(lang) if match else value
    if isinstance(value, Struct):
        named: Any = next((text for name in ("title", "name", "label") if (text := getattr(value, name, None))), {})
        rest = [text for name in value.__struct_fields__ if isinstance(text := getattr(value, name), str) and text]
        return " ".join(filter(None, (text_in(named, lang), *(part for part in rest if not part.startswith("_:")))))
    if isinstance(value, dict):
        text = text_in(value, lang)
        return text if isinstance(text, str) else ", ".join(text)
    return "" if value is None else str(value)


def _formats() -> Iterable[str]:
    from api.web.negotiate import DATA

    return [format.name for format in DATA]


@record.command()
@argument("id")
@option(
    "--format",
    "name",
    type=LateChoice(_formats),
    default="ttl",
    show_default=True,
    help="How it is written.",
)
def export(id: str, name: str) -> None:
    """A published record as RDF or JSON, as its address serves it."""
    from api.data.linked import rendered
    from registry.catalog.lookup import shown

    catalog, configured = opened()
    sys.stdout.buffer.write(rendered(shown(catalog, id), name, configured.base_url, contributor=configured.contributor))


@record.command()
@argument("id")
@as_json
def history(id: str, json: bool) -> None:
    """Every version of a record, newest first, with the fields that changed."""
    catalog, _ = opened()
    versions = list(_versions(catalog, id))
    if json:
        document(versions)
        return
    head = ("NUMBER", "AT", "BY", "NOTE", "CHANGED")
    table(head, ((v["number"], v["at"][:19], v["by"], v["note"], ", ".join(v["changed"])) for v in versions))


def _versions(catalog: "Catalog", id: str) -> Iterable[dict[str, Any]]:
    from itertools import pairwise

    from registry.model.message import bilingual, sentence

    versions = [*catalog.store.history(id), None]
    if versions == [None]:
        raise NotFoundError("record-not-found", id=id)
    for new, old in pairwise(versions):
        assert new is not None
        yield {
            "number": new.number,
            "at": new.at.isoformat(),
            "by": new.by,
            "note": sentence(new.note, "en")
            or (bilingual(new.record.withdrawn.reason) if new.record.withdrawn else ""),
            "state": new.record.state,
            "changed": _differences(new.record, old.record) if old else [],
        }


def _differences(new: "Record", old: "Record") -> list[str]:
    """The names of what differs: `state`, `same_as`, `owner`, and fields of the metadata."""
    return [
        name
        for after, before, names in (
            (new, old, ("state", "same_as", "owner")),
            (new.metadata, old.metadata, new.metadata.__struct_fields__),
        )
        for name in names
        if getattr(after, name) != getattr(before, name)
    ]


@record.command()
@argument("id")
@option("--reason", help="Why; it is shown to everybody.")
@option("--by", default="lotse", show_default=True, help="Who withdraws it: an account.")
@option("--dry-run", is_flag=True, help="Only say what would happen.")
@option("--no-wait", is_flag=True, help="Do not wait for the search index.")
def withdraw(id: str, reason: str | None, by: str, dry_run: bool, no_wait: bool) -> None:
    """Withdraw a record: its address then says so, with title, reason and date."""
    from registry.catalog.lookup import shown

    catalog, _ = opened()
    try:
        record = shown(catalog, id)
    except WithdrawnError:
        raise ConflictError("record-withdrawn-already", {"ids": [id]}, id=id) from None
    title = text_in(record.metadata.title)
    if dry_run:
        say(f"Would withdraw {record.id} ({one_line(title)}).")
        return
    if reason is None:
        if not sys.stdin.isatty():
            raise UsageError("reason-missing")
        reason = click.prompt("Reason", err=True)
    catalog.withdraw(record.id, by, reason)
    if not no_wait:
        catalog.sync()
    say(f"Withdrew {record.id} ({one_line(title)}).")


@record.command()
@argument("id")
@option("--version", type=int, help="Give it the metadata of this version instead; `history` lists them.")
@option("--reason", default="", help="Why; it is shown to everybody.")
@option("--by", default="lotse", show_default=True, help="Who restores it: an account.")
@option("--no-wait", is_flag=True, help="Do not wait for the search index.")
def restore(id: str, version: int | None, reason: str, by: str, no_wait: bool) -> None:
    """Publish a withdrawn record again, or restore an older version of it."""
    catalog, _ = opened()
    record = catalog.store.existing(id)
    if version is None:
        catalog.publish_again(record.id, by, reason)
    else:
        catalog.restore_version(record.id, version, by, reason, record.number)
    if not no_wait:
        catalog.sync()
    say(f"Restored {record.id} ({one_line(text_in(record.metadata.title))}).")


@click.command()
@argument("what", metavar="FILE|URL")
@option("--shapes", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder with SHACL shapes.")
@as_json
def validate(what: str, shapes: Path | None, json: bool) -> None:
    """Check metadata: what must, should and could be better; ends 6 where a finding is of level must."""
    import msgspec

    from api.data.validation import PATIENT_LIMITS, CheckAnswer, check_in_child

    data, media_type, name = _fetched(what)
    answer = msgspec.json.decode(check_in_child(data, media_type, name, shapes, PATIENT_LIMITS), type=CheckAnswer)
    if json:
        document(answer)
    else:
        _print_findings(answer)
    if any(finding.level in ("failed", "must") for finding in answer.findings):
        raise click.exceptions.Exit(PARTLY)


def _fetched(what: str) -> tuple[bytes, str, str]:
    """Bytes, media type and name of a file or an address."""
    from api.data.validation import MAX_BYTES

    if urlsplit(what).scheme in ("http", "https"):
        from registry.fetch.session import body, session
        from registry.masking import shown

        with session(settings(), max_bytes=MAX_BYTES) as http, http.get(what, stream=True) as response:
            return body(response, MAX_BYTES), response.headers.get("content-type", ""), shown(what).removesuffix("?…")
    path = Path(what)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TooLargeError("file-too-large", file=what, limit=MAX_BYTES)
        return path.read_bytes(), "", what
    except FileNotFoundError:
        raise NotFoundError("file-missing", file=what) from None
    except OSError as error:
        raise LotseError("file-closed", file=what, why=error.strerror) from None


def _print_findings(answer: "CheckAnswer") -> None:
    rows = (
        (finding.level, finding.node, finding.field, text_in(finding.message, "en"), finding.value[:60])
        for finding in answer.findings
    )
    table(("LEVEL", "NODE", "FIELD", "FINDING", "VALUE"), rows)
    say(f"{answer.records} records, {len(answer.findings)} findings")
