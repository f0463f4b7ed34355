"""Bytes -> text, with the name of the encoding. Entry point: `decoded`; `is_text` tells text from other data.

An encoding is told by its byte order mark, by zeros (UTF-16), by being valid (UTF-8), else by which letters its bytes
above 127 would be: those of Windows, or the umlauts of DOS and of the old Mac; ISO-8859-15 by its euro sign.
"""

import codecs
import re
from typing import Final, NamedTuple

from registry.model.message import Message, message

_MARKS: Final = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
_SAMPLE: Final = 100_000  # bytes
_DOS_LETTERS: Final = b"\x81\x84\x94\x8e\x99\x9a\xe1"  # üäöÄÖÜß in code page 850
_WINDOWS_LETTERS: Final = b"\xfc\xe4\xf6\xc4\xd6\xdc\xdf"
_MAC_LETTERS: Final = re.compile(rb"[A-Za-z](?:\x8a|\x9f|\xa7)[a-z]")  # ä, ü, ß; in Windows no letters inside of words
_EURO_OF_LATIN_9: Final = re.compile(r"\d ?¤|¤ ?\d")  # in Windows a sign for any currency that nobody writes
_ONLY_WINDOWS: Final = re.compile(rb"[\x80-\x9f]")
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]")
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
MAX_BROKEN_SHARE: Final = 0.1  # of the signs of a text in UTF-8 that may be unreadable


class Decoded(NamedTuple):
    """`encoding`: its name as IANA has it."""

    text: str
    encoding: str
    notes: tuple[Message, ...] = ()


def decoded(content: bytes) -> Decoded:
    """The text of a file; never fails."""
    for mark, name, codec in _MARKS:
        if content.startswith(mark):
            return _strict_or_replaced(content[len(mark) :], name, codec)
    if codec := _without_mark(content[:_SAMPLE]):
        return _strict_or_replaced(content, "utf-16", codec)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if _is_broken_utf_8(content):
        return _strict_or_replaced(content, "utf-8", "utf-8")
    if _MAC_LETTERS.search(content) and not _has_windows_letters(content):
        note = message("preview-encoding-guessed", encoding="macintosh")
        return Decoded(content.decode("mac_roman"), "macintosh", (note,))
    if _has_dos_letters(content):
        return Decoded(content.decode("cp850"), "ibm850", (message("preview-encoding-guessed", encoding="ibm850"),))
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:  # five of its bytes have no letter
        return Decoded(content.decode("latin-1"), "iso-8859-1")
    if _EURO_OF_LATIN_9.search(text) and not _ONLY_WINDOWS.search(content):
        return Decoded(text.replace("¤", "€"), "iso-8859-15")
    return Decoded(text, "windows-1252")


def is_text(content: bytes) -> bool:
    """Whether the beginning of a file is text in any encoding that `decoded` knows."""
    start = content[:_SAMPLE]
    if any(start.startswith(mark) for mark, _, _ in _MARKS) or _without_mark(start):
        return True
    return len(_CONTROLS.findall(start)) * 1000 <= len(start)


def _strict_or_replaced(content: bytes, name: str, codec: str) -> Decoded:
    text = content.decode(codec, "replace")
    broken = text.count("�")
    return Decoded(text, name, (message("preview-characters-broken", count=broken),) if broken else ())


def _without_mark(start: bytes) -> str:
    """UTF-16 without a mark: every other byte of most letters is zero."""
    pairs = len(start) // 2
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if not pairs or max(even, odd) * 10 <= pairs * 4 or min(even, odd) * 20 >= pairs:
        return ""
    codec = "utf-16-le" if odd > even else "utf-16-be"
    text = start[: pairs * 2].decode(codec, "replace").encode("utf-8", "replace")
    return "" if len(_CONTROLS.findall(text)) * 1000 > pairs else codec


def _is_broken_utf_8(content: bytes) -> bool:
    """Whether it is UTF-8 except for a few damaged signs."""
    text = content.decode("utf-8", "replace")
    broken = text.count("�")
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    return broken <= MAX_BROKEN_SHARE * whole


def _has_windows_letters(content: bytes) -> bool:
    return any(letter in content for letter in (b"\xe4", b"\xf6", b"\xfc", b"\xdf"))


def _has_dos_letters(content: bytes) -> bool:
    beyond = b"".join(_BEYOND_ASCII.findall(content[: _SAMPLE * 10]))
    dos, windows = (sum(map(beyond.count, letters)) for letters in (_DOS_LETTERS, _WINDOWS_LETTERS))
    return dos > windows and dos * 2 >= len(beyond)
