"""Why a file in RDF, or a place of it, cannot be read: the parsers' words in English, what they mean in German."""

import re
from json import JSONDecodeError
from typing import Final

from registry.errors import SourceError
from registry.model import Text

CHECK: Final[Text] = {"de": "Prüfen Sie die genannte Stelle der Datei.", "en": "Check the named place in the file."}
FLATTER: Final[Text] = {
    "de": "Bitten Sie die Quelle um eine flachere Datei.", "en": "Ask the source for a flatter document.",
}  # fmt: skip

_PLACE: Final = re.compile(r"(?:Parser error at )?line (\d+)(?:(?: between columns|,? column) (\d+)(?: and \d+)?)?: ")
_LINE: Final = re.compile(r" \(line \d+\)$")
_FAULTS: Final = tuple(
    (re.compile(pattern, re.DOTALL), german)
    for pattern, german in (
        (r"Unexpected end|not found before end|no element found|unclosed (?:token|CDATA)", "die Datei bricht dort ab"),
        (r"prefix (\S{1,60}) has not been declared|Unknown prefix (\S{1,60})", "das Präfix {} ist nicht vereinbart"),
        (r"unbound prefix", "ein Präfix ist nicht vereinbart"),
        (r"^(.{1,60}) is not a valid predicate", "{} kann keine Eigenschaft sein"),
        (r"language", "das Sprachkürzel ist nicht erlaubt"),
        (r"Invalid IRI code point (.{1,6})$", "in einer Adresse steht das Zeichen {}, das dort nicht erlaubt ist"),
        (r"No scheme found|IRI", "eine Adresse ist nicht lesbar"),
        (r"escape", "nach einem \\ steht etwas, das dort nicht erlaubt ist"),
        (r"expected `(</.{1,60})`, but `(</.{1,60})` was found", "dort endet {1}, offen ist aber {0}"),
        (r"mismatched tag", "dort endet ein anderes Element als das offene"),
        (r"unrecognized entity `(.{1,40})`", "das Zeichen &{}; ist nicht bekannt"),
        (r"undefined entity", "ein Zeichen der Form &…; ist nicht bekannt"),
        (r"text event|text value", "zwischen den Elementen steht Text"),
        (r"duplicate attribute", "ein Attribut steht doppelt"),
    )
)


def told(message: str, form: str) -> Text:
    """`Zeile 5: das Präfix x: ist nicht vereinbart`, and in English what the parser said. `form`: what it should be."""
    place = _PLACE.match(message)
    words = _LINE.sub("", message[place.end() :] if place else message)
    german = next((_filled(said, found) for fault, said in _FAULTS if (found := fault.search(words))), "")
    german = german or f"dort steht etwas, das kein {form} ist"
    if not place:
        return {"de": german, "en": message}
    line, column = place[1], place[2]
    de, en = (f"Zeile {line}, Spalte {column}", f"line {line}, column {column}") if column else ("", "")
    return {"de": f"{de or f'Zeile {line}'}: {german}", "en": f"{en or f'line {line}'}: {words}"}


def _filled(said: str, found: re.Match[str]) -> str:
    return said.format(*filter(None, found.groups()))


def unreadable(where: str, what: Text, remedy: Text = CHECK) -> SourceError:
    """Of a file that nothing can be taken in of; `place` and `remedy` of its detail are in both languages, too."""
    return SourceError(
        f"{where} cannot be read: {what['en']}. {remedy['en']}",
        de=f"{where} ist nicht lesbar: {what['de']}. {remedy['de']}",
        place=what,
        remedy=remedy,
    )


_BROKEN: Final[Text] = {"de": "hier steht etwas, das kein JSON ist", "en": "what stands here is no JSON"}
_ENDS: Final[Text] = {"de": "der Text bricht ab", "en": "the text breaks off"}
_JSON_FAULTS: Final[tuple[tuple[tuple[str, ...], Text], ...]] = (  # by what json and orjson begin their messages with
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
    said = next((words for starts, words in _JSON_FAULTS if error.msg.startswith(starts)), _BROKEN)
    text = error.doc
    if not text or text.isspace():
        return {"de": "es ist leer", "en": "it is empty"}
    if error.pos >= len(text.rstrip()) or error.msg.startswith("unexpected end"):
        said = _ENDS
    line, column = error.lineno, error.colno
    return {"de": f"Zeile {line}, Spalte {column}: {said['de']}", "en": f"line {line}, column {column}: {said['en']}"}
