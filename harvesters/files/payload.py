"""The bytes of an item that are staged, compared by digest and mapped.

Entry points: `payload`, and the findings `too_deep` and `lost_characters`. The same item always gives the same bytes.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from registry.model import Finding, Findings
from registry.rules import finding

MAX_DEPTH: Final = 250  # brackets inside brackets; orjson writes 254
_MAX_INTEGER_BITS: Final = 64
_REPLACEMENT_CHARACTER: Final = "\ufffd"


def payload(thing: Any) -> bytes:
    """An item as JSON with sorted keys; lone surrogates become �, integers beyond 64 bits text.

    RecursionError if it is nested deeper than MAX_DEPTH.
    """
    try:
        return orjson.dumps(thing, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        if depth(thing) > MAX_DEPTH:
            raise RecursionError from None
        return orjson.dumps(_sayable(thing), option=orjson.OPT_SORT_KEYS)


def too_deep(thing: Any) -> Finding:
    """The finding for an item that is nested too deep to have a payload; it names the key."""
    inner = thing.items() if isinstance(thing, Mapping) else ()
    key = next((key for key, value in inner if depth(value) >= MAX_DEPTH), "")
    return finding("too-large", _whole(key), f"[[[…]]] > {MAX_DEPTH}")


def lost_characters(staged: bytes, thing: Mapping[str, Any]) -> Findings:
    """A finding for each key whose value has lost a character (�), with the text around it."""
    if _REPLACEMENT_CHARACTER.encode() not in staged:
        return ()
    texts = ((key, f"{key}: {value}" if _REPLACEMENT_CHARACTER in key else str(value)) for key, value in thing.items())
    return tuple(
        finding("character-broken", key, text[max(0, position - 100) : position + 100])
        for key, text in texts
        if (position := text.find(_REPLACEMENT_CHARACTER)) >= 0
    )


def depth(value: Any) -> int:
    """How deep lists and objects are nested."""
    levels, level = 0, [value]
    while level := [member for member in level if isinstance(member, dict | list)]:
        levels += 1
        level = [inner for member in level for inner in (member.values() if isinstance(member, dict) else member)]
    return levels


def _sayable(value: Any) -> Any:
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, int) and value.bit_length() >= _MAX_INTEGER_BITS:
        return str(value)
    if isinstance(value, list):
        return [_sayable(member) for member in value]
    if isinstance(value, dict):
        return {_whole(str(key)): _sayable(member) for key, member in value.items()}
    return value


def _whole(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
