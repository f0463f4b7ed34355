"""What the OpenAPI document says in English, in German for the reference page: operations, parameters, statuses.

An operation, a parameter or a status that is not listed here is shown in English, marked as such.
"""

from collections.abc import Mapping
from typing import Final

# operationId -> summary
OPERATIONS: Final[Mapping[str, str]] = {
    "thing_itself": "Die Sache selbst: führt (303) zu ihrer Seite, oder zu ihren Daten, wenn Sie Daten verlangen",
    "whole_catalogue": "Der ganze Katalog, Seite für Seite (Hydra), im gewünschten Format und Profil",
    "whole_catalogue_as": "Der ganze Katalog in einem Format; davor ein Profil, wenn gewünscht",
    "context": "Der JSON-LD-Kontext unserer Dokumente; er steht auch in jedem von ihnen",
    "search": "Suche über alles, mit Facetten",
    "ids": "Die Kennungen der Treffer einer Suche, viele auf einmal",
    "suggest": "Wörter aus Titeln und Schlagwörtern zu dem, was gerade getippt wird",
    "record": "Ein Eintrag; 410 mit Titel, Grund und Datum, wenn er zurückgezogen wurde",
    "oc4ids": "Ein Projekt als Paket in OC4IDS 0.9; für andere Arten 404",
    "preview": "Die Tabelle in einer Datei: wie sie gelesen wurde, ihre Spalten, eine Seite ihrer Zeilen",
    "changes": "Was sich seit einer Marke geändert hat, auch Zurückgezogenes",
    "validate": "Eine Datei prüfen, in RDF oder unserem JSON: was fehlt und was besser sein könnte",
    "feed": "Neues als Atom; mit den Parametern der Suche",
    "sitemap": "Alle Seiten, oder die Liste der Sitemaps",
    "sitemap_part": "Eine von mehreren Sitemaps",
    "api_catalog": "Welche Schnittstellen es gibt und wo sie beschrieben sind (RFC 9727)",
    "void": "Der Katalog als Menge verknüpfter Daten (VoID)",
    "ckan_action_get": "Die lesenden Aktionen von CKAN, mit GET",
    "ckan_action_post": "Die lesenden Aktionen von CKAN, mit POST",
    "negotiated": "Änderungen als DCAT-AP-Feed (LDES)",
    "listed": "Die Dateien des ganzen Katalogs, mit Größe und Prüfsumme",
    "file": "Eine Datei des ganzen Katalogs",
    "data_json": "Alle Datensätze als data.json (DCAT-US 1.1)",
    "ontology": "Unser eigenes Vokabular: Klassen, Eigenschaften und Listen",
    "shapes": "Die SHACL-Regeln unseres Profils für Projekte, Organisationen, Veranstaltungen und Leistungen",
    "create_draft": "Einen Entwurf beginnen: für einen neuen Eintrag oder für die Änderung eines Eintrags (`of`)",
    "list_drafts": "Ihre Entwürfe und die, die Sie prüfen dürfen; die zuletzt geänderten zuerst",
    "read_draft": "Ein Entwurf; sein ETag ist die Nummer in Anführungszeichen",
    "change_draft": "Die Angaben eines Entwurfs ändern, mit einem Merge Patch (RFC 7396)",
    "discard_draft": "Einen Entwurf verwerfen",
    "submit_draft": "Einen Entwurf einreichen; 422 mit `errors`, solange etwas fehlt",
    "withdraw_draft": "Einen eingereichten Entwurf zurücknehmen",
    "return_draft": "Einen eingereichten Entwurf zurückgeben, mit dem, was zu ändern ist",
    "publish_draft": "Einen eingereichten Entwurf veröffentlichen; `record` ist die Kennung des Eintrags",
    "decline_draft": "Einen eingereichten Entwurf ablehnen",
    "withdraw_record": "Einen Eintrag zurückziehen; seine Adresse sagt danach, wann und warum",
    "restore_record": "Einen zurückgezogenen Eintrag wieder veröffentlichen",
    "record_history": "Die Versionen eines Eintrags: wer welche Felder geändert hat, und warum",
    "healthz": "Der Prozess lebt",
    "readyz": "Die Datenbank ist erreichbar; wie weit Suche und andere Kopien sind",
    "dataset_data": "Ein Eintrag als Daten; ohne Endung entscheidet der Kopf `Accept`",
}

# description in English -> in German
PARAMETERS: Final[Mapping[str, str]] = {
    "Only this kind of record; may repeat": "Nur diese Art von Eintrag; mehrmals möglich",
    "Only records that changed since; a date alone will do": "Nur, was sich seitdem geändert hat; ein Datum genügt",
    "Only what a search for these words finds": "Nur, was eine Suche nach diesen Wörtern findet",
    "Only what this organization publishes": "Nur, was diese Organisation veröffentlicht",
    "Only this topic, and so each facet of the search; may repeat": "Nur dieses Thema; ebenso jede Facette der Suche",
    "Number of the page; better follow the links": "Nummer der Seite; folgen Sie besser den Links",
    "The id before the first of the page, as the links have it": "Die Kennung vor der ersten der Seite, wie im Link",
    "The snapshot of the catalogue, as the links have it; 410 if it is not there any more": (
        "Der Stand des Katalogs, wie im Link; 410, wenn es ihn nicht mehr gibt"
    ),
    "The format": "Das Format",
    "Words to look for": "Gesuchte Wörter",
    "Order of the hits": "Reihenfolge der Treffer",
    "Hits on a page": "Treffer je Seite",
    "Page, from 1, as far as the hit 10000": "Seite, ab 1, bis zum Treffer 10000",
    "`cursor` of the answer before, in place of `page`: no limit of depth in sorted lists": (
        "`cursor` der vorigen Antwort statt `page`: in sortierten Listen ohne Grenze"
    ),
    "A place of the record touches this box: west, south, east, north": (
        "Ein Ort des Eintrags berührt dieses Rechteck: West, Süd, Ost, Nord"
    ),
    "A place of the record touches this circle: longitude, latitude, km (at most 200)": (
        "Ein Ort des Eintrags berührt diesen Kreis: Länge, Breite, km (höchstens 200)"
    ),
    "A period of the record has a day on or after this year, month or day": (
        "Ein Zeitraum des Eintrags hat einen Tag ab diesem Jahr, Monat oder Tag"
    ),
    "A period of the record has a day on or before this year, month or day": (
        "Ein Zeitraum des Eintrags hat einen Tag bis zu diesem Jahr, Monat oder Tag"
    ),
    "`no`: with a district, leaves out what holds for the whole city": (
        "`no`: lässt bei einem Stadtteil weg, was für die ganze Stadt gilt"
    ),
    "The facets to count, with commas; “none” counts none": "Die gezählten Facetten, mit Komma; „none“ zählt keine",
    "Language of addresses and sentences": "Sprache der Adressen und Sätze",
    "Language of the addresses": "Sprache der Adressen",
    "The beginning of a word": "Der Anfang eines Wortes",
    "`next` of an earlier answer; without it from the beginning": "`next` einer früheren Antwort; sonst von Anfang an",
    "At most so many. Less than 1 counts as 1, more than 500 as 500": "Höchstens so viele, 1 bis 500",
    "The token in the link to the next page; 410 after a restore": (
        "Die Marke im Link zur nächsten Seite; 410 nach einer Wiederherstellung"
    ),
    "A name of your own for this request. Sent again with the same body within a day, it is answered alike and done once": (  # noqa: E501
        "Ein eigener Name für diese Anfrage. Innerhalb eines Tages mit gleichem Inhalt wiederholt, wird sie gleich "
        "beantwortet und nur einmal ausgeführt"
    ),
    "Only in this state; without it the open ones": "Nur in diesem Zustand; sonst die offenen",
    "Drafts on a page": "Entwürfe je Seite",
    "Page, from 1": "Seite, ab 1",
    "The ETag of the version that you have read": "Das ETag der Fassung, die Sie gelesen haben",
    "The ETag of the version that you have read; without it the present one is meant": (
        "Das ETag der Fassung, die Sie gelesen haben; sonst gilt die jetzige"
    ),
    "The record": "Die Kennung des Eintrags",
    "Id of the file": "Kennung der Datei",
    "A column; with - before it the largest first": "Eine Spalte; mit - davor das Größte zuerst",
    "COLUMN:VALUE; ranges of numbers and dates as a..b; may repeat (and)": (
        "SPALTE:WERT; Bereiche von Zahlen und Daten als a..b; mehrmals möglich (und)"
    ),
    "Rows on a page": "Zeilen je Seite",
    "Only check the request: the answer says what it would do, and nothing is stored": (
        "Die Anfrage nur prüfen: Die Antwort sagt, was sie täte, und nichts wird gespeichert"
    ),
    "The id": "Die Kennung",
    "The name": "Der Name",
    "The number": "Die Nummer",
}

# status -> what it means
STATUSES: Final[Mapping[int, str]] = {
    200: "Gefunden",
    201: "Begonnen",
    204: "Verworfen",
    301: "Für immer an einer anderen Adresse",
    303: "Seine Seite oder seine Daten stehen an einer anderen Adresse",
    304: "Sie haben es schon",
    400: "Ein Parameter ist nicht zu gebrauchen",
    401: "Es fehlt ein gültiger Zugangsschlüssel",
    403: "Das Konto darf das nicht",
    404: "Gibt es nicht",
    406: "Nicht in diesem Format; `alternatives` nennt die vorhandenen",
    409: "Nicht in diesem Zustand, oder eine andere Änderung war schneller",
    410: "Zurückgezogen, oder eine Marke aus der Zeit vor einer Wiederherstellung",
    412: "`If-Match` nennt eine andere Fassung als die jetzige",
    413: "Zu groß",
    422: "Felder oder Parameter haben die falsche Form; `errors` nennt sie",
    428: "`If-Match` fehlt",
    429: "Zu viel auf einmal; `Retry-After` sagt, wann es weitergeht",
    500: "Ein Fehler bei uns; die Nummer in der Antwort hilft beim Suchen",
    502: "Eine fremde Adresse antwortet nicht, wie sie soll",
    503: "Gerade nicht erreichbar; `Retry-After` sagt, wann es weitergeht",
    504: "Es hat länger gedauert, als es darf",
    507: "Kein Platz mehr auf der Festplatte",
}
