"""A remote thing as the bytes that are staged: the same thing gives the same bytes, and what bytes can be always come
out."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from registry.model import Finding, Findings
from registry.rules import finding

MOST_DEPTH: Final = 250  # brackets inside brackets; orjson writes 254
_BITS: Final = 64
_LOST: Final = "\ufffd"


def payload(thing: Any) -> bytes:
    """In whatever order its keys came. Halves of characters become �, numbers beyond 64 bits text.

    RecursionError where brackets lie more than MOST_DEPTH deep.
    """
    try:
        return orjson.dumps(thing, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        if depth(thing) > MOST_DEPTH:
            raise RecursionError from None
        return orjson.dumps(_sayable(thing), option=orjson.OPT_SORT_KEYS)


def too_deep(thing: Any) -> Finding:
    """What is said of a thing that has no payload: under which key brackets lie too deep."""
    inner = thing.items() if isinstance(thing, Mapping) else ()
    key = next((key for key, value in inner if depth(value) >= MOST_DEPTH), "")
    return finding("too-large", _whole(key), f"[[[…]]] > {MOST_DEPTH}")


def lost_characters(staged: bytes, thing: Mapping[str, Any]) -> Findings:
    """By key, with the words around."""
    if _LOST.encode() not in staged:
        return ()
    said = ((key, f"{key}: {value}" if _LOST in key else str(value)) for key, value in thing.items())
    return tuple(
        finding("character-broken", key, words[max(0, place - 100) : place + 100])
        for key, words in said
        if (place := words.find(_LOST)) >= 0
    )


def depth(value: Any) -> int:
    """How many brackets lie inside each other."""
    found, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        found += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return found


def _sayable(value: Any) -> Any:
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, int) and value.bit_length() >= _BITS:
        return str(value)
    if isinstance(value, list):
        return [_sayable(one) for one in value]
    if isinstance(value, dict):
        return {_whole(str(key)): _sayable(one) for key, one in value.items()}
    return value


def _whole(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
