"""How long the certificate of the public address holds, for `lotse doctor`."""

import socket
import ssl
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

SECONDS: Final = 5.0
DAY_SECONDS: Final = 86_400
_EXPIRED: Final = 10  # X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL


def days_left(address: str, ca_file: Path | None = None) -> int | str:
    """Whole days until the certificate of an https address ends, below 0 once it has ended; a sentence where it cannot
    be read or does not hold for this name."""
    parts = urlsplit(address)
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    try:
        host = parts.hostname or ""
        with (
            socket.create_connection((host, parts.port or 443), SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            certificate = wrapped.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return -1 if error.verify_code == _EXPIRED else error.verify_message
    except OSError as error:
        return str(error.strerror or error)
    ends = ssl.cert_time_to_seconds(str(certificate.get("notAfter", "")))
    return int((ends - time.time()) // DAY_SECONDS)
