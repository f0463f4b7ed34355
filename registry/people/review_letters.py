"""The letters of a review: who hears of which act on a draft, and what the letter says.

Entry points: `ACTS_TOLD` (the table), `letters_of`, `deciders`. The letters are made in the transaction of the act.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from registry.letters.letter import Letter, Paragraph, short_title
from registry.letters.mailboxes import Mailbox
from registry.model import Account, Comment, Draft
from registry.model.message import Message, message
from registry.people import review
from registry.people.review import ReviewAction
from vocab.fields import rows_by_name

Audience = Literal["deciders", "writers"]


class ToldRow(NamedTuple):
    """An act, who hears of it, and the codes of subject, sentence and link. `page` "": that of the published record."""

    act: ReviewAction
    audience: Audience
    subject: str
    sentence: str
    link: str
    page: str


ACTS_TOLD: Final = (
    ToldRow("submit", "deciders", "letter-waits-subject", "letter-waits", "letter-waits-link", "review"),
    ToldRow("submit", "writers", "letter-submitted-subject", "letter-submitted", "letter-submitted-link", "mine"),
    ToldRow("return", "writers", "letter-returned-subject", "letter-returned", "letter-returned-link", "register"),
    ToldRow("publish", "writers", "letter-published-subject", "letter-published", "letter-published-link", ""),
    ToldRow("decline", "writers", "letter-declined-subject", "letter-declined", "letter-submitted-link", "mine"),
    ToldRow("undo", "writers", "letter-undone-subject", "letter-undone", "letter-submitted-link", "mine"),
)


def letters_of(
    act: ReviewAction, draft: Draft, comments: tuple[Comment, ...], readers: Mapping[Audience, Iterable[Mailbox]]
) -> Iterator[Letter]:
    """The letters that tell of an act. `draft`: as it is after the act; `comments`: those that the act has added."""
    for row in ACTS_TOLD:
        if row.act == act:
            yield from (_letter(row, draft, comments, mailbox) for mailbox in readers[row.audience])


def writers(draft: Draft) -> tuple[str, ...]:
    """The names of the accounts that worked on a draft."""
    return tuple(dict.fromkeys((draft.author, *draft.editors)))


def deciders(draft: Draft, accounts: Iterable[Account], record_owner: str) -> tuple[str, ...]:
    """The names of the accounts that may decide on a draft; administrators only where nobody else may."""
    allowed = [account for account in accounts if review.may(draft, "publish", account, record_owner)]
    named = tuple(account.name for account in allowed if account.role != "administrator")
    return named or tuple(account.name for account in allowed)


def titled(draft: Draft, lang: str) -> str | Message:
    """The title of a draft in a language, cut for a letter."""
    return short_title(draft.metadata, lang) or message("letter-untitled")


def link_to(page: str, draft: Draft) -> Mapping[str, str | tuple[str, ...]]:
    """Where a paragraph about a draft leads: fields of `Paragraph`."""
    kind = draft.metadata.kind
    steps: Mapping[str, tuple[str, ...]] = MappingProxyType(
        {"review": (draft.id,), "mine": ("entries",), "register": (kind, draft.id)}
    )
    return {"page": page, "steps": steps[page]} if page else {"page": kind, "steps": (draft.record or draft.of or "",)}


def _letter(row: ToldRow, draft: Draft, comments: tuple[Comment, ...], mailbox: Mailbox) -> Letter:
    title = titled(draft, mailbox.lang)
    return Letter(
        to=mailbox.address,
        lang=mailbox.lang,
        subject=message(row.subject, title=title),
        paragraphs=(
            Paragraph(message(row.sentence, title=title)),
            *(Paragraph(_remark(comment, draft, mailbox.lang)) for comment in comments),
            Paragraph(message(row.link), **link_to(row.page, draft)),  # type: ignore[arg-type]
        ),
        about=f"draft:{draft.id}",
        account=mailbox.account,
    )


def _remark(comment: Comment, draft: Draft, lang: str) -> str:
    """A comment, after the name of its field if it is about one."""
    row = rows_by_name(draft.metadata.kind).get(comment.field)
    return f"{row.label(lang)}: {comment.text}" if row else comment.text
