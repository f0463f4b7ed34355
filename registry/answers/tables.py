"""What is known of a prepared table before a question is asked: its columns, their labels and values, its rows.

Entry point: `table_of`. Pure: made of a record, its distribution, and the profile in the preview. What a column
measures and whether its values may be added up is said by its dictionary; without one nothing is added up.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from registry.answers import terms
from registry.answers.terms import Phrase, Phrases, Tokens, phrase_of, tokens_of
from registry.model import Column as Described
from registry.model import Distribution, Record, Text
from registry.preview.model import Column, Preview
from vocab.concepts import concept_list

Role = Literal["measure", "year", "flag", "place", "sort", "time", "code", "other"]
Aggregate = Literal["summe", "bestand", "mittel", ""]
_TIME_LABELS: Final = frozenset(
    """
    zeit datum tag monat jahr zeitpunkt zeitraum stichtag messzeit timestamp date time day month year
    haushaltsjahr schuljahr kalenderjahr
    """.split()  # noqa: SIM905
)
_SPAN_LABELS: Final = frozenset(
    """
    von bis beginn ende start end from to until gultig seit
    """.split()  # noqa: SIM905
)
_CODE = re.compile(
    r"(nummer|nr|kennung|code|schlussel|id|kuerzel|kurzel|number|longitude|latitude|langengrad|breitengrad|stufe)$"
)
_YEAR_OF_THING = re.compile(r"jahr$|^year|^jahr")
_SORT = re.compile(
    r"(art|typ|type|gattung|sorte|kategorie|klasse|kind|species|gruppe|group|stecker|plug|lampe|lamp|antrieb|drive"
    r"|geschlecht|gender|status|zustand|trager|betreiber|provider|netz|messgrosse|haushalt|bereich|budget|area"
    r"|vorname|first name)$"
)
_PLACE = re.compile(
    r"(ort|standort|location|straße|strasse|street|stadtteil|district|bezirk|quartier|stelle|station|name|bad|pool|museum|amt"
    r"|office|schule|kita|parkhaus|garage|pegel|gauge|gebiet|abschnitt|section|brucke|park|platz|gebaude|halle|gemeinde"
    r"|stadt|kreis|land|haltestelle|zentrum|kuerzel|kurzel|code|hafen|linie|wache|haus)$"
)
_MONTH_TEXT = re.compile(r"\d{4}-\d\d")
_YEARS_TEXT = re.compile(r"\d{4}/\d{2,4}")
_GENERIC: Final = frozenset(
    """
    datei daten liste tabelle karte standort ort stelle netz abruf file data list table map
    """.split()  # noqa: SIM905
)
_REGISTER = re.compile(r"(kataster|verzeichnis|register)$")
_HEAD_ENDS: Final = frozenset(
    """
    der des in im je nach an am von den mit of in by per at
    """.split()  # noqa: SIM905
)
OPEN_WORDS: Final = frozenset(
    """
    offentlich offentliche offentlichen stadtisch stadtische public municipal
    """.split()  # noqa: SIM905
)
_TOTALS: Final = frozenset(
    """
    gesamt insgesamt summe total zusammen alle gesamtstadt all sum
    """.split()  # noqa: SIM905
)
GENERIC_LABELS: Final = frozenset(
    """
    anzahl zahl wert menge summe count number value amount total
    """.split()  # noqa: SIM905
)
MIN_HEAD_LETTERS: Final = 5  # of a label that names a measure at the end of a compound: Stromverbrauch


class TableColumn(NamedTuple):
    """A column as questions meet it. `label`: for people; `text_time`: how a time that is text is written."""

    name: str
    label: Text
    type: str
    unit: str
    role: Role
    aggregate: Aggregate = ""
    text_time: Literal["", "month", "years"] = ""
    values: tuple[str, ...] = ()
    distinct: int = 0
    identifies: bool = False  # a value of it means one row, or few
    has_totals: bool = False  # some values stand for all others together


class Meaning(NamedTuple):
    """What a phrase stands for in a table: a column by its label, a value of it, its unit, the rows themselves, or a
    word of its titles in other words."""

    kind: Literal["label", "value", "unit", "rows", "context"]
    column: TableColumn | None = None
    value: str = ""
    bare: bool = False  # only beside a verb


class Table(NamedTuple):
    """A prepared table. `context`: words of its titles, which a question may repeat; `rows_are_things`: each row is a
    thing of its own, so that rows can be counted."""

    record: str
    distribution: str
    titles: tuple[Text, Text]
    total: int
    columns: tuple[TableColumn, ...]
    time: TableColumn | None
    rows_are_things: bool
    phrases: Phrases
    context: frozenset[str]
    vocabulary: frozenset[str]
    is_live: bool
    verbs: frozenset[str] = frozenset()  # that say of a column or of the rows only that they were there

    def measures(self) -> list[TableColumn]:
        return [column for column in self.columns if column.role == "measure"]


def table_of(
    record: Record, distribution: Distribution, preview: Preview, names: Mapping[str, tuple[str, ...]]
) -> Table:
    """The table of a preview that is ready. `names`: other names of values, such as those of districts in English."""
    schema = distribution.table_schema
    described = {column.name: column for column in (schema.columns if schema else ())}
    columns = tuple(_column(column, described.get(column.name), preview) for column in preview.columns)
    time = _time(columns, preview)
    columns = tuple(column._replace(role="time") if column == time else column for column in columns)
    time = next((column for column in columns if column.role == "time"), None)
    title, file_title = record.metadata.title, distribution.title
    rows_are_things = _rows_are_things(columns, preview)
    phrases = _phrases(columns, names, title)
    if rows_are_things:
        _add_things(phrases, columns, (title, file_title), preview.read.table if preview.read else "")
    _add_context(phrases, (title, file_title))
    label_words = {word for column in columns for phrase in _labels(column) for word in phrase.tokens}
    context = frozenset(
        form
        for word in _title_words((title, file_title))
        if not any(terms.are_same(word, other) for other in label_words)
        for form in terms.forms_of(word)
    )
    return Table(
        record=record.id,
        distribution=distribution.id,
        titles=(title, file_title),
        total=preview.total,
        columns=columns,
        time=time,
        rows_are_things=rows_are_things,
        phrases=phrases,
        context=context,
        vocabulary=frozenset(phrases.vocabulary) | context,
        is_live=_is_live(record),
    )


def _add_things(phrases: Phrases, columns: Iterable[TableColumn], titles: tuple[Text, Text], list_name: str) -> None:
    """Adds what rows are called, unless a column is called so."""
    labels = [phrase for column in columns for phrase in terms.with_equivalents(_labels(column))]
    things = [
        phrase
        for phrase in terms.with_equivalents(_things(*titles, list_name))
        if not any(terms.is_phrase(phrase.tokens, label.tokens) for label in labels)
    ]
    for phrase in things:
        phrases.add(phrase, Meaning("rows"))
    _add_compounds(phrases, things, columns)


def _add_context(phrases: Phrases, titles: Iterable[Text]) -> None:
    """Adds words that mean the same as one of the titles: "mountain railway" for Bergbahn."""
    for word in _title_words(titles):
        for phrase in terms.with_equivalents([Phrase((word,))])[1:]:
            if len(phrase.tokens) > 1:
                phrases.add(phrase, Meaning("context"))


def _is_live(record: Record) -> bool:
    """Whether the data change so fast that a prepared file says nothing about this moment."""
    frequency = concept_list("frequencies").get(record.metadata.frequency) if record.metadata.frequency else None
    return frequency is not None and frequency.notation in ("UPDATE_CONT", "HOURLY", "DAILY", "DAILY_2")


def _column(column: Column, described: Described | None, preview: Preview) -> TableColumn:
    label: Text = (described.title if described else {}) or {"de": column.name}
    aggregate = concept_list("aggregates").get(described.aggregate) if described and described.aggregate else None
    return TableColumn(
        name=column.name,
        label=label,
        type=column.type,
        unit=(described.unit if described else "") or column.unit,
        role="measure" if aggregate and column.type in ("integer", "number") else _role(column, label, preview),
        aggregate=aggregate.notation if aggregate else "",  # type: ignore[arg-type]
        text_time=_text_time(column),
        values=column.values,
        distinct=column.distinct,
        identifies=column.distinct * 2 > preview.total,
        has_totals=any(word in _TOTALS for value in column.values for word in tokens_of(value)),
    )


def _role(column: Column, label: Text, preview: Preview) -> Role:
    last_words = [(tokens_of(text) or ("",))[-1] for text in (column.name, *label.values())]
    if column.type == "boolean":
        return "flag"
    if column.type in ("integer", "number"):
        is_year = column.type == "integer" and any(
            _YEAR_OF_THING.search(" ".join(tokens_of(text))) for text in label.values()
        )
        if is_year:
            return "year"
        return "code" if any(_CODE.search(word) for word in last_words) else "measure"
    if column.type == "text":
        roles = [
            "sort" if _SORT.search(word) else "place"
            for word in last_words
            if _SORT.search(word) or _PLACE.search(word)
        ]
        return roles[0] if roles else "other"  # type: ignore[return-value]
    return "other"


def _text_time(column: Column) -> Literal["", "month", "years"]:
    if column.type != "text" or not column.values:
        return ""
    for name, form in (("month", _MONTH_TEXT), ("years", _YEARS_TEXT)):
        if all(form.fullmatch(value) for value in column.values):
            return name  # type: ignore[return-value]
    return ""


def _time(columns: Iterable[TableColumn], preview: Preview) -> TableColumn | None:
    """The column that says when a row holds; None if there is none, or if several might."""
    profile = {column.name: column for column in preview.columns}
    candidates = []
    for column in columns:
        label_words = {word for phrase in _labels(column) for word in phrase.tokens}
        is_named = any(len(phrase.tokens) == 1 and phrase.tokens[0] in _TIME_LABELS for phrase in _labels(column))
        dated = column.type in ("date", "datetime") or bool(column.text_time) or (column.role == "year" and is_named)
        repeats = profile[column.name].distinct * 2 <= preview.total
        if dated and not label_words & _SPAN_LABELS and (is_named or (repeats and column.role != "year")):
            candidates.append(column)
    return candidates[0] if len(candidates) == 1 else None


def _rows_are_things(columns: Iterable[TableColumn], preview: Preview) -> bool:
    """Whether each row has a code or name of its own, and no row holds for a time only."""
    listed = list(columns)
    if any(column.role == "time" or column.type in ("date", "datetime") for column in listed):
        return False
    profile = {column.name: column for column in preview.columns}
    return any(
        profile[column.name].distinct == profile[column.name].filled == preview.total > 0
        for column in listed
        if column.role in ("code", "place", "other") and column.type in ("text", "integer")
    )


def _labels(column: TableColumn) -> list[Phrase]:
    """The name and the labels of a column; the name is in the language of the label that it is."""
    labels = [phrase_of(text, tag) for tag, text in column.label.items()]
    name = phrase_of(column.name)
    named = [] if any(label.tokens == name.tokens for label in labels) else [name]
    return [phrase for phrase in (*named, *labels) if phrase.tokens]


def _phrases(columns: Iterable[TableColumn], names: Mapping[str, tuple[str, ...]], title: Text) -> Phrases:
    phrases = Phrases()
    listed = list(columns)
    for column in listed:
        labels = [*_labels(column), *_compounds(column, title)]
        for phrase in terms.with_equivalents(labels):
            phrases.add(phrase, Meaning("label", column, bare=phrase.bare))
            if column.role == "measure" and len(phrase.tokens) == 1:
                for end in ("zahl", "wert"):  # Einwohnerzahl, Ozonwert
                    phrases.add(Phrase((phrase.tokens[0] + end,)), Meaning("label", column))
        for phrase in terms.with_equivalents([phrase_of(column.unit)] if column.unit else []):
            phrases.add(phrase, Meaning("unit", column))
        for value in column.values if column.type == "text" else ():
            own = [phrase_of(value), *map(phrase_of, names.get(value, ()))]
            for phrase in terms.with_equivalents(own):
                phrases.add(phrase, Meaning("value", column, value))
    return phrases


def _add_compounds(phrases: Phrases, things: Iterable[Phrase], columns: Iterable[TableColumn]) -> None:
    """Adds words that name a thing and a measure of it together: Kitaplätze, Baumhöhe."""
    for column in columns:
        for label in _labels(column) if column.role == "measure" else ():
            for thing in things:
                if len(label.tokens) == len(thing.tokens) == 1:
                    phrases.add(Phrase((thing.tokens[0] + label.tokens[0],)), Meaning("label", column))


def _compounds(column: TableColumn, title: Text) -> list[Phrase]:
    """Words of the title that end with the label of a measure: Stromverbrauch for Verbrauch."""
    if column.role != "measure":
        return []
    heads = [label.tokens[0] for label in _labels(column) if len(label.tokens) == 1]
    long_heads = [head for head in heads if len(head) >= MIN_HEAD_LETTERS]
    title_words = [(word, tag) for tag, text in title.items() for word in tokens_of(text)]
    return [
        Phrase((word,), tag) for word, tag in title_words for head in long_heads if word != head and word.endswith(head)
    ]


def _title_words(titles: Iterable[Text]) -> set[str]:
    return {
        word
        for title in titles
        for text in title.values()
        for word in (*tokens_of(text), *(_REGISTER.sub("", word) for word in tokens_of(text)))
        if len(word) > 2 or word.isdecimal()
    }


def _things(title: Text, file_title: Text, list_name: str) -> list[Phrase]:
    """What a row is called: the noun of the dataset's title; that of the file where the dataset's title has it, too."""
    phrases = [phrase_of(list_name)] if list_name else []
    for tag, text in title.items():
        phrases += [Phrase(noun, tag) for part in text.split(":") if (noun := _noun(tokens_of(part)))]
    whole_words = {word for text in title.values() for word in tokens_of(text)}
    for tag, text in file_title.items():
        noun = tokens_of(text)
        is_thing = any(terms.is_phrase(noun, phrase.tokens) for phrase in terms.with_equivalents(phrases))
        if noun and (is_thing or (len(phrases) != 1 and set(noun) <= whole_words)):
            phrases.append(Phrase(noun, tag))
    return phrases


def _noun(title: Tokens) -> Tokens:
    """The noun of a title with its adjectives: "Standorte der Sensoren" gives sensoren, "Baumkataster" baum."""
    end = next((at for at, word in enumerate(title) if word in _HEAD_ENDS and at), len(title))
    head, rest = title[:end], title[end + 1 :]
    if len(head) == 1 and any(form in _GENERIC for form in terms.forms_of(head[0])):
        head = rest[-1:]
    if head and head[0] in OPEN_WORDS:
        head = head[1:]
    return tuple(_REGISTER.sub("", word) or word for word in head)
