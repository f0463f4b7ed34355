"""What can be said about a record: each rule once, with its level, a sentence and a remedy in German and English."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from registry.model import Finding, Findings, Level, Text


class Rule(NamedTuple):
    level: Level
    message: Text
    remedy: Text


MOST: Final = 200  # findings of one thing that are told one by one
_BETWEEN: Final = " / "  # the two languages of a value


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
            "must", "Die Liste der Quelle ist nicht vollständig. Was lesbar ist, ist da; zurückgezogen wird nichts.",
            "The listing of the source is not whole. What can be read is here; nothing is withdrawn.",
            "Prüfen Sie in der Quelle die genannte Stelle, oder wie viele Einträge sie nennt.",
            "Check the named place in the source, or how many entries it says it has.",
        ),
        "too-large": _rule(
            "failed", "Der Eintrag ist größer oder tiefer verschachtelt als erlaubt.", "The entry is larger or nested deeper than allowed.",
            "Teilen Sie in der Quelle den Eintrag oder das genannte Feld.", "Split the entry or the named field in the source.",
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
            "should", "Mehrere Einträge der Quelle tragen diese Kennung (IRI). Sie gilt deshalb für keinen.",
            "Several entries of the source bear this IRI. So it counts for none of them.",
            "Geben Sie jedem Eintrag eine eigene Kennung (IRI).", "Give each entry an IRI of its own.",
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
            "should", "Das Feld hat Platz für einen Wert, die Quelle nennt mehrere. Der erste wird gezeigt, die anderen bleiben erhalten.",
            "The field has room for one value, the source gives several. The first is shown, the others are kept.",
            "Lassen Sie in der Quelle einen Wert stehen.", "Leave one value in the source.",
        ),
        "value-unread": _rule(
            "should", "Der Wert passt nicht zu diesem Feld. Er bleibt erhalten, wird aber nicht gezeigt.",
            "The value does not fit this field. It is kept but not shown.",
            "Ändern Sie in der Quelle die Form des Wertes.", "Change the form of the value in the source.",
        ),
        "character-broken": _rule(
            "should", "Ein Zeichen ist verloren gegangen. An seiner Stelle steht �.", "A character is lost. � stands in its place.",
            "Schreiben Sie den Text in der Quelle neu, und speichern Sie ihn als UTF-8.", "Write the text anew in the source, and save it as UTF-8.",
        ),
        "value-mended": _rule(
            "hint", "Der Wert hat eine andere Form als vereinbart. Wir haben ihn übersetzt.",
            "The value was not in the agreed form. We have translated it.",
            "Verwenden Sie in der Quelle die vereinbarte Form.", "Use the agreed form in the source.",
        ),
        "term-former": _rule(
            "hint", "Das Feld heißt in der geltenden Fassung von DCAT-AP.de anders. Wir haben es übersetzt.",
            "The property has another name in the current version of DCAT-AP.de. We have translated it.",
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
        "concept-former": _rule(
            "hint", "Der Wert steht in einer Liste, die nicht mehr gilt.", "The value is of a list that is no longer in use.",
            "Verwenden Sie die Adresse aus der geltenden Liste.", "Use the address of the list in use.",
        ),
        # -- what is missing (quality.check)
        "description-missing": _rule(
            "must", "Es fehlt eine Beschreibung.", "There is no description.",
            "Sagen Sie in zwei Sätzen, worum es geht.", "Say in two sentences what it is about.",
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
        "distributions-missing": _rule(
            "should", "Der Datensatz nennt keine Datei und keinen Zugang.", "The dataset names no file and no access.",
            "Tragen Sie ein, wo es die Daten gibt.", "Enter where the data can be had.",
        ),
        "contacts-missing": _rule(
            "should", "Es fehlt ein Kontakt.", "There is no contact.",
            "Tragen Sie ein gemeinsames Postfach oder ein Kontaktformular ein.", "Enter a shared mailbox or a contact form.",
        ),
        "themes-missing": _rule(
            "should", "Es fehlt ein Thema.", "There is no theme.",
            "Wählen Sie ein Thema aus der EU-Liste, zum Beispiel „Verkehr“.", "Choose a theme of the EU list, such as “Transport”.",
        ),
        "keywords-missing": _rule(
            "should", "Es fehlen Schlagwörter.", "There are no keywords.",
            "Tragen Sie Wörter ein, nach denen man suchen würde.", "Enter words that people would search for.",
        ),
        "places-missing": _rule(
            "should", "Es fehlt der Ort.", "There is no place.",
            "Wählen Sie den Ort, zum Beispiel „ganze Stadt“.", "Choose the place, such as “whole city”.",
        ),
        "period-missing": _rule(
            "should", "Es fehlt der Zeitraum, den die Daten betreffen.", "The period that the data are about is missing.",
            "Tragen Sie Beginn oder Ende des Zeitraums ein.", "Enter the start or the end of the period.",
        ),
        "availability-missing": _rule(
            "should", "Es fehlt, wie lange es die Daten geben wird.", "It is not said how long the data will be available.",
            "Wählen Sie die Verfügbarkeit, zum Beispiel „dauerhaft“.", "Choose the availability, such as “stable”.",
        ),
        "geocoding-levels-missing": _rule(
            "should", "Es fehlt die Verwaltungsebene.", "The administrative level is missing.",
            "Wählen Sie die Ebene, zum Beispiel „Gemeinde“.", "Choose the level, such as “municipality”.",
        ),
        "format-missing": _rule(
            "should", "Für eine Datei fehlt das Format.", "A distribution has no format.",
            "Wählen Sie ein Format aus der EU-Liste, zum Beispiel „CSV“.", "Choose a format of the EU list, such as “CSV”.",
        ),
        "distribution-title-missing": _rule(
            "should", "Eine Datei hat keinen Titel.", "A distribution has no title.",
            "Geben Sie jeder Datei einen Titel.", "Give each distribution a title.",
        ),
        "modified-missing": _rule(
            "should", "Es fehlt, wann die Datei zuletzt geändert wurde.", "It is not said when the file was last changed.",
            "Tragen Sie das Datum der letzten Änderung ein.", "Enter the date of the last change.",
        ),
        "endpoint-missing": _rule(
            "must", "Dem Datendienst fehlt die Adresse der Schnittstelle.", "The data service has no endpoint URL.",
            "Tragen Sie die Adresse ein, unter der die Schnittstelle antwortet.", "Enter the address at which the service answers.",
        ),
        "endpoint-description-missing": _rule(
            "should", "Es fehlt die Beschreibung der Schnittstelle.", "The description of the endpoint is missing.",
            "Verweisen Sie zum Beispiel auf das OpenAPI-Dokument oder GetCapabilities.", "Point to the OpenAPI document or GetCapabilities, for example.",
        ),
        "serves-missing": _rule(
            "should", "Der Datendienst nennt keinen Datensatz.", "The data service names no dataset.",
            "Tragen Sie ein, welche Datensätze der Dienst liefert.", "Enter the datasets that the service gives out.",
        ),
        "conforms-to-missing": _rule(
            "should", "Es fehlt der Standard, dem der Datendienst folgt.", "The standard that the data service follows is missing.",
            "Tragen Sie die Adresse des Standards ein.", "Enter the address of the standard.",
        ),
        "abstract-missing": _rule(
            "must", "Es fehlt eine Kurzfassung.", "There is no abstract.",
            "Sagen Sie in höchstens 300 Zeichen, worum es geht.", "Say in 300 characters at most what it is about.",
        ),
        "phase-missing": _rule(
            "must", "Es fehlt die Phase des Projekts.", "The phase of the project is missing.",
            "Wählen Sie eine Phase, zum Beispiel „in Umsetzung“.", "Choose a phase, such as “implementation”.",
        ),
        "participants-missing": _rule(
            "must", "Es fehlt, wer das Projekt leitet.", "It is not said who leads the project.",
            "Tragen Sie die federführende Stelle ein.", "Enter the lead organization.",
        ),
        "lead-missing": _rule(
            "must", "Keiner der Beteiligten ist als federführend genannt.", "None of the participants is named as the lead.",
            "Wählen Sie für eine Stelle die Rolle „Federführung“.", "Choose the role “lead” for one of them.",
        ),
        "starts-missing": _rule(
            "must", "Es fehlt der Beginn der Veranstaltung.", "The start of the event is missing.",
            "Tragen Sie Tag und Uhrzeit ein.", "Enter day and time.",
        ),
        "opportunity-incomplete": _rule(
            "must", "Einer Möglichkeit mitzumachen fehlt Art oder Titel.", "An opportunity to take part lacks its kind or title.",
            "Tragen Sie beides ein.", "Enter both.",
        ),
        "publisher-name-missing": _rule(
            "must", "Die veröffentlichende Stelle hat keinen Namen.", "The publisher has no name.",
            "Tragen Sie den Namen der Stelle ein.", "Enter the name of the body.",
        ),
        "hvd-categories-missing": _rule(
            "must", "Dem hochwertigen Datensatz fehlt die Kategorie.", "The high-value dataset has no category.",
            "Wählen Sie eine Kategorie der Durchführungsverordnung (EU) 2023/138.", "Choose a category of Implementing Regulation (EU) 2023/138.",
        ),
        "legislation-missing": _rule(
            "must", "Es fehlt die Rechtsgrundlage.", "The applicable legislation is missing.",
            "Tragen Sie die Adresse (ELI) der Rechtsgrundlage ein.", "Enter the address (ELI) of the legislation.",
        ),
        "documentation-missing": _rule(
            "must", "Es fehlt eine Seite, die den Datendienst beschreibt.", "A page that describes the data service is missing.",
            "Tragen Sie die Adresse der Dokumentation ein.", "Enter the address of the documentation.",
        ),
        "hvd-mark-missing": _rule(
            "must", "Es fehlt die Kennzeichnung als hochwertiger Datensatz.", "The mark of a high-value dataset is missing.",
            "Tragen Sie als Rechtsgrundlage genau http://data.europa.eu/eli/reg_impl/2023/138/oj ein.", "Enter exactly http://data.europa.eu/eli/reg_impl/2023/138/oj as applicable legislation.",
        ),
        "hvd-interface-missing": _rule(
            "should", "Der hochwertige Datensatz nennt keine Schnittstelle.", "The high-value dataset names no API.",
            "Nennen Sie bei einer Datei den Datendienst, der die Daten liefert.", "Name the data service that serves the data at one distribution.",
        ),
        "hvd-terms-missing": _rule(
            "must", "Dem Datendienst fehlen Lizenz oder Nutzungsrechte.", "The data service has neither licence nor rights.",
            "Wählen Sie eine Lizenz.", "Choose a licence.",
        ),
        # -- what is said in a way that others cannot use (quality.check)
        "description-short": _rule(
            "hint", "Die Beschreibung ist sehr kurz.", "The description is very short.",
            "Sagen Sie in zwei Sätzen, worum es geht.", "Say in two sentences what it is about.",
        ),
        "contact-unreachable": _rule(
            "must", "Ein Kontakt hat weder E-Mail noch Internetseite.", "A contact has neither e-mail nor web page.",
            "Tragen Sie ein gemeinsames Postfach oder ein Kontaktformular ein.", "Enter a shared mailbox or a contact form.",
        ),
        "field-deprecated": _rule(
            "hint", "Dieses Feld gibt es in der geltenden Fassung von DCAT-AP.de nicht mehr. Wir geben es unverändert weiter.",
            "This field is no longer part of the current version of DCAT-AP.de. We pass it on unchanged.",
            "Lassen Sie das Feld weg.", "Leave the field out.",
        ),
        "statements-invalid": _rule(
            "must", "Die weiteren Aussagen sind nicht als N-Triples lesbar. Was nicht lesbar ist, geben wir nicht weiter.",
            "The further statements cannot be read as N-Triples. What cannot be read is not passed on.",
            "Schreiben Sie je Zeile eine Aussage in N-Triples.", "Write one statement of N-Triples a line.",
        ),
        "period-empty": _rule(
            "must", "Der Zeitraum hat weder Beginn noch Ende.", "The period has neither start nor end.",
            "Tragen Sie eines von beiden ein.", "Enter one of them.",
        ),
        "period-reversed": _rule(
            "should", "Der Zeitraum endet, bevor er beginnt.", "The period ends before it starts.",
            "Prüfen Sie Beginn und Ende.", "Check start and end.",
        ),
        "theme-unlisted": _rule(
            "must", "Keines der Themen steht in der EU-Liste.", "None of the themes is in the EU list.",
            "Wählen Sie ein Thema aus der EU-Liste, zum Beispiel „Verkehr“.", "Choose a theme of the EU list, such as “Transport”.",
        ),
        "licence-unlisted": _rule(
            "should", "Die Lizenz ist bekannt, steht aber nicht in der Liste von DCAT-AP.de.",
            "The licence is known but not in the list of DCAT-AP.de.",
            "Verwenden Sie die Adresse aus der Liste, zum Beispiel http://dcat-ap.de/def/licenses/cc-by/4.0.",
            "Use the address of the list, such as http://dcat-ap.de/def/licenses/cc-by/4.0.",
        ),
        "licence-vague": _rule(
            "should", "Die Angabe nennt keine bestimmte Lizenz.", "The value names no particular licence.",
            "Wählen Sie eine Lizenz, zum Beispiel „Datenlizenz Deutschland – Namensnennung 2.0“.", "Choose a licence, such as “Data licence Germany – attribution 2.0”.",
        ),
        "attribution-missing": _rule(
            "must", "Die Lizenz verlangt eine Quellenangabe. Ihr Text fehlt.", "The licence asks for an attribution, its text is missing.",
            "Tragen Sie ein, wie die Quelle zu nennen ist.", "Enter how the source is to be named.",
        ),
        "download-differs": _rule(
            "hint", "Zugang und Datei haben verschiedene Adressen.", "Access URL and download URL differ.",
            "Tragen Sie für eine Datei in beide Felder dieselbe Adresse ein.", "Enter the same address into both fields for a file.",
        ),
        "shacl": _rule(
            "must", "Eine der angegebenen Regeln (SHACL) ist nicht erfüllt.", "One of the given shapes (SHACL) is not fulfilled.",
            "Lesen Sie die Meldung der Regel.", "Read the message of the shape.",
        ),
    }
)  # fmt: skip


def finding(rule: str, field: str = "", value: str = "", node: str = "", level: Level | None = None) -> Finding:
    """A finding at the level of its rule, unless the case is graver or lighter; raises KeyError for an unknown rule."""
    return Finding(rule, level or RULES[rule].level, field, node, value)


def said(rule: str) -> tuple[Text, Text]:
    """Sentence and remedy; a rule that is not ours (of a later version, of a SHACL shape) is called by its name."""
    found = RULES.get(rule)
    return (found.message, found.remedy) if found else ({"de": rule, "en": rule}, {})


def few(findings: Sequence[Finding]) -> Findings:
    """At most MOST of one thing, and of the others how many there are: their values stand in what is kept of it."""
    more = [msgspec.structs.replace(one, value=f"… {len(findings) - MOST}") for one in findings[MOST:][:1]]
    return (*findings[:MOST], *more)


def both(words: Text) -> str:
    """A value that is a sentence: German, then English."""
    return f"{words['de'].replace(_BETWEEN, '/')}{_BETWEEN}{words['en']}"


def apart(value: str) -> Text:
    """Such a value by language; any other is the same in both."""
    german, _, english = value.partition(_BETWEEN)
    return {"de": german, "en": english or german}
