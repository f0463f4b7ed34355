"""What can be said about a record: each rule once, with its level, a sentence and a remedy in German and English."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from registry.model import Finding, Level, Text


class Rule(NamedTuple):
    level: Level
    message: Text
    remedy: Text


def _rule(level: Level, message_de: str, message_en: str, remedy_de: str, remedy_en: str) -> Rule:
    return Rule(level, {"de": message_de, "en": message_en}, {"de": remedy_de, "en": remedy_en})


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        # -- the item cannot come in
        "unreadable": _rule(
            "failed", "Der Eintrag ist nicht lesbar.", "The entry cannot be read.",
            "Prüfen Sie in der Quelle die genannte Stelle.", "Check the named place in the source.",
        ),
        "title-missing": _rule(
            "failed", "Der Eintrag hat in keiner Sprache einen Titel.", "The entry has no title in any language.",
            "Tragen Sie in der Quelle einen Titel ein.", "Enter a title in the source.",
        ),
        "id-missing": _rule(
            "failed", "Der Eintrag hat keine Kennung.", "The entry has no identifier.",
            "Geben Sie dem Eintrag in der Quelle eine Kennung.", "Give the entry an identifier in the source.",
        ),
        "listing-partial": _rule(
            "must", "Eine Seite der Quelle ist nicht oder nicht ganz lesbar. Was lesbar ist, ist da; zurückgezogen wird nichts.",
            "A page of the source cannot be read, or not whole. What can be read is here; nothing is withdrawn.",
            "Prüfen Sie in der Quelle die genannte Stelle.", "Check the named place in the source.",
        ),
        "too-large": _rule(
            "failed", "Der Eintrag ist größer als erlaubt.", "The entry is larger than allowed.",
            "Teilen Sie den Eintrag in der Quelle.", "Split the entry in the source.",
        ),
        "id-twice": _rule(
            "should", "Die Kennung kommt in der Liste mehrmals vor. Der letzte Eintrag zählt.",
            "The identifier occurs more than once in the listing. The last entry counts.",
            "Geben Sie jedem Eintrag eine eigene Kennung.", "Give each entry an identifier of its own.",
        ),
        "identifier-twice": _rule(
            "should", "Mehrere Einträge der Quelle tragen diese Kennung.", "Several entries of the source bear this identifier.",
            "Geben Sie jedem Eintrag eine eigene Kennung.", "Give each entry an identifier of its own.",
        ),
        "iri-twice": _rule(
            "should", "Mehrere Einträge der Quelle tragen diese IRI. Sie gilt deshalb für keinen.",
            "Several entries of the source bear this IRI. So it counts for none of them.",
            "Geben Sie jedem Eintrag eine eigene IRI.", "Give each entry an IRI of its own.",
        ),
        "title-twice": _rule(
            "hint", "Mehrere Einträge der Quelle tragen diesen Titel.", "Several entries of the source bear this title.",
            "Sagen Sie im Titel, worin sich die Einträge unterscheiden.", "Say in the title how the entries differ.",
        ),
        "link-unresolved": _rule(
            "should", "Die Quelle nennt keinen Eintrag mit dieser Kennung.", "The source names no entry with this identifier.",
            "Prüfen Sie die Kennung, auf die der Eintrag verweist.", "Check the identifier that the entry points to.",
        ),
        "statement-unreadable": _rule(
            "should", "Eine Stelle der Datei ist nicht lesbar. Was dort steht, fehlt.",
            "A place of the file cannot be read. What it says is missing.",
            "Prüfen Sie in der Datei die genannte Zeile.", "Check the named line of the file.",
        ),
        # -- values
        "value-extra": _rule(
            "should", "Das Feld hält einen Wert, die Quelle nennt mehrere. Der erste wird gezeigt, die anderen bleiben erhalten.",
            "The field holds one value, the source gives several. The first is shown, the others are kept.",
            "Lassen Sie in der Quelle einen Wert stehen.", "Leave one value in the source.",
        ),
        "value-unread": _rule(
            "should", "Der Wert passt nicht zu diesem Feld. Er bleibt erhalten, wird aber nicht gezeigt.",
            "The value does not fit this field. It is kept but not shown.",
            "Ändern Sie in der Quelle die Form des Wertes.", "Change the form of the value in the source.",
        ),
        "value-mended": _rule(
            "hint", "Der Wert steht in einer anderen Form da als vereinbart. Wir haben ihn übersetzt.",
            "The value was not in the agreed form. We have translated it.",
            "Verwenden Sie in der Quelle die vereinbarte Form.", "Use the agreed form in the source.",
        ),
        "term-former": _rule(
            "hint", "Das Feld heißt im geltenden Profil anders. Wir haben es übersetzt.",
            "The property has another name in the current profile. We have translated it.",
            "Verwenden Sie in der Quelle das neue Feld.", "Use the new property in the source.",
        ),
        "date-unreadable": _rule(
            "should", "Das Datum ist nicht lesbar. Es bleibt als Text erhalten.", "The date cannot be read. It is kept as text.",
            "Schreiben Sie das Datum als JJJJ-MM-TT, zum Beispiel 2024-06-01.", "Write the date as YYYY-MM-DD, such as 2024-06-01.",
        ),
        "address-unreadable": _rule(
            "should", "Die Internetadresse ist nicht lesbar. Sie bleibt als Text erhalten.",
            "The web address cannot be read. It is kept as text.",
            "Schreiben Sie die Adresse ohne Leerzeichen und mit https:// am Anfang.", "Write the address without blanks and beginning with https://.",
        ),
        "licence-unknown": _rule(
            "must", "Der Wert gehört zu keiner bekannten Lizenz.", "The value belongs to no known licence.",
            "Wählen Sie eine Lizenz aus der Liste, zum Beispiel „dl-by-de/2.0“.", "Choose a licence of the list, such as “dl-by-de/2.0”.",
        ),
        "format-unknown": _rule(
            "should", "Das Format ist unbekannt.", "The format is unknown.",
            "Wählen Sie ein Format aus der EU-Liste, zum Beispiel „CSV“.", "Choose a format of the EU list, such as “CSV”.",
        ),
        "concept-unknown": _rule(
            "should", "Der Wert steht in keiner vereinbarten Liste.", "The value stands in no agreed list.",
            "Wählen Sie einen Wert aus der Liste.", "Choose a value of the list.",
        ),
        # -- what is missing (quality.check)
        "description-missing": _rule(
            "must", "Es fehlt eine Beschreibung.", "There is no description.",
            "Beschreiben Sie in zwei Sätzen, was die Daten zeigen.", "Say in two sentences what the data show.",
        ),
        "publisher-missing": _rule(
            "must", "Es fehlt die veröffentlichende Stelle.", "There is no publisher.",
            "Tragen Sie die Stelle ein, die die Daten veröffentlicht.", "Enter the body that publishes the data.",
        ),
        "licence-missing": _rule(
            "must", "Für eine Datei fehlt die Lizenz.", "A distribution has no licence.",
            "Wählen Sie eine Lizenz, zum Beispiel „Datenlizenz Deutschland – Namensnennung 2.0“.", "Choose a licence, such as “Data licence Germany – attribution 2.0”.",
        ),
        "access-url-missing": _rule(
            "must", "Für eine Datei fehlt die Adresse.", "A distribution has no access URL.",
            "Tragen Sie die Internetadresse der Datei ein.", "Enter the web address of the file.",
        ),
    }
)  # fmt: skip


def finding(rule: str, field: str = "", value: str = "", node: str = "", level: Level | None = None) -> Finding:
    """A finding at the level of its rule, unless the case is graver or lighter; raises KeyError for an unknown rule."""
    return Finding(rule, level or RULES[rule].level, field, node, value)
