"""The page on which a draft gets its picture, with what it shows, who made it, its licence and a question about people.

Entry point: `routes`. Invariants: a picture is stored only in the form of `registry.pictures.rewriting`; it is not
taken without words for those who do not see it and without a licence; one that no entry uses any more is deleted.
"""

from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from api.editing.drafting import draft_of, forget_picture, may_save
from api.editing.form_fields import PICTURE_LICENCES
from api.editing.form_texts import own_text
from api.editing.register import address_of
from api.editing.sections import frame_of
from api.pages.site import Pages
from api.text.i18n import translator
from api.web import session
from api.web.addresses import Lang, absolute, language, mount, patterns
from api.web.session import Forms
from registry.errors import ConflictError, NotAllowedError, UsageError
from registry.model import KINDS, Draft, Metadata
from registry.model.message import sentence
from registry.pictures.pictures import PATH, name_of, picture_at
from registry.pictures.rewriting import MAX_PICTURE_BYTES, rewritten
from vocab.concepts import concept_list
from vocab.fields import rows_by_name

MAX_TEXT_CHARACTERS: Final = 300
_ASKED: Final = ("image_text", "image_credit", "image_licence")


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for kind in KINDS:
        if "image" in rows_by_name(kind):
            paths = patterns("register", kind, "{id}", "picture")
            mount(router, paths, partial(show, pages))
            mount(router, paths, partial(save, pages), "POST")
    return router


def show(pages: Pages, request: Request, id: str) -> Response:
    """The picture of the draft, if it has one, and the form for another."""
    draft = draft_of(pages, id, pages.required(request))
    lang = language(request)
    return _page(pages, request, draft, _stored(draft.metadata, lang))


async def save(pages: Pages, request: Request, id: str) -> Response:
    """Stores picture and words in the draft, or removes the picture; the form again with 422 if something lacks."""
    await run_in_threadpool(pages.required, request)  # before anything is read
    sent = await request.form(max_files=1, max_fields=20)
    file = sent.get("file")
    content = await file.read(MAX_PICTURE_BYTES + 1) if isinstance(file, UploadFile) else b""
    pairs = [(key, value) for key, value in sent.multi_items() if isinstance(value, str)]
    return await run_in_threadpool(_saved, pages, request, id, pairs, content)


def _saved(pages: Pages, request: Request, id: str, pairs: list[tuple[str, str]], content: bytes) -> Response:
    account, lang = pages.required(request), language(request)
    fields = session.checked(request, pairs, request.state.session, pages.settings)
    draft = draft_of(pages, id, account)
    if not may_save(pages, draft, account):
        raise NotAllowedError("draft-not-allowed", {"act": "save"}, name=account.name, act="save")
    if fields.get("act") == "remove":
        metadata = replace(draft.metadata, image="", image_text={}, image_credit="", image_licence="")
    else:
        entered = {name: " ".join(fields.get(name).split())[:MAX_TEXT_CHARACTERS] for name in _ASKED}
        faults = _faults(draft, fields, entered, content, lang)
        address = draft.metadata.image
        if content and not faults:
            try:
                address = absolute(pages.settings.base_url, PATH + pages.catalog.pictures.add(rewritten(content)))
            except UsageError as error:
                faults["file"] = sentence(error.summary, lang)
        if faults:
            return _page(pages, request, draft, entered, faults)
        metadata = _with_picture(draft.metadata, address, entered, lang)
    try:
        pages.inbox.save(id, metadata, account, fields.number("version"))
    except ConflictError:
        fault = translator(lang)("Der Entwurf wurde inzwischen geändert. Schicken Sie das Bild noch einmal.")
        return _page(pages, request, draft, _stored(draft.metadata, lang), {"file": fault}, 409)
    forget_picture(pages, draft, metadata.image)
    return RedirectResponse(address_of(draft, lang, "picture") + "?saved", 303)


def _faults(draft: Draft, fields: Forms, entered: dict[str, str], content: bytes, lang: Lang) -> dict[str, str]:
    """Field -> what is missing."""
    _ = translator(lang)
    asked = {
        "image_text": _("Schreiben Sie, was auf dem Bild zu sehen ist."),
        "image_credit": _("Schreiben Sie, wer das Bild gemacht hat."),
        "image_licence": _("Wählen Sie eine Lizenz."),
    }
    faults = {} if content or name_of(draft.metadata.image) else {"file": _("Wählen Sie ein Bild.")}
    faults |= {name: told for name, told in asked.items() if not entered[name]}
    if entered["image_licence"] and entered["image_licence"] not in concept_list("licences").by_notation:
        faults["image_licence"] = asked["image_licence"]
    if content and not fields.get("consent"):
        faults["consent"] = _("Bestätigen Sie das. Sonst dürfen wir das Bild nicht zeigen.")
    return faults


def _with_picture(metadata: Metadata, address: str, entered: dict[str, str], lang: Lang) -> Metadata:
    return replace(
        metadata,
        image=address,
        image_text={**metadata.image_text, lang: entered["image_text"]},
        image_credit=entered["image_credit"],
        image_licence=concept_list("licences").by_notation[entered["image_licence"]].iri,
    )


def _stored(metadata: Metadata, lang: Lang) -> dict[str, str]:
    licence = concept_list("licences").by_iri.get(metadata.image_licence)
    return {
        "image_text": own_text(metadata.image_text, lang),
        "image_credit": metadata.image_credit,
        "image_licence": licence.notation if licence else "",
    }


def _offered(values: dict[str, str]) -> list[str]:
    """The licences to choose from, with the one that is chosen."""
    chosen = values["image_licence"]
    return list(
        dict.fromkeys((*PICTURE_LICENCES, *([chosen] if chosen in concept_list("licences").by_notation else [])))
    )


def _page(
    pages: Pages, request: Request, draft: Draft, values: dict[str, str], faults: dict[str, str] | None = None,
    status: int = 0,
) -> Response:  # fmt: skip
    lang = language(request)
    _ = translator(lang)
    shown_faults: dict[str, Any] = faults or {}
    return pages.page(
        request,
        "picture.html",
        lang,
        status or (422 if shown_faults else 200),
        draft=draft,
        kind=draft.metadata.kind,
        picture=picture_at(draft.metadata.image),
        values=values,
        faults=shown_faults,
        licences=[(name, concept_list("licences").by_notation[name].label(lang)) for name in _offered(values)],
        megabytes=MAX_PICTURE_BYTES // 1_000_000,
        locked=not may_save(pages, draft, pages.required(request)),
        saved="saved" in request.query_params,
        action=address_of(draft, lang, "picture"),
        back=address_of(draft, lang, "data"),
        **frame_of(draft, lang, _("Bild")),
        indexed=False,
    )
