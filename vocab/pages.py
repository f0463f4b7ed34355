"""The words in the addresses of pages: a row a page, in both languages, with whether it is private.

`PAGE_ROWS` has the lists of all kinds of things (`vocab/kinds.py`) and the other pages; `STEP_WORDS` the words that may
stand after the first one. `path` and `place` make paths from them, `api.web.addresses` reads paths by them.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import quote

from vocab.kinds import KIND_ROWS


class PageRow(NamedTuple):
    """A page and the first word of its address in each language."""

    name: str
    de: str
    en: str
    has_ids: bool = False  # a list, with a page for each id below it
    private: bool = False  # for people who signed in: search engines are told to stay away
    reserved: bool = False  # its words are never given as the id of a record


_ROWS = (
    *(PageRow(kind.name, kind.address["de"], kind.address["en"], has_ids=True) for kind in KIND_ROWS.values()),
    PageRow("district", "stadtteile", "districts", has_ids=True),
    PageRow("topic", "themen", "topics", has_ids=True),
    PageRow("start", "", ""),
    PageRow("search", "suche", "search", reserved=True),
    PageRow("account", "konto", "account", private=True, reserved=True),
    PageRow("register", "anmelden", "register", private=True, reserved=True),
    PageRow("mine", "mein", "mine", private=True, reserved=True),
    PageRow("review", "freigabe", "review", private=True, reserved=True),
    PageRow("admin", "administration", "admin", private=True, reserved=True),
    PageRow("check", "pruefen", "check", reserved=True),
    PageRow("quality", "qualitaet", "quality", has_ids=True, reserved=True),
    PageRow("feedback", "melden", "feedback", reserved=True),
    PageRow("interest", "interesse", "interest", reserved=True),
    PageRow("question", "frage", "question", reserved=True),
    PageRow("calls", "partner", "calls", reserved=True),
    PageRow("report", "bericht", "report", reserved=True),
    PageRow("alerts", "abo", "alerts", reserved=True),
    PageRow("reuses", "anwendungen", "reuses", reserved=True),
    PageRow("wishes", "wuensche", "wishes", reserved=True),
    PageRow("developers", "entwickler", "developers"),
    PageRow("problem", "fehler", "problems", reserved=True),
    PageRow("dumps", "dumps", "dumps", reserved=True),
    PageRow("sparql", "sparql", "sparql"),
    PageRow("vocabulary", "ns", "ns", reserved=True),
    PageRow("status", "status", "status", reserved=True),
    PageRow("embed", "einbetten", "embed", reserved=True),
    PageRow("help", "hilfe", "help"),
    PageRow("imprint", "impressum", "imprint"),
    PageRow("privacy", "datenschutz", "privacy"),
    PageRow("accessibility", "barrierefreiheit", "accessibility"),
    PageRow("easy-language", "leichte-sprache", "easy-language"),
    PageRow("sign-language", "gebaerdensprache", "sign-language"),
)
PAGE_ROWS: Final[Mapping[str, PageRow]] = MappingProxyType({row.name: row for row in _ROWS})

# Words of an address after the first one: name -> language -> word
STEP_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        kind.name: {lang: word.lower().replace(" ", "-") for lang, word in kind.singular.items()}
        for kind in KIND_ROWS.values()
    }
    | {
        "sign-in": {"de": "anmelden", "en": "sign-in"},
        "security": {"de": "sicherheit", "en": "security"},
        "password": {"de": "passwort", "en": "password"},
        "sessions": {"de": "anmeldungen", "en": "sessions"},
        "tokens": {"de": "zugangsschluessel", "en": "tokens"},
        "accounts": {"de": "konten", "en": "accounts"},
        "audit": {"de": "protokoll", "en": "audit"},
        "passkey": {"de": "passkey", "en": "passkey"},
        "code": {"de": "code", "en": "code"},
        "codes": {"de": "einmalcodes", "en": "codes"},
        "passkeys": {"de": "passkeys", "en": "passkeys"},
        "forgotten": {"de": "passwort-vergessen", "en": "forgotten"},
        "reset": {"de": "neues-passwort", "en": "reset"},
        "openid": {"de": "openid", "en": "openid"},
        "back": {"de": "zurueck", "en": "back"},
        "sign-out": {"de": "abmelden", "en": "sign-out"},
        "sections": {"de": "abschnitte", "en": "sections"},
        "about": {"de": "worum", "en": "about"},
        "where": {"de": "wo-und-wann", "en": "where-and-when"},
        "who": {"de": "wer", "en": "who"},
        "money": {"de": "geld", "en": "money"},
        "data": {"de": "daten", "en": "data"},
        "send": {"de": "absenden", "en": "send"},
        "takeover": {"de": "uebernehmen", "en": "reuse"},
        "guest": {"de": "gast", "en": "guest"},
        "file": {"de": "datei", "en": "file"},
        "picture": {"de": "bild", "en": "picture"},
        "preview": {"de": "vorschau", "en": "preview"},
        "entries": {"de": "eintraege", "en": "entries"},
        "sources": {"de": "quellen", "en": "sources"},
        "runs": {"de": "laeufe", "en": "runs"},
        "current": {"de": "aktuell", "en": "current"},
        "merge": {"de": "zusammenfuehren", "en": "merge"},
        "proposals": {"de": "verknuepfungen", "en": "proposals"},
        "history": {"de": "verlauf", "en": "history"},
        "withdraw": {"de": "zurueckziehen", "en": "withdraw"},
        "restore": {"de": "wiederherstellen", "en": "restore"},
        "undo": {"de": "zuruecknehmen", "en": "undo"},
        "texts": {"de": "texte", "en": "texts"},
        "reasons": {"de": "textbausteine", "en": "reasons"},
        "letters": {"de": "nachrichten", "en": "letters"},
        "suggestions": {"de": "vorschlaege", "en": "suggestions"},
        "answers": {"de": "antworten", "en": "answers"},
        "webhooks": {"de": "webhooks", "en": "webhooks"},
        "messages": {"de": "meldungen", "en": "messages"},
        "confirm": {"de": "bestaetigen", "en": "confirm"},
        "manage": {"de": "verwalten", "en": "manage"},
        "end": {"de": "beenden", "en": "end"},
        "support": {"de": "unterstuetzen", "en": "support"},
        "high-value": {"de": "hochwertig", "en": "high-value"},
        "profile": {"de": "steckbrief", "en": "profile"},
        "press": {"de": "pressetext", "en": "press-text"},
        "timeline": {"de": "zeit", "en": "timeline"},
        "map": {"de": "karte", "en": "map"},
        "api": {"de": "api", "en": "api"},
        "links": {"de": "links", "en": "links"},
        "checkup": {"de": "zustand", "en": "checkup"},
        "new": {"de": "neu", "en": "new"},
        "item": {"de": "eintrag", "en": "item"},
        "assistants": {"de": "ki", "en": "ai"},
    }
)
# Words after the first one of a list that show it in another form; no record has one of them as its id
LIST_VIEW_WORDS: Final = frozenset(word for name in ("timeline", "map") for word in STEP_WORDS[name].values())


def word(name: str, lang: str) -> str:
    """The first word of a page's address in that language; "" for the start page."""
    row = PAGE_ROWS[name]
    return row.de if lang == "de" else row.en


def path(name: str, lang: str = "de", rest: str = "") -> str:
    """The path of a page by its name in PAGE_ROWS: `/projekte`, `/en/search`, `/en/`; `rest` may have slashes."""
    beginning = _beginning(name, lang)
    return f"{beginning}{'' if beginning.endswith('/') else '/'}{quote(rest, safe='/')}" if rest else beginning


@cache
def _beginning(name: str, lang: str) -> str:
    return f"{'' if lang == 'de' else f'/{lang}'}/{word(name, lang)}"


def place(name: str, lang: str, *steps: str) -> str:
    """The path of a page below another, steps of STEP_WORDS translated: `/konto/anmelden`, `/en/account/sign-in`."""
    return path(name, lang, "/".join(step_word(step, lang) for step in steps))


def step_word(step: str, lang: str) -> str:
    """A step of an address in that language; one that is not in STEP_WORDS is the same in all."""
    return STEP_WORDS[step][lang] if step in STEP_WORDS else step
