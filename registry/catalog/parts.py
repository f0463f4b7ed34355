"""The parts of a catalogue that are opened when they are first asked for: a command that only harvests starts without
most of them.

Entry point: `CatalogParts`, from which `Catalog` inherits them.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from registry.answers.answers import Answers
    from registry.following.following import Following
    from registry.letters.mailboxes import Mailboxes
    from registry.letters.outbox import Outbox
    from registry.links.links import Links
    from registry.people.accounts import People
    from registry.people.confirmations import Confirmations
    from registry.people.drafts import Inbox
    from registry.people.page_texts import PageTexts
    from registry.people.reasons import Reasons
    from registry.people.refused_links import RefusedLinks
    from registry.pictures.pictures import Pictures
    from registry.preview.previews import Previews
    from registry.quality.file_checks import FileChecks
    from registry.quality.scores import Scores
    from registry.visitors.messages import Messages

_opening: Final = threading.RLock()  # one thread at a time opens a part, which may ask for another one


class CatalogParts:
    """`open_part` opens the part with a name. May be used from several threads."""

    inbox: "Inbox"
    people: "People"
    outbox: "Outbox"
    mailboxes: "Mailboxes"
    messages: "Messages"
    reasons: "Reasons"
    page_texts: "PageTexts"
    pictures: "Pictures"
    confirmations: "Confirmations"
    refused_links: "RefusedLinks"
    following: "Following"
    scores: "Scores"
    file_checks: "FileChecks"
    previews: "Previews"
    answers: "Answers"
    links: "Links"

    open_part: Callable[[Any, str], Any]

    def __getattr__(self, name: str) -> Any:
        """The part, opened now; Python calls this only for attributes that are not there."""
        if name not in CatalogParts.__annotations__ or name == "open_part":
            raise AttributeError(name)
        with _opening:
            if name not in self.__dict__:
                self.__dict__[name] = self.open_part(self, name)
            return self.__dict__[name]
