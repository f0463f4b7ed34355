"""The page of one record, for any kind of thing: a block is shown if the record has something for it.

Entry points: `record_page` (the view), `view` (what `record.html` shows).
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple

from fastapi import Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from api.data import linked
from api.data.answers import AnswerOut, answer_to
from api.data.appointments import appointments
from api.data.schema_org import script
from api.pages.all_details import everything
from api.pages.cards import licence_of, whose
from api.pages.deliveries import Recent, recent
from api.pages.described import described
from api.pages.facts import contact_items, facts
from api.pages.files import NO_LINKS, File
from api.pages.files import files as files_of
from api.pages.first_look import file_previews, first_look
from api.pages.occasions import occasion
from api.pages.organization import organization_view
from api.pages.project import project_view
from api.pages.relations import relations
from api.pages.site import Pages, View
from api.pages.using import citations, credit, recipes, recipes_of_service
from api.text import sentences
from api.text.formatting import (
    PickedText,
    day,
    link,
    pick_language,
    prose,
    sentence,
    short_markup,
    text_markup,
    without_markup,
)
from api.text.i18n import translator
from api.text.labels import area, finding_words
from api.web import addresses, query
from api.web.addresses import Lang
from api.web.answers import http_date
from api.web.negotiate import DATA as DATA_FORMATS
from api.web.negotiate import ICS
from registry.catalog.deciding import subject
from registry.catalog.lookup import shown
from registry.links.links import addresses_of
from registry.masking import public
from registry.model import DCAT_KINDS, Metadata, Record, Source, Version
from registry.model.record import is_source
from registry.model.timing import today
from registry.people import permissions
from registry.pictures.pictures import picture_at
from registry.quality import check
from registry.quality.check import LEAD
from registry.rdf import thing_iri
from registry.search.query import Query
from registry.store.version_days import version_days
from vocab.concepts import concept_list
from vocab.kinds import KIND_ROWS

TEMPLATES: Final = {"organization": "organization.html", "project": "project.html"}  # of the other kinds: record.html

# -- one record


class PreviewNote(NamedTuple):
    """What is said above a page that is not the public one of its record, and the way back, with its label."""

    text: str
    address: str
    label: str


def record_page(pages: Pages) -> View:
    def record(request: Request) -> Response:
        address = addresses.parse_path(request.url.path)
        assert address is not None
        shown_record = shown(pages.catalog, address.rest)
        path = addresses.page(shown_record.kind, shown_record.id, address.lang)
        if path != address.path:
            return RedirectResponse(path, 301)
        return page_of_record(pages, request, pages.named(shown_record), address.lang)

    return record


def _answer(pages: Pages, request: Request, record: Record, lang: Lang) -> AnswerOut | None:
    """The number that answers the question with which somebody came, from the files of this dataset."""
    question = request.query_params.get("q", "")[: query.MAX_QUERY_CHARACTERS]
    return (
        answer_to(pages.catalog, question, lang, record_id=record.id) if question and record.kind == "dataset" else None
    )


def page_of_record(
    pages: Pages, request: Request, record: Record, lang: Lang, preview: PreviewNote | None = None
) -> Response:
    """The page of a record. `preview`: the note above one that is not published, or an older version."""
    metadata = record.metadata
    blocks = view(pages, record, lang, today())
    account = pages.account(request)
    return pages.page(
        request,
        TEMPLATES.get(record.kind, "record.html"),
        lang,
        headers=None if preview else _headers(pages, record),
        **blocks,
        description=sentence((blocks["lead"] or pick_language(metadata.description, lang)).words, 160),
        owner=whose(metadata, lang),
        area=area(record.kind),
        crumbs=_crumbs(record, blocks["title"], lang),
        everything=everything(record, lang),
        **_of_kind(pages, record, lang),
        schema="" if preview else script(record, pages.settings.base_url, lang),
        may_edit=account is not None and preview is None,
        may_merge=account is not None and permissions.is_allowed(account, "merge", subject(record)),
        may_link=record.kind == "project"
        and account is not None
        and permissions.is_allowed(account, "link", subject(record)),
        may_answer=account is not None and permissions.is_allowed(account, "answer", subject(record)),
        may_withdraw=account is not None and permissions.is_allowed(account, "withdraw", subject(record)),
        edit=addresses.place("register", lang, record.kind) + f"?of={record.id}",
        preview=preview,
        answer=_answer(pages, request, record, lang) if preview is None else None,
        **({"indexed": False} if preview else {"canonical": addresses.page(record.kind, record.id, lang)}),
    )


def _of_kind(pages: Pages, record: Record, lang: Lang) -> dict[str, Any]:
    """The variables that only the template of this kind has."""
    if record.kind == "organization":
        return organization_view(pages, record, lang, today())
    view_of = project_view if record.kind == "project" else occasion
    return view_of(pages, record, lang, today())


def _headers(pages: Pages, record: Record) -> dict[str, str]:
    """Link and Last-Modified. The page also changes with the day and with what points to the record, so conditional
    requests are answered by the ETag alone."""
    modified = {"Last-Modified": http_date(record.changed)} if record.changed else {}
    return {"Link": linked.links(record, pages.settings.base_url), **modified}


def _crumbs(record: Record, title: Markup, lang: Lang) -> list[tuple[str | Markup, str]]:
    crumbs: list[tuple[str | Markup, str]] = [
        (KIND_ROWS[record.kind].short[lang], addresses.path(record.kind, lang)),
    ]
    theme = next((match for iri in record.metadata.themes if (match := concept_list("themes").get(iri))), None)
    if theme and record.kind in (*DCAT_KINDS, "project"):
        address = query.url(Query(where={"theme": (theme.notation,)}, lang=lang), addresses.path(record.kind, lang))
        crumbs.append((theme.label(lang), address))
    return [*crumbs, (title, "")]


MAX_VERSIONS: Final = 8
MAX_FILES: Final = 100
MAX_LEAD_CHARACTERS: Final = 140  # of the sentence below the title, where the source has no short text
MAX_NAMED: Final = 200  # participants, milestones
MAX_MISSING: Final = 5


class Participant(NamedTuple):
    """Somebody who takes part in a project; `text`: their task."""

    name: Markup
    address: str
    role: str
    text: Markup


class Event(NamedTuple):
    """A line of a record's history: the day, and what happened."""

    at: str
    text: str


def _picture(metadata: Metadata, lang: Lang) -> dict[str, Any]:
    """The picture, if it is one of ours, and the name of its licence."""
    licence = sentences.licence(metadata.image_licence, lang).name if metadata.image_licence else ""
    return {"picture": picture_at(metadata.image), "image_licence": licence}


def view(pages: Pages, record: Record, lang: Lang, today: date) -> dict[str, Any]:
    """The variables of `record.html`."""
    metadata = record.metadata
    links = pages.catalog.links.of(addresses_of(metadata)) if metadata.distributions else NO_LINKS
    files = tuple(files_of(metadata.distributions[:MAX_FILES], lang, links))
    lead, text = _lead(metadata, lang)
    tied = relations(pages, record, lang, today)
    return {
        "record": record,
        "metadata": metadata,
        "kind_label": KIND_ROWS[record.kind].singular[lang],
        "title": text_markup(metadata.title, lang) or escape(record.id),
        "lead": lead,
        "text": text,
        "fallback": _fallback(record, lang),
        "fresh": sentences.freshness(metadata, today, lang) if record.kind in DCAT_KINDS else None,
        "recent": _recent(pages, record, today) if record.kind == "dataset" else None,
        "licence": _licence(metadata, lang) if files or metadata.licence else None,
        **_picture(metadata, lang),
        **_of_data(pages, record, files, lang, today),
        "facts": facts(pages, record, lang),
        "participants": tuple(_participants(pages, record, lang)),
        "contact_items": lambda contacts: contact_items(contacts, lang),
        "data_groups": tied.data,
        "link_groups": tied.others,
        "projects": tied.projects,
        "similar_groups": tied.similar,
        "missing": missing(record, lang),
        "origins": _origins(pages, record, lang),
        "events": _history(pages, record, lang),
        "formats": _machine_formats(record, lang),
        "calendar": _calendar(record, lang),
        "reuses": pages.catalog.messages.published("reuse", record.id) if record.kind in DCAT_KINDS else [],
        "questions": pages.catalog.messages.published("question", record.id),
    }


def _recent(pages: Pages, record: Record, today: date) -> Recent | None:
    """When the data came in the last sixty days."""
    return recent(record.metadata, partial(version_days, pages.catalog.store.engine, record.id), today)


def _of_data(pages: Pages, record: Record, files: tuple[File, ...], lang: Lang, today: date) -> dict[str, Any]:
    """The variables of the blocks about files and their use."""
    thing = thing_iri(record, pages.settings.base_url)
    previews = pages.catalog.previews.of_record(record) if files else {}
    return {
        "files": files,
        "more_files": len(record.metadata.distributions) - len(files),
        "thing": thing,
        "credit": credit(record, thing, lang, today),
        "citations": citations(record, f"{thing}/{record.number}", lang, today),
        "recipes": recipes(files, lang, previews) or recipes_of_service(record.metadata, lang),
        "look": first_look(pages.catalog.previews, record, files, previews, lang),
        "previews": file_previews(record, files, previews, lang),
        "described": described(record, lang),
    }


def _lead(metadata: Metadata, lang: Lang) -> tuple[PickedText | None, PickedText]:
    """The sentence below the title, and the description. Things without a short text of their own, but for projects and
    organizations, have the first sentence of their description there, and below what is left of it."""
    text = pick_language(metadata.description, lang)
    if metadata.abstract:
        return pick_language(metadata.abstract, lang), text
    if metadata.kind in ("project", "organization") or not text.words:
        return None, text
    first = sentence(text.words, MAX_LEAD_CHARACTERS)
    rest = "" if without_markup(text.words) == first else text.words.strip().removeprefix(first).strip()
    if "<a " in prose(first if rest else text.words):
        return None, text  # below the title, nothing is a link
    return text._replace(words=first), text._replace(words=rest)


def _fallback(record: Record, lang: Lang) -> str:
    """The language in which the record is described, where the page's is missing."""
    metadata = record.metadata
    languages = {
        pick_language(text, lang).lang for text in (metadata.title, metadata.description, metadata.abstract) if text
    }
    return next(iter(languages - {""}), "")


def _licence(metadata: Metadata, lang: Lang) -> sentences.Licence:
    return sentences.licence(licence_of(metadata), lang)


# -- people and steps


def _participants(pages: Pages, record: Record, lang: Lang) -> Iterator[Participant]:
    """Who takes part, the lead first; an organization with several roles once, with all of them."""
    named = sorted(record.metadata.participants[:MAX_NAMED], key=lambda participation: participation.role != LEAD)
    organizations = pages.catalog.store.get_many(
        [participation.agent.id for participation in named if participation.agent.id]
    )
    together: dict[str, list[Participant]] = {}
    for participation in named:
        agent = participation.agent
        address = addresses.page("organization", agent.id, lang) if agent.id in organizations else link(agent.homepage)
        names = agent.name or (organizations[agent.id].metadata.title if agent.id in organizations else {})
        role = sentences.concept("roles", participation.role, lang)
        participant = Participant(
            short_markup(names, lang), address, role, short_markup(participation.description, lang)
        )
        together.setdefault(agent.id or f"\t{participant.name}", []).append(participant)
    for roles in together.values():
        texts = Markup(" ").join(dict.fromkeys(participant.text for participant in roles if participant.text))
        yield roles[0]._replace(role=sentences.listing(participant.role for participant in roles), text=texts)


# -- what is known of the entry itself


def missing(record: Record, lang: Lang) -> list[tuple[str, str]]:
    """What would make the entry more useful: each rule once, with its remedy."""
    findings = {
        finding.rule: finding for finding in check.check(record.metadata) if finding.level in ("must", "should")
    }
    return [finding_words(finding.rule, lang) for finding in islice(findings.values(), MAX_MISSING)]


def _origins(pages: Pages, record: Record, lang: Lang) -> list[tuple[Markup, str]]:
    """Title and address of each source that names this thing; the record's own source first."""
    sources = {source.name: source for source in pages.catalog.sources.all()}
    records = [record, *pages.catalog.store.merged([record.id])[:20]]
    origins = [origin_record.origin for origin_record in records if origin_record.origin]
    return [
        (_source_title(sources.get(origin.source), origin.source, lang), link(public(origin.url))) for origin in origins
    ]


def _source_title(source: Source | None, name: str, lang: Lang) -> Markup:
    """The title of a source in its own language; its name if it has none."""
    return text_markup({source.language or "und": source.title}, lang) if source and source.title else escape(name)


def _history(pages: Pages, record: Record, lang: Lang) -> list[Event]:
    versions = list(islice(pages.catalog.store.history(record.id), MAX_VERSIONS))
    return [Event(day(version.at, lang), _what(version, lang)) for version in versions]


def _what(version: Version, lang: Lang) -> str:
    """What a version changed, in words. Accounts are not named: they are not public."""
    _ = translator(lang)
    by = _("durch die Quelle") if is_source(version.by) else _("durch die Redaktion")
    if version.record.state == "withdrawn":
        return _("zurückgezogen %(by)s") % {"by": by}
    first = version.record.created == version.record.changed
    return (_("aufgenommen %(by)s") if first else _("geändert %(by)s")) % {"by": by}


def _calendar(record: Record, lang: Lang) -> str:
    """The address of the record's calendar, "" if it has no dates."""
    return f"{addresses.page(record.kind, record.id, lang)}.{ICS.name}" if any(appointments(record, lang)) else ""


def _machine_formats(record: Record, lang: Lang) -> list[tuple[str, str, str]]:
    """Label, address and media type of each format that programs read."""
    page = addresses.page(record.kind, record.id, lang)
    return [(format.label, f"{page}.{format.name}", format.type) for format in DATA_FORMATS]
