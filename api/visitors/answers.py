"""Answers of an office to the questions that were asked about its entry and published.

Entry point: `routes`. Invariant: only members of the organization that owns the record, and those who decide for all,
answer; a question is public only after a person has read it (`api.visitors.moderation`).
"""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.pages.site import Pages
from api.text.formatting import record_title
from api.text.i18n import translator
from api.visitors.moderation import MAX_ANSWER_CHARACTERS
from api.web import addresses
from api.web.addresses import Lang, language, mount, patterns
from api.web.session import FormBody
from registry.catalog.deciding import subject
from registry.errors import NotFoundError
from registry.model import KINDS, Record
from registry.people import permissions
from vocab.pages import step_word


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for kind in KINDS:
        mount(router, patterns(kind, "{id}", "answers"), partial(show, pages))
        mount(router, patterns(kind, "{id}", "answers"), partial(save, pages), "POST")
    return router


def show(pages: Pages, request: Request, id: str) -> Response:
    """The published questions about a record, each with a field for the answer."""
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, "answer", subject(record))
    lang = language(request)
    title, address = record_title(record, lang), addresses.page(record.kind, record.id, lang)
    return pages.page(
        request,
        "answers.html",
        lang,
        record=record,
        title=title,
        questions=pages.catalog.messages.published("question", record.id),
        saved="saved" in request.query_params,
        action=_address(record, lang),
        max_characters=MAX_ANSWER_CHARACTERS,
        crumbs=[(title, address), (translator(lang)("Fragen beantworten"), "")],
        indexed=False,
    )


def save(pages: Pages, request: Request, id: str, body: FormBody = b"") -> Response:
    """Publishes the answer to a question; NotFoundError if the question is not about this record."""
    fields = pages.form(request, body)
    record, account = pages.record_at(request, id), pages.required(request)
    permissions.after(account, "answer", subject(record))
    question = pages.catalog.messages.get(fields.get("question"))
    if (question.kind, question.state, question.record) != ("question", "published", record.id):
        raise NotFoundError("message-unknown")
    pages.catalog.messages.decide(question.id, "published", fields.get("answer").strip()[:MAX_ANSWER_CHARACTERS])
    lang = language(request)
    return RedirectResponse(f"{_address(record, lang)}?saved", 303)


def _address(record: Record, lang: Lang) -> str:
    return f"{addresses.page(record.kind, record.id, lang)}/{step_word('answers', lang)}"
