"""What the write API does with drafts and records, for the account whose token a request has.

Entry points: `DraftViews`, `RecordViews`. Invariants: whatever is done here is done by the same functions as on the
pages, and is allowed by the same table (`registry.people.permissions`); a POST with an `Idempotency-Key` is carried
out once.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Path, Query, Request, Response

from api.data.documents import record_answer
from api.data.draft_documents import (
    DraftAct,
    DraftChange,
    DraftsAnswer,
    DryRunAnswer,
    NewDraft,
    RecordAct,
    draft_answer,
    history_answer,
)
from api.data.examples import DRAFT_ID, ID
from api.data.openapi import ID_PATTERN
from api.drafts.bearer import authenticated
from api.drafts.bodies import body_of, etag, once, patched, require_match
from api.drafts.completeness import faults, require_complete
from api.editing.drafting import forget_picture
from api.pages.site import NO_STORE, Pages
from api.web.answers import json_bytes, raw_body
from api.web.negotiate import JSON
from api.web.problems import WrongOut
from registry.catalog import deciding
from registry.errors import ConflictError, NotAllowedError, PreconditionFailedError, ValidationError
from registry.model import Account, Draft, DraftState, Metadata, Record
from registry.model.message import message, translations
from registry.people import permissions
from registry.people.channels import channels_after
from registry.people.permissions import OPEN_STATES
from registry.people.review import ReviewAction
from registry.people.tokens import Scope

API_PATH: Final = "/api/v1/drafts"
DRAFT_ID_PATTERN: Final = "^[0-9a-f]{12}$"
MAX_COMMENT_CHARACTERS: Final = 4_000
MAX_DRAFTS: Final = 500  # on a page
MAX_PAGE: Final = 100_000

# The scope that a token needs for an act on a draft
SCOPES_OF_ACTS: Final[Mapping[ReviewAction, Scope]] = MappingProxyType(
    {"submit": "write", "withdraw": "write", "return": "review", "publish": "review", "decline": "review"}
)

Bytes = Annotated[bytes, Depends(raw_body)]
DraftId = Annotated[str, Path(examples=[DRAFT_ID], json_schema_extra={"pattern": DRAFT_ID_PATTERN})]
RecordId = Annotated[str, Path(examples=[ID], json_schema_extra={"pattern": ID_PATTERN})]
State = Annotated[DraftState | None, Query(description="Only in this state; without it the open ones")]
Size = Annotated[int, Query(ge=1, le=MAX_DRAFTS, description="Drafts on a page", examples=[100])]
PageNumber = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Page, from 1", examples=[1])]


DryRun = Annotated[
    bool, Query(description="Only check the request: the answer says what it would do, and nothing is stored")
]


class DraftViews:
    """The views of drafts. Without docstrings: these would stand in the OpenAPI document."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._inbox = pages.inbox
        self._acts: Mapping[ReviewAction, Callable[[Draft, Account, str], None]] = {
            "submit": self._submit,
            "withdraw": self._withdraw,
            "return": self._return,
            "publish": self._publish,
            "decline": self._decline,
        }

    def create_draft(self, request: Request, body: Bytes, dry_run: DryRun = False) -> Response:
        account = authenticated(self._pages, request, "write")
        if dry_run:
            metadata, record = self._new(account, body)
            return self._checked("draft", metadata, record.id if record else None)
        return once(self._pages.people, account, request, body, lambda: self._created(account, body))

    def list_drafts(self, request: Request, state: State = None, size: Size = 100, page: PageNumber = 1) -> Response:
        account = authenticated(self._pages, request, "read")
        total, drafts = self._inbox.listed_page(account, (state,) if state else OPEN_STATES, size, page)
        return _json(DraftsAnswer(total, tuple(map(draft_answer, drafts))))

    def read_draft(self, request: Request, id: DraftId) -> Response:
        return _of_draft(self._draft(id, authenticated(self._pages, request, "read")))

    def change_draft(self, request: Request, id: DraftId, body: Bytes, dry_run: DryRun = False) -> Response:
        account = authenticated(self._pages, request, "write")
        draft = self._draft(id, account)
        self._inbox.require(draft, "save", account)
        require_match(request, draft, needed=True)
        metadata = patched(draft.metadata, body_of(body, DraftChange).metadata, draft.metadata.kind)
        if dry_run:
            return self._checked(draft.state, metadata, draft.of)
        try:
            return _of_draft(self._inbox.save(id, metadata, account, draft.version, "api"))
        except ConflictError as error:
            raise PreconditionFailedError(error.summary, error.detail) from None

    def discard_draft(self, request: Request, id: DraftId) -> Response:
        account = authenticated(self._pages, request, "write")
        draft = self._draft(id, account)
        self._inbox.require(draft, "discard", account)
        require_match(request, draft)
        self._inbox.close(id, account, draft.version, "discard")
        forget_picture(self._pages, draft)
        return Response(status_code=204, headers=NO_STORE)

    def act(self, act: ReviewAction) -> Callable[..., Response]:
        """The view that carries out an act on a draft."""

        def view(request: Request, id: DraftId, body: Bytes, dry_run: DryRun = False) -> Response:
            account = authenticated(self._pages, request, SCOPES_OF_ACTS[act])
            if dry_run:
                return self._checked_act(self._ready(request, id, account, act), body, act)
            job = partial(self._moved, request, id, body, account, act)
            return once(self._pages.people, account, request, body, job)

        return view

    # -- what is done

    def _created(self, account: Account, body: bytes) -> Response:
        metadata, record = self._new(account, body)
        owner = permissions.acts_for(account, record.owner if record else "")
        base = record.number if record else 0
        channels = channels_after(record.metadata if record else Metadata(kind=metadata.kind), metadata, {}, "api")
        draft = self._inbox.begin(metadata, account, owner, record.id if record else None, base, channels)
        return _of_draft(draft, 201, {"Location": f"{API_PATH}/{draft.id}"})

    def _new(self, account: Account, body: bytes) -> tuple[Metadata, Record | None]:
        """The metadata of a new draft, and the record that it changes, if it changes one."""
        new = body_of(body, NewDraft)
        record = _existing(self._pages, new.of) if new.of is not None else None
        kind = new.kind or (record.kind if record else None)
        if kind is None:
            raise ValidationError("field-wrong", [_fault("kind", "value-missing")])
        if record is None:
            permissions.after(account, "begin", permissions.CATALOGUE)
        else:
            permissions.after(account, "propose", deciding.subject(record))
        return patched(record.metadata if record else Metadata(kind=kind), new.metadata, kind), record

    def _checked(self, state: str, metadata: Metadata, of: str | None) -> Response:
        """The answer of a dry run: what would be stored, and what it lacks to be submitted."""
        wrong = msgspec.convert(faults(self._pages, metadata, of), tuple[WrongOut, ...])
        return _json(DryRunAnswer(state=state, metadata=metadata, errors=wrong))

    def _checked_act(self, draft: Draft, body: bytes, act: ReviewAction) -> Response:
        """The answer of a dry run of an act; what the act itself would refuse is refused."""
        _text(body_of(body, DraftAct).comment, "comment")
        if act in ("submit", "publish"):
            require_complete(self._pages, draft)
        if act == "publish" and draft.of and self._pages.catalog.store.existing(draft.of).number != draft.base:
            raise ConflictError("record-changed-compare", {"ids": [draft.of]}, id=draft.of)
        return self._checked(permissions.ACTS["draft", act].after, draft.metadata, draft.of)

    def _ready(self, request: Request, id: str, account: Account, act: ReviewAction) -> Draft:
        """The draft on which the account may carry out the act now, in the version that the request names."""
        draft = self._draft(id, account)
        self._inbox.require(draft, act, account)
        require_match(request, draft)
        return draft

    def _moved(self, request: Request, id: str, body: bytes, account: Account, act: ReviewAction) -> Response:
        draft = self._ready(request, id, account, act)
        comment = _text(body_of(body, DraftAct).comment, "comment")
        self._acts[act](draft, account, comment)
        return _of_draft(self._inbox.get_any(id))

    def _submit(self, draft: Draft, account: Account, comment: str) -> None:
        require_complete(self._pages, draft)
        self._inbox.submit(draft.id, account, draft.version, comment)

    def _withdraw(self, draft: Draft, account: Account, comment: str) -> None:
        self._inbox.withdraw(draft.id, account, draft.version, comment)

    def _return(self, draft: Draft, account: Account, comment: str) -> None:
        self._inbox.hand_back(draft.id, account, draft.version, comment)

    def _publish(self, draft: Draft, account: Account, comment: str) -> None:
        require_complete(self._pages, draft)
        deciding.publish(self._pages.catalog, draft, account, comment=comment)

    def _decline(self, draft: Draft, account: Account, comment: str) -> None:
        self._inbox.close(draft.id, account, draft.version, "decline", comment=comment)

    def _draft(self, id: str, account: Account) -> Draft:
        draft = self._inbox.get_any(id)
        if not self._inbox.may_see(draft, account):
            raise NotAllowedError("draft-of-somebody-else")
        return draft


class RecordViews:
    """The views of records that change them or tell their history."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def withdraw_record(self, request: Request, id: RecordId, body: Bytes, dry_run: DryRun = False) -> Response:
        return self._act(request, id, body, "withdraw", dry_run)

    def restore_record(self, request: Request, id: RecordId, body: Bytes, dry_run: DryRun = False) -> Response:
        return self._act(request, id, body, "restore", dry_run)

    def record_history(self, request: Request, id: RecordId) -> Response:
        account = authenticated(self._pages, request, "read")
        record = _existing(self._pages, id)
        permissions.after(account, "history", deciding.subject(record))
        return _json(history_answer(self._pages.catalog.store.history(record.id)))

    def _act(self, request: Request, id: str, body: bytes, act: str, dry_run: bool) -> Response:
        account = authenticated(self._pages, request, "write")
        if dry_run:
            record, _why = self._ready(account, id, body, act)
            return _json(DryRunAnswer(state=permissions.after(account, act, deciding.subject(record))))
        return once(self._pages.people, account, request, body, lambda: self._acted(account, id, body, act))

    def _acted(self, account: Account, id: str, body: bytes, act: str) -> Response:
        catalog, (record, why) = self._pages.catalog, self._ready(account, id, body, act)
        if act == "withdraw":
            changed = deciding.withdraw(catalog, record, account, why)
        else:
            changed = deciding.publish_again(catalog, record, account, why)
        return _json(record_answer(changed, self._pages.settings.base_url))

    def _ready(self, account: Account, id: str, body: bytes, act: str) -> tuple[Record, str]:
        """The record on which the account may carry out the act now, and the reason that the body gives."""
        record = _existing(self._pages, id)
        permissions.after(account, act, deciding.subject(record))
        why = _text(body_of(body, RecordAct).why, "why")
        if not why:
            raise ValidationError("why-missing", [_fault("why", "why-missing")])
        return record, why


def _existing(pages: Pages, id: str) -> Record:
    return pages.catalog.store.existing(id.replace("\0", ""))  # PostgreSQL refuses NUL


def _text(text: str | None, field: str) -> str:
    """A text of a body, without blanks around it; ValidationError if it is too long."""
    stripped = (text or "").replace("\0", "").strip()
    if len(stripped) > MAX_COMMENT_CHARACTERS:
        raise ValidationError("field-wrong", [_fault(field, "text-too-long", limit=MAX_COMMENT_CHARACTERS)])
    return stripped


def _fault(field: str, rule: str, **values: Any) -> dict[str, Any]:
    remedy = translations(message("see-openapi-fields"))
    return {"field": field, "rule": rule, "message": translations(message(rule, **values)), "remedy": remedy}


def _json(answer: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json_bytes(answer), status, {**NO_STORE, **(headers or {})}, JSON.type)


def _of_draft(draft: Draft, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return _json(draft_answer(draft), status, {"ETag": etag(draft), **(headers or {})})
