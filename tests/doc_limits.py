# ruff: noqa: E501  a row a line
"""The tables of docs/run/grenzen*.md: how large, deep, long and many whatever comes in may be, read from the code."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from api.ckan import routes as ckan
from api.data import draft_documents, lists, sparql, validation
from api.running import requests
from api.visitors import guard
from api.web import frame, half_open, query, session
from harvesters import bounds as harvest
from harvesters import entries
from harvesters.files import payload, rdf_page, workbook
from harvesters.kinds import dcat, json, sheet
from harvesters.run import stage, worker
from registry.fetch import session as fetch
from registry.fetch import ssrf_guard
from registry.files import xlsx_bounds
from registry.links import checking
from registry.people import passkeys, sign_in_tries, tokens
from registry.preview import bounds as preview
from registry.rdf import bounds, canonical, terms, xml_guard
from registry.search import query as search
from registry.store import database, reserve
from registry.visitors import messages

GERMAN_SEPARATORS: Final = str.maketrans(",.", ".,")


class Bound(NamedTuple):
    """A row: what is bounded, in both languages, and the bound in a unit."""

    de: str
    en: str
    value: float
    unit: str  # B (bytes), s (seconds), d (days), or "" for a number


REQUESTS: Final = (
    Bound("eine Anfrage", "a request", frame.MAX_BODY_BYTES, "B"),
    Bound("ein Formular", "a form", session.MAX_FORM_BYTES, "B"),
    Bound("Felder eines Formulars", "fields of a form", session.MAX_FIELDS, ""),
    Bound("ein Entwurf über die Schnittstelle", "a draft over the API", draft_documents.MAX_DRAFT_BYTES, "B"),
    Bound("Suchwörter, Zeichen", "words of a search, characters", query.MAX_QUERY_CHARACTERS, ""),
    Bound("Treffer, durch die man blättern kann", "hits that can be paged through", search.MAX_DEPTH, ""),
    Bound("Treffer auf einer Seite", "hits on a page", query.MAX_PAGE_SIZE, ""),
    Bound("bis der Kopf einer Anfrage da ist", "until the head of a request is there", half_open.HEAD_SECONDS, "s"),
    Bound("bis die ganze Anfrage da ist", "until the whole request is there", half_open.BODY_SECONDS, "s"),
    Bound("ohne ein Byte der Anfrage", "without a byte of the request", half_open.BODY_IDLE_SECONDS, "s"),
    Bound("Verbindungen ohne Anfrage je Prozess", "connections without a request, each process", half_open.MAX_HALF_OPEN, ""),
    Bound("bis ein Teil der Antwort gelesen ist", "until a part of the answer is read", half_open.READ_SECONDS, "s"),
    Bound("Anfragen zugleich je Prozess", "requests at once, each process", requests.MAX_IN_FLIGHT, ""),
    Bound("Zeit einer Abfrage mit SPARQL", "time of a SPARQL query", sparql.LIMITS.seconds, "s"),
    Bound("Speicher einer Abfrage mit SPARQL", "memory of a SPARQL query", sparql.LIMITS.memory, "B"),
    Bound("Antwort von SPARQL", "answer of SPARQL", sparql.LIMITS.max_bytes, "B"),
    Bound("Abfragen mit SPARQL zugleich, je Adresse", "SPARQL queries at once, each address", sparql.MAX_AT_ONCE, ""),
    Bound("Anfragen an CKAN zugleich, je Adresse", "CKAN requests at once, each address", ckan.MAX_AT_ONCE, ""),
    Bound("Dateien von Listen zugleich", "files of lists at once", lists.MAX_AT_ONCE, ""),
    Bound("eine Datei zum Prüfen, ohne Anmeldung", "a file to check, without sign-in", validation.MAX_ANONYMOUS_BYTES, "B"),
    Bound("eine Datei zum Prüfen, angemeldet", "a file to check, signed in", validation.MAX_BYTES, "B"),
    Bound("Zeit einer Prüfung", "time of a check", validation.LIMITS.seconds, "s"),
    Bound("Speicher einer Prüfung", "memory of a check", validation.LIMITS.memory, "B"),
    Bound("Entwürfe aus einer Datei", "drafts of a file", entries.MAX_ENTRIES, ""),
    Bound("eine Datei mit Entwürfen", "a file of drafts", entries.MAX_FILE_BYTES, "B"),
)  # fmt: skip
PEOPLE: Final = (
    Bound("falsche Passwörter je Konto und Adresse in 5 Minuten", "wrong passwords, each account and address in 5 minutes", sign_in_tries.MAX_TRIES, ""),
    Bound("falsche Passwörter je Adresse in 5 Minuten", "wrong passwords, each address in 5 minutes", sign_in_tries.MAX_TRIES_OF_ADDRESS, ""),
    Bound("ein Zugangszeichen gilt höchstens", "a token holds at most", tokens.MAX_DAYS, "d"),
    Bound("Passkeys eines Kontos", "passkeys of an account", passkeys.MAX_PASSKEYS, ""),
    Bound("Nachrichten von Besuchern, die warten", "messages of visitors that wait", messages.MAX_WAITING, ""),
    Bound("ein Formular von Besuchern gilt", "a form of visitors holds", guard.MAX_SECONDS, "s"),
)  # fmt: skip
SOURCES: Final = (
    Bound("bis eine Verbindung steht", "until a connection is there", ssrf_guard.CONNECT_SECONDS, "s"),
    Bound("zwischen zwei Paketen", "between two packets", fetch.READ_SECONDS, "s"),
    Bound("eine Antwort, Zeit", "an answer, time", fetch.TOTAL_SECONDS, "s"),
    Bound("eine Antwort, ausgepackt", "an answer, unpacked", fetch.MAX_BYTES, "B"),
    Bound("ein Lauf, Zeit (`max_minutes`)", "a run, time (`max_minutes`)", harvest.RunBounds().seconds, "s"),
    Bound("ein Lauf, Seiten (`max_pages`)", "a run, pages (`max_pages`)", harvest.RunBounds().pages, ""),
    Bound("ein Lauf, gelesen (`max_megabytes`)", "a run, read (`max_megabytes`)", harvest.RunBounds().read_bytes, "B"),
    Bound("ein Lauf, Einträge (`max_items`)", "a run, items (`max_items`)", harvest.RunBounds().items, ""),
    Bound("freier Platz, der bleibt", "free disk that is left", harvest.MIN_FREE_BYTES, "B"),
    Bound("ein Eintrag", "an item", stage.MAX_PAYLOAD_BYTES, "B"),
    Bound("Klammern in Klammern eines Eintrags", "brackets inside brackets of an item", payload.MAX_DEPTH, ""),
    Bound("Quellen zugleich", "sources at once", worker.MAX_SOURCES_AT_ONCE, ""),
    Bound("eine Seite einer DCAT-Quelle", "a page of a DCAT source", dcat.MAX_PAGE_BYTES, "B"),
    Bound("Zeit für eine Seite einer DCAT-Quelle", "time for a page of a DCAT source", rdf_page.LIMITS.seconds, "s"),
    Bound("Speicher für eine Seite einer DCAT-Quelle", "memory for a page of a DCAT source", rdf_page.LIMITS.memory, "B"),
    Bound("eine JSON-Liste", "a JSON list", json.MAX_DOCUMENT_BYTES, "B"),
    Bound("eine Tabelle", "a sheet", sheet.MAX_FILE_BYTES, "B"),
    Bound("Zeilen einer Tabelle", "rows of a sheet", xlsx_bounds.MAX_ROWS, ""),
    Bound("Spalten einer Tabelle", "columns of a sheet", xlsx_bounds.MAX_COLUMNS, ""),
    Bound("eine Tabelle in XLSX, ausgepackt", "a workbook, unpacked", xlsx_bounds.MAX_UNPACKED_BYTES, "B"),
    Bound("Zeit für eine Tabelle in XLSX", "time for a workbook", workbook.LIMITS.seconds, "s"),
    Bound("Adressen eines Rechners in einer Runde der Linkprüfung", "addresses of a host in a round of the link check", checking.MAX_PER_HOST, ""),
)  # fmt: skip
FILES: Final = (
    Bound("Aussagen einer RDF-Datei", "statements of an RDF file", bounds.MAX_STATEMENTS, ""),
    Bound("Klammern in Klammern, Turtle", "brackets inside brackets, Turtle", bounds.MAX_TURTLE_DEPTH, ""),
    Bound("Tiefe von JSON-LD und RDF/XML", "depth of JSON-LD and RDF/XML", xml_guard.MAX_DEPTH, ""),
    Bound("Attribute eines Elements", "attributes of an element", xml_guard.MAX_ATTRIBUTES, ""),
    Bound("Werte einer JSON-Datei", "values of a JSON file", bounds.MAX_JSON_VALUES, ""),
    Bound("Zeichen einer IRI", "characters of an IRI", terms.MAX_IRI, ""),
    Bound("leere Knoten eines Eintrags", "blank nodes of a thing", canonical.MAX_BLANK_NODES, ""),
    Bound("eine Datei für die Vorschau", "a file for the preview", preview.MAX_FILE_BYTES, "B"),
    Bound("eine Datei darin, ausgepackt", "a file inside, unpacked", preview.MAX_UNPACKED_BYTES, "B"),
    Bound("Zeilen einer Vorschau", "rows of a preview", preview.MAX_ROWS, ""),
    Bound("Spalten einer Vorschau", "columns of a preview", preview.MAX_COLUMNS, ""),
    Bound("eine Abfrage einer Vorschau", "a query of a preview", preview.QUERY_SECONDS, "s"),
    Bound("alle vorbereiteten Dateien zusammen", "all prepared files together", preview.MAX_FOLDER_BYTES, "B"),
    Bound("ein Schreiber wartet auf die Datenbank", "a writer waits for the database", database.BUSY_TIMEOUT, "s"),
    Bound("Reserve auf dem Datenträger", "reserve on the disk", reserve.RESERVE_BYTES, "B"),
)  # fmt: skip

TABLES: Final[Mapping[str, Sequence[Bound]]] = {
    "requests": REQUESTS,
    "people": PEOPLE,
    "sources": SOURCES,
    "files": FILES,
}


def rows(name: str, lang: str) -> list[tuple[str, str]]:
    """What is bounded, and how."""
    return [(bound.en if lang == "en" else bound.de, _written(bound.value, bound.unit, lang)) for bound in TABLES[name]]


def _written(value: float, unit: str, lang: str) -> str:
    if unit == "s":
        hours, minutes = value / 3600, value / 60
        if hours >= 1:
            return f"{hours:g} h"
        return f"{minutes:g} min" if minutes >= 2 else f"{value:g} s"
    if unit == "d":
        return f"{value:g} {'days' if lang == 'en' else 'Tage'}"
    if unit == "B":
        size = next((value / scale, name) for scale, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")) if value >= scale)
        written = f"{size[0]:g} {size[1]}"
    else:
        written = f"{value:,.0f}"
    return written if lang == "en" else written.translate(GERMAN_SEPARATORS)
