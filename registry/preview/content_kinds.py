"""Tells by its first bytes what a file is. Entry point: `without_table`."""

import re
from typing import Final

from registry.preview.bounds import START_BYTES

_BLANKS: Final = b"\xef\xbb\xbf \t\r\n"
_WEB_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
_PROLOG: Final = re.compile(rb"(?:<\?xml[^>]*>|<!--.*?-->|\s+)*", re.DOTALL)
_STARTS: Final = (  # the first bytes of files without a table
    (b"%PDF", "preview-document"),
    (b"{\\rtf", "preview-document"),
    (b"\x89PNG", "preview-picture"),
    (b"\xff\xd8\xff", "preview-picture"),
    (b"GIF8", "preview-picture"),
    (b"II*\x00", "preview-picture"),
    (b"MM\x00*", "preview-picture"),
    (b"RIFF", "preview-picture"),
    (b"7z\xbc\xaf", "preview-archive-unknown"),
    (b"Rar!", "preview-archive-unknown"),
)


def without_table(start: bytes) -> str:
    """The code of the reason why a file that begins so holds no table; "" if it may hold one."""
    for mark, code in _STARTS:
        if start.startswith(mark):
            return code
    return "preview-web-page" if _is_web_page(start) else ""


def _is_web_page(start: bytes) -> bool:
    """Whether it is HTML, whatever it was called."""
    text = start[:START_BYTES].lstrip(_BLANKS)
    prolog = _PROLOG.match(text)
    return bool(_WEB_PAGE.match(text, prolog.end() if prolog else 0))
