"""The states of a draft, and who may change its state, by the table of `registry.people.permissions`.

Entry points: `moved` (the state after an act, or an error), `may`, `may_see`; `Inbox` has the same ones, which know the
owner of the record. Invariant: nobody publishes a draft that they worked on themselves (four eyes).
"""

from typing import Final, Literal

from msgspec.structs import replace

from registry.model import Account, Draft
from registry.people import permissions
from registry.people.permissions import Subject

ReviewAction = Literal["save", "submit", "withdraw", "discard", "return", "publish", "decline", "undo"]
READING_ACTS: Final = ("read-own", "read-all", "read-proposal")


def subject(draft: Draft, record_owner: str = "", four_eyes: bool = True) -> Subject:
    """The draft as the table of permissions sees it. `record_owner`: the organization that owns the record which the
    draft changes; it decides on the draft. Without one only those decide who decide for all."""
    owner = record_owner if draft.of else draft.owner
    return Subject("draft", draft.state, draft.owner, owner, draft.author, draft.editors, four_eyes)


def moved(draft: Draft, act: ReviewAction, account: Account, record_owner: str = "", four_eyes: bool = True) -> str:
    """The state after an act; NotAllowedError for this account, ConflictError for this state of the draft."""
    return permissions.after(account, act, subject(draft, record_owner, four_eyes))


def may(draft: Draft, act: ReviewAction, account: Account, record_owner: str = "", four_eyes: bool = True) -> bool:
    """Whether the account may do this in some state of the draft."""
    return permissions.may(account, act, subject(draft, record_owner, four_eyes))


def has_edited(draft: Draft, account: Account) -> bool:
    """Whether the account began the draft, saved metadata in it or submitted it."""
    return permissions.has_edited(account, subject(draft))


def is_proposal(draft: Draft, record_owner: str) -> bool:
    """Whether the record that the draft changes belongs to another organization than the draft was written for."""
    return draft.of is not None and bool(record_owner) and record_owner != draft.owner


def may_see(draft: Draft, account: Account, record_owner: str = "") -> bool:
    """Whether the account may read the draft: its writers, those who decide for all, and from its submission on the
    members of the organization that it is submitted to."""
    case = subject(draft, record_owner)
    return any(permissions.is_allowed(account, act, case) for act in READING_ACTS)


def without_person(draft: Draft, name: str, pseudonym: str) -> Draft:
    """The draft with a number in place of the name, and without the words of the person's comments."""
    comments = tuple(
        replace(comment, by=pseudonym, text="") if comment.by == name else comment for comment in draft.comments
    )
    editors = tuple(pseudonym if editor == name else editor for editor in draft.editors)
    author = pseudonym if draft.author == name else draft.author
    return replace(draft, author=author, editors=editors, comments=comments)
