"""Words that are no content: stop words of texts and queries, words of questions, fillers, and endings of compounds.

Change `STOP_WORDS` only together with INDEX_VERSION: texts are analysed with it. The others concern queries alone.
"""

from typing import Final

_STOP_WORDS = """
    aber alle allem allen aller alles als also am an andere anderen anderer anderes ans auch auf aus bei beim
    bereits bis bzw da dabei dafür damit daran darauf daraus darin darüber das dass davon dazu dein dem den
    denen denn der deren des dessen die dies diese diesem diesen dieser dieses doch dort du durch eigene
    eigenen ein eine einem einen einer eines er es etc etwa für ganz gegen gemäß hat hatte haben hier hin
    hinter ich ihr ihre ihrem ihren ihrer ihres im in indem ins ist ja je jede jedem jeden jeder jedes jedoch
    jene jener kann kein keine keinen keiner können könnte man mehr mein mit mittels nach nicht noch nur ob
    oder ohne pro sehr sein seine seinem seinen seiner seit sich sie siehe sind so sowie sowohl soll sollen
    sonst um und uns unser unsere unter usw vom von vor war waren was wegen weil wenn wer werden wie wieder
    wir wird wo wobei wurde wurden während zu zudem zum zur zwischen über a and are at by for from is of on or
    the to with fuer ueber waehrend gemaess dafuer
"""
STOP_WORDS: Final = frozenset(_STOP_WORDS.split())

_QUESTION_WORDS = """
    allgemeines anschauen ansehen anzeigen bekomme bekommen bitte brauche brauchen braucht danke darf deine deinem
    deinen deiner deinet dich dir dürfen erfahre erfahren erhalte erhalten euch euer eure euren existiert existieren
    findet finde finden frage fragen geben gebt geht gerade gern gerne gib gibt gibts gilt habe habt hallo hab
    heisst heißt heute hilfe ihm ihn ihnen irgendein irgendwo jemand jetzt kannst kenne kommen kommt konnte könnt
    könnten kriege lässt liegen liegt lohnt mache machen machst macht meine meinem meinen meiner meins mich mir
    möchte möchten möglich muss müssen musst nächste nächsten nächster nähe näheres nutzen passiert schauen sehe
    sehen soviel stehen steht suche suchen sucht tun tut unserem unseren unserer viel viele vielen wann warum was
    weiß welche welchem welchen welcher welches wem wen wenig wenige weshalb wessen wieso wieviel wieviele will
    abend abends morgen tonight tomorrow weekend wochenende wochenenden
    willst wofür woher wohin wollen womit woran worüber wozu würde würden zeig zeige zeigen zeigt
    able about all any anyone anything as be been being but can cannot close could current currently did do
    does doing done find finding get gets getting give gives go going got had has have having he help her here hers
    him his how i if into it its just know like list located looking look make many may me might mine more most much
    must my near nearby nearest need needed needs next no now off offered one online our out over own per please
    provide see seek shall she should show shows some someone something tell than that their them then there
    these they this those through today up us use used using via want wants we were what when where which
    while who whom whose why will within would you your yours
"""
QUESTION_WORDS: Final = frozenset(
    _QUESTION_WORDS.split()
)  # a query has more words than these; they count only if it has no other

_FILLERS = """
    aktuell aktuelle aktuellen allgemein allgemeine angabe angaben anzahl art auflistung aufstellung auszug
    bereich bereiche bestand beschreibung data daten datei dateien datenbank datensatz datensätze datenbestand
    dataset datasets einzelne einzelnen erfassung gemeinde gesamt gesamtzahl information informationen info
    infos inhalt jahr jahre kommunal kommunale kommunalen kommune kommunen liste listen offene offenen offener open
    sonstige stadt städtisch städtische städtischen stand statistik statistiken thema themen verschiedene
    verzeichnis wert werte zahl zahlen zusammenstellung übersicht übersichten

    city municipal municipality town overview number numbers figure figures statistics records public
    lists available availability verfügbar verfügbare verfügbaren öffentlich öffentliche öffentlichen
    öffentlicher derzeit momentan angebot angebote angeboten entwicklung kennzahl kennzahlen
    einrichtung einrichtungen standort standorte standorten location locations neu neue neuen neuer new

    abmelden abmeldung anmelden anmeldung antrag anträge beantrage beantragen buchen reservieren termin ummelden
    ummeldung application applications apply applying appointment book booking licence licences license
    register registering registration
"""
FILLERS: Final = frozenset(_FILLERS.split())

_TOPIC_WORDS = """
    agentur amt arbeit bau bauen behörde behörden bevölkerung bildung energie finanzen freizeit gesellschaft
    gesundheit infrastruktur kultur mobilität natur ordnung politik regierung sicherheit soziales sport stadtteil
    stadtteile stadtteilen technik tourismus umwelt verkehr verwaltung wirtschaft wissenschaft wohnen
    administration agency construction culture department district districts economy education energy environment
    finance government health infrastructure leisure mobility nature office policy population safety science society
    sports technology tourism traffic transport work
"""
TOPIC_WORDS: Final = frozenset(_TOPIC_WORDS.split())  # whole topics: beside a narrower word they only help to order

# Parts with which very many compounds end: who types "Luftqualität" is not helped by everything else of that ending.
_ENDINGS = """
    qualitat stadt stadte teil teile ung ungen tat taten heit heiten keit keiten schaft schaften ion ionen ismus
    lich isch platz platze stelle stellen steuer steuern plan plane zahl zahlen werk werke wesen dienst dienste
    anlage anlagen gebiet gebiete bereich bereiche daten karte karten verzeichnis liste system systeme projekt
    projekte konzept programm amt amter haus hauser strasse strassen ordnung verwaltung angebot angebote nummer
    nummern kosten preis preise zeit zeiten flache flachen statistik information informationen bericht berichte
    verordnung satzung gebuhr gebuhren antrag antrage recht tage tag betrieb betriebe zentrum zentren
"""
ENDINGS: Final = tuple(sorted(_ENDINGS.split(), key=len, reverse=True))

_HEADS_OF_DATA = """
    angebot angebote daten information informationen karte karten liste listen plan plane platze standort standorte
    statistik termine ubersicht verzeichnis zahl zahlen zeiten
"""
# Last parts of compounds that say what is told of a thing: places of kindergartens, a map of trees.
HEADS_OF_DATA: Final = tuple(sorted(_HEADS_OF_DATA.split(), key=len, reverse=True))

FAMILY_WORDS: Final = {  # word in base letters -> family of formats
    **dict.fromkeys(("tabelle", "tabellen", "table", "tables", "spreadsheet", "excel"), "table"),
    **dict.fromkeys(("karte", "karten", "map", "maps", "geodaten", "shapefile"), "map"),
    **dict.fromkeys(("api", "apis", "schnittstelle", "schnittstellen", "webservice"), "api"),
    **dict.fromkeys(("dokument", "dokumente", "document", "documents"), "document"),
}
