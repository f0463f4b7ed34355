"""Where a text is no JSON, and what is wrong there: in German and English, whichever parser found it."""

from json import JSONDecodeError
from typing import Final

from registry.model import Text

_BROKEN: Final[Text] = {"de": "hier steht etwas, das kein JSON ist", "en": "what stands here is no JSON"}
_ENDS: Final[Text] = {"de": "der Text bricht ab", "en": "the text breaks off"}
_FAULTS: Final[tuple[tuple[tuple[str, ...], Text], ...]] = (  # by what json and orjson begin their messages with
    (("Unterminated string",), {"de": "eine Zeichenkette endet nicht", "en": "a string has no end"}),
    (
        ("Expecting ','", "unexpected character, expected ','"),
        {"de": "hier fehlt ein Komma oder eine schließende Klammer", "en": "a comma or a closing bracket is missing"},
    ),
    (
        ("Expecting ':'", "unexpected character, expected ':'"),
        {"de": "nach dem Schlüssel fehlt ein Doppelpunkt", "en": "there is no colon after the key"},
    ),
    (
        ("Illegal trailing comma", "trailing comma"),
        {"de": "hier steht ein Komma zu viel", "en": "there is a comma too many"},
    ),
    (
        ("Expecting property name", "unexpected character, expected a string key"),
        {"de": "hier fehlt ein Schlüssel in doppelten Anführungszeichen",
         "en": "a key in double quotation marks is missing"},
    ),
    (
        ("Invalid control character", "unexpected control character"),
        {"de": "in einer Zeichenkette steht ein Zeilenumbruch oder Steuerzeichen; schreiben Sie \\n",
         "en": "a line break or control character stands inside a string; write \\n"},
    ),
    (
        ("Invalid \\", "invalid escaped", "no low surrogate", "lone "),
        {"de": "nach einem \\ steht etwas, das JSON nicht kennt", "en": "after a \\ stands what JSON does not know"},
    ),
    (
        ("Extra data", "unexpected content after"),
        {"de": "nach dem Ende steht noch etwas", "en": "something follows after the end"},
    ),
    (
        ("Expecting value", "unexpected character, expected a JSON value"),
        {"de": "hier fehlt ein Wert", "en": "a value is missing"},
    ),
    (("depth limit",), {"de": "hier ist zu tief verschachtelt", "en": "this is nested too deep"}),
    (("number", "no digit"), {"de": "diese Zahl kennt JSON nicht", "en": "this is no number of JSON"}),
)  # fmt: skip


def syntax_error(error: JSONDecodeError) -> Text:
    """`Zeile 3, Spalte 7: hier fehlt ein Wert`, and the same in English."""
    said = next((words for starts, words in _FAULTS if error.msg.startswith(starts)), _BROKEN)
    text = error.doc
    if not text or text.isspace():
        return {"de": "es ist leer", "en": "it is empty"}
    if error.pos >= len(text.rstrip()) or error.msg.startswith("unexpected end"):
        said = _ENDS
    line, column = error.lineno, error.colno
    return {"de": f"Zeile {line}, Spalte {column}: {said['de']}", "en": f"line {line}, column {column}: {said['en']}"}
