"""The forms of visitors: report a fault of a page, show interest in a call, ask about an entry, wish for data.

Entry point: `routes`. What is sent waits for a person (`api.visitors.moderation`); the editors get a letter about it.
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse, Response

from api.pages.site import NO_STORE, Pages
from api.text.formatting import pick_language, short_markup
from api.text.i18n import marked as _
from api.text.i18n import translator
from api.visitors import guard
from api.web import addresses
from api.web.addresses import Lang, language, mount, patterns
from api.web.session import FormBody, Forms, local
from registry.catalog.lookup import shown
from registry.errors import NotFoundError
from registry.letters.letter import Letter, Paragraph, is_address
from registry.model import Opportunity, Record
from registry.model.message import message
from registry.model.text import shortened
from registry.visitors.messages import MessageKind, VisitorMessage
from vocab import values as written

MAX_TEXT_CHARACTERS: Final = 4_000
MAX_ADDRESS_CHARACTERS: Final = 500
MAX_LINE_CHARACTERS: Final = 200  # of a name, of the title of a wish
MIN_TEXT_CHARACTERS: Final = 10
NEEDED, ASKED = "needed", "asked"  # whether a field must be filled


class FormRow(NamedTuple):
    """A form. `page`: in PAGE_ROWS; `about_record`: it is about a record, which the address names; `email`, `name`:
    NEEDED, ASKED or "" for not asked. Sentences are translated when they are shown."""

    kind: MessageKind
    page: str
    title: str
    lead: str
    label: str
    thanks: str
    about_record: bool = False
    email: str = ""
    name: str = ""
    subject: str = ""
    subject_label: str = ""
    address: str = ""


FORMS: Final[Mapping[str, FormRow]] = MappingProxyType(
    {
        "report": FormRow(
            "report",
            "feedback",
            _("Fehler melden"),
            _("Fehlt etwas, oder stimmt etwas nicht? Schreiben Sie uns. Ein Mensch liest jede Meldung."),
            _("Was stimmt nicht?"),
            _("Danke. Ihre Meldung ist angekommen. Die Redaktion liest sie und gibt sie weiter."),
            email=ASKED,
        ),
        "interest": FormRow(
            "interest",
            "interest",
            _("Interesse mitteilen"),
            _("Ihre Nachricht geht an die Stelle, die das Projekt leitet. Vorher liest die Redaktion sie."),
            _("Ihre Nachricht"),
            _("Danke. Ihre Nachricht ist angekommen. Die Redaktion liest sie und gibt sie weiter."),
            about_record=True,
            email=NEEDED,
            name=ASKED,
        ),
        "question": FormRow(
            "question",
            "question",
            _("Eine Frage stellen"),
            _("Frage und Antwort stehen auf der Seite des Eintrags. Bitte nennen Sie keine Namen."),
            _("Ihre Frage"),
            _("Danke. Ihre Frage ist angekommen. Sie erscheint, sobald die Redaktion sie gelesen hat."),
            about_record=True,
        ),
        "wish": FormRow(
            "wish",
            "wishes",
            _("Datenwünsche"),
            _("Welche Daten fehlen Ihnen? Wünschen Sie sich Daten, und unterstützen Sie Wünsche anderer."),
            _("Wofür brauchen Sie die Daten?"),
            _("Danke. Ihr Wunsch ist angekommen. Er erscheint, sobald die Redaktion ihn gelesen hat."),
            subject=NEEDED,
            subject_label=_("Welche Daten?"),
        ),
        "reuse": FormRow(
            "reuse",
            "reuses",
            _("Aus Daten gemacht"),
            _("Apps, Karten, Artikel und Auswertungen aus den Daten der Stadt. Zeigen Sie, was Sie gemacht haben."),
            _("Was ist es, und wem hilft es?"),
            _("Danke. Ihre Anwendung ist angekommen. Sie erscheint, sobald die Redaktion sie angesehen hat."),
            email=ASKED,
            subject=NEEDED,
            subject_label=_("Wie heißt, was Sie gemacht haben?"),
            address=NEEDED,
        ),
    }
)  # fmt: skip


# Kinds whose form stands below the list of what is published: kind -> template
LISTED: Final[Mapping[MessageKind, str]] = MappingProxyType({"wish": "wishes.html", "reuse": "reuses.html"})


def routes(pages: Pages) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for row in FORMS.values():
        if row.kind not in LISTED:
            mount(router, patterns(row.page), partial(show, pages, row))
            mount(router, patterns(row.page), partial(send, pages, row), "POST")
    return router


def show(pages: Pages, row: FormRow, request: Request) -> Response:
    """The form, or the thanks after it was sent. NotFoundError for a record that is not shown."""
    return form_page(pages, row, request, Forms(request.query_params.multi_items()))


def send(pages: Pages, row: FormRow, request: Request, body: FormBody = b"") -> Response:
    """Takes a message, or shows the form again with what is wrong in it."""
    sent, fault = guard.fields(pages, request, body, row.kind)
    faults = [("", fault)] if fault else _faults(row, sent, language(request))
    if faults:
        return form_page(pages, row, request, sent, faults)
    take(pages, row, request, sent)
    return RedirectResponse(f"{addresses.path(row.page, language(request))}?{_way_back(row, sent)}", 303)


def _way_back(row: FormRow, sent: Forms) -> str:
    """The parameters of the page of thanks: what it was about, so that it leads back there; lists thank above
    themselves."""
    about = {"at": local(sent.get("at")), "record": sent.get("record") if row.about_record else ""}
    rest = {name: value[:MAX_LINE_CHARACTERS] for name, value in about.items() if value and row.kind not in LISTED}
    return f"sent&{urlencode(rest)}" if rest else "sent"


def take(pages: Pages, row: FormRow, request: Request, sent: Forms) -> None:
    """Stores a message and tells the editors."""
    record, call = _about(pages, row, sent)
    lang = language(request)
    subject = sent.get("subject").strip()[:MAX_LINE_CHARACTERS] if row.subject else _called(call, lang)
    stored = pages.catalog.messages.add(
        VisitorMessage(
            kind=row.kind,
            lang=lang,
            record=record.id if record else "",
            page=local(sent.get("at"))[:MAX_LINE_CHARACTERS],
            subject=subject,
            address=web_address(sent.get("address")) if row.address else "",
            text=sent.get("text").strip()[:MAX_TEXT_CHARACTERS],
            name=" ".join(sent.get("name").split())[:MAX_LINE_CHARACTERS] if row.name else "",
            email=sent.get("email").strip() if row.email else "",
        )
    )
    if pages.city.email:
        paragraphs = (
            Paragraph(message(f"letter-visitor-{row.kind}")),
            Paragraph(shortened(stored.text)),
            Paragraph(message("letter-visitor-decide"), page="admin", steps=("messages",)),
        )
        subject_line = message(f"letter-visitor-{row.kind}")
        about = f"visitor:{stored.id}"
        pages.catalog.outbox.put(Letter(to=pages.city.email, subject=subject_line, paragraphs=paragraphs, about=about))


def _faults(row: FormRow, sent: Forms, lang: Lang) -> list[tuple[str, str]]:
    _ = translator(lang)
    faults = []
    if row.subject and not sent.get("subject").strip():
        told = _("Nennen Sie die Daten, die Ihnen fehlen.") if row.kind == "wish" else _("Geben Sie ihr einen Namen.")
        faults.append(("subject", told))
    if row.address and not web_address(sent.get("address")):
        faults.append(("address", _("Schreiben Sie die Adresse wie https://www.example.org.")))
    if len(sent.get("text").strip()) < MIN_TEXT_CHARACTERS:
        faults.append(("text", _("Schreiben Sie einen Satz.")))
    elif len(sent.get("text").strip()) > MAX_TEXT_CHARACTERS:
        faults.append(
            ("text", _("Kürzen Sie den Text auf höchstens %(limit)s Zeichen.") % {"limit": MAX_TEXT_CHARACTERS})
        )
    email = sent.get("email").strip()
    if row.email and (email or row.email == NEEDED) and not is_address(email):
        faults.append(("email", _("Schreiben Sie die E-Mail-Adresse wie name@example.org.")))
    return faults


def form_page(
    pages: Pages,
    row: FormRow,
    request: Request,
    sent: Forms,
    faults: list[tuple[str, str]] | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    """The page of a form; `more`: further variables, such as the list of wishes."""
    lang = language(request)
    translate = translator(lang)
    record, call = _about(pages, row, sent)
    title = translate(row.title)
    at = local(sent.get("at"))
    if record and not at:
        at = addresses.page(record.kind, record.id, lang)
    template = LISTED.get(row.kind, "visitor_form.html")
    return pages.page(
        request,
        template,
        lang,
        422 if faults else 200,
        NO_STORE,
        form=row,
        title=title,
        lead=translate(row.lead),
        label=translate(row.label),
        subject_label=translate(row.subject_label) if row.subject_label else "",
        thanks=translate(row.thanks) if "sent" in request.query_params and not faults else "",
        action=addresses.path(row.page, lang),
        guard=guard.hidden(pages, lang),
        values={name: sent.get(name) for name in ("subject", "address", "text", "name", "email", "record", "call")},
        at=at,
        about=_link(record, lang) if record else None,
        call_title=_called(call, lang),
        faults=faults or [],
        most=MAX_TEXT_CHARACTERS,
        crumbs=[(title, "")],
        indexed=row.kind in LISTED,
        **more,
    )


def _about(pages: Pages, row: FormRow, sent: Forms) -> tuple[Record | None, Opportunity | None]:
    """The record and the call that a form is about; NotFoundError if it must be about one that is not shown. A report
    may be about any page; on the page of a record it is about the record, so that its contact gets it."""
    if not row.about_record:
        return _record_at(pages, sent.get("at")) if row.kind in ("report", "reuse") else None, None
    record = shown(pages.catalog, sent.get("record"))
    number = sent.number("call")
    calls = record.metadata.opportunities
    return record, calls[number - 1] if 0 < number <= len(calls) else None


def _record_at(pages: Pages, at: str) -> Record | None:
    """The record that is shown on a page of ours; None if it is the page of no record."""
    address = addresses.parse_path(urlsplit(local(at)).path)
    if address is None or address.kind is None:
        return None
    try:
        return shown(pages.catalog, address.rest)
    except NotFoundError:  # WithdrawnError is one, too
        return None


def web_address(text: str) -> str:
    """The web address that somebody wrote; "" if it is none."""
    read = written.address(text.strip() if "://" in text else f"https://{text.strip()}") if text.strip() else None
    address = str(read.value)[:MAX_ADDRESS_CHARACTERS] if read else ""
    return address if address.startswith(("http://", "https://")) and "." in (urlsplit(address).hostname or "") else ""


def _called(call: Opportunity | None, lang: Lang) -> str:
    return shortened(pick_language(call.title or call.description, lang).words, MAX_LINE_CHARACTERS) if call else ""


def _link(record: Record, lang: Lang) -> tuple[Markup, str]:
    title = short_markup(record.metadata.title, lang) or escape(record.id)
    return title, addresses.page(record.kind, record.id, lang)
