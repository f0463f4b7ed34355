"""Sends the letters of the outbox by SMTP, for as long as the process lives.

Entry points: `run` (of `lotse worker`, and of `lotse serve`), `send_due`. A server that is away, or refuses
for now, costs no letter: it is due again after a pause. If the process dies between the server's answer and the
deletion of the letter, it is sent twice, with the same Message-ID.
"""

import contextlib
import logging
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from registry.city import city
from registry.isolation import isolated
from registry.letters.letter import Sender, as_email
from registry.letters.outbox import Outbox, Waiting
from registry.settings import MailServer, Settings, mail_server

POLL_SECONDS: Final = 1.0  # between two looks into the outbox
SMTP_SECONDS: Final = 30.0  # that the mail server gets for an answer
MAX_LETTERS_PER_CONNECTION: Final = 50

log = logging.getLogger("lotse.letters")
Connect = Callable[[], smtplib.SMTP]


def sender(settings: Settings) -> Sender:
    """Who the letters come from: LOTSE_MAIL_FROM, else the e-mail address of the city, else one at our host."""
    own = city(settings)
    host = urlsplit(settings.base_url).hostname or "localhost"
    address = settings.mail_from or own.email or f"lotse@{host}"
    return Sender(f"Lotse {own.name}".strip(), address, settings.base_url)


def run(outbox: Outbox, settings: Settings, stop: threading.Event) -> None:
    """Sends what is due until `stop` is set; returns at once without LOTSE_MAIL."""
    if not settings.mail:
        return
    connect = partial(_connect, mail_server(settings.mail), settings)
    while not stop.is_set():
        full = isolated(
            lambda: send_due(outbox, connect, sender(settings), stop) == MAX_LETTERS_PER_CONNECTION, _failed
        )
        if not full:
            stop.wait(POLL_SECONDS)


def send_due(outbox: Outbox, connect: Connect, sender: Sender, stop: threading.Event | None = None) -> int:
    """Sends at most MAX_LETTERS_PER_CONNECTION letters that are due over one connection; returns how many were due."""
    letters = outbox.claim(MAX_LETTERS_PER_CONNECTION)
    if not letters:
        return 0
    left = list(letters)
    try:
        with _closing(connect()) as server:
            while left and not (stop and stop.is_set()):
                _send(outbox, server, left[0], sender)
                del left[0]
        for waiting in left:  # the process ends
            outbox.retry(waiting.id)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("the mail server cannot be reached or answers wrongly: %s", _fault(error))
        for waiting in left:
            outbox.postpone(waiting, _fault(error))
    return len(letters)


def _send(outbox: Outbox, server: smtplib.SMTP, waiting: Waiting, sender: Sender) -> None:
    """Sends one letter. What the server refuses for good (5xx) is kept for a person, what it refuses for now waits;
    OSError and SMTPException if the connection is lost."""
    try:
        email = as_email(waiting.letter, waiting.id, sender, waiting.written)
        server.sendmail(sender.address, [waiting.letter.to], email.as_bytes())
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        _refused(outbox, waiting, code, _fault(smtplib.SMTPResponseException(code, answer)))
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError):
        raise
    except smtplib.SMTPResponseException as error:
        _refused(outbox, waiting, error.smtp_code, _fault(error))
    except ValueError as error:  # a letter of an older version that makes no e-mail
        outbox.refuse(waiting, str(error))
    else:
        outbox.sent(waiting.id)


def _refused(outbox: Outbox, waiting: Waiting, code: int, fault: str) -> None:
    if 500 <= code < 600:
        outbox.refuse(waiting, fault)
    else:
        outbox.postpone(waiting, fault)


def _connect(server: MailServer, settings: Settings) -> smtplib.SMTP:
    """A connection, encrypted where the server offers it; a password is sent encrypted only.

    SMTPException or OSError if there is none.
    """
    context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
    if server.tls:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SMTP_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=SMTP_SECONDS)
    try:
        smtp.ehlo()
        if not server.tls and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
        elif not server.tls and server.user:
            raise smtplib.SMTPNotSupportedError("no STARTTLS: the password is not sent")
        if server.user:
            smtp.login(server.user, server.password)
    except (OSError, smtplib.SMTPException):
        smtp.close()
        raise
    return smtp


@contextlib.contextmanager
def _closing(smtp: smtplib.SMTP) -> Iterator[smtplib.SMTP]:
    """Ends the connection with QUIT; an error while it ends loses nothing, because each letter was answered before."""
    try:
        yield smtp
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _fault(error: Exception) -> str:
    """The error on one line, as the server said it."""
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
        return f"{error.smtp_code} {' '.join(text.split())}"
    return " ".join(str(error).split()) or type(error).__name__


def _failed(error: Exception) -> bool:
    log.error("letters", exc_info=error)
    return False
