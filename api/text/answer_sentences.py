"""The number that answers a question, in one sentence: what was counted, where, when, from which rows of which file.

Entry points: `headline`, `explanation`, `period`.
"""

from typing import Final

from api.text.formatting import day, number
from api.text.i18n import marked as _
from api.text.i18n import translations, translator
from api.web.addresses import Lang
from registry.answers.answers import Answer
from registry.answers.evaluating import covers_whole
from registry.answers.readings import Reading
from registry.answers.tables import TableColumn
from registry.model.text import in_language

_KINDS: Final = {  # measure -> what the number is
    "rows": _("So viele Zeilen hat die Datei"),
    "distinct": _("So viele verschiedene Werte hat die Spalte „%(column)s“"),
    "sum": _("Summe der Spalte „%(column)s“"),
    "mean": _("Mittel der Spalte „%(column)s“"),
    "daily": _("Summe der Spalte „%(column)s“, geteilt durch %(days)s Tage mit Werten"),
    "max": _("Größter Wert der Spalte „%(column)s“"),
    "min": _("Kleinster Wert der Spalte „%(column)s“"),
    "single": _("Wert der Spalte „%(column)s“"),
}
_GROUPS: Final = {  # largest? -> what the number is where groups are compared
    True: _("größte Summe der Spalte „%(column)s“ je „%(by)s“"),
    False: _("kleinste Summe der Spalte „%(column)s“ je „%(by)s“"),
}
_ROWS_OF_GROUPS: Final = {True: _("meiste Zeilen je „%(by)s“"), False: _("wenigste Zeilen je „%(by)s“")}
MAX_DECIMALS: Final = 2


def headline(answer: Answer, lang: Lang) -> str:
    """The number with its unit; of the largest group its name before it: „Kirchheim: 187“."""
    value = number(round(answer.result.value, MAX_DECIMALS), lang)
    column = answer.reading.column
    is_year = column is not None and column.role == "year"
    text = str(int(answer.result.value)) if is_year else value
    unit = column.unit if column and answer.reading.measure != "distinct" else ""
    if answer.reading.measure == "rows":
        entries = translations(lang).ngettext("%(shown)s Eintrag", "%(shown)s Einträge", int(answer.result.value))
        text = entries % {"shown": value}
    named = ", ".join(shown for _, shown in answer.result.key) if answer.reading.by else ""
    return f"{named}: {text} {unit}".strip(": ") if named else f"{text} {unit}".strip()


def explanation(answer: Answer, lang: Lang) -> str:
    """What the number is: column, filters, period, rows, file and the day on which it was read."""
    say = translator(lang)
    reading, result = answer.reading, answer.result
    details = [_kind(answer, lang), *_filters(reading, lang)]
    if named := _named(answer, lang):
        details.append(named)
    if shown_period := period(answer, lang):
        details.append(shown_period)
    file, dataset = (in_language(title, lang) for title in reversed(reading.table.titles))
    source = say(_("Datei „%(file)s“ aus „%(dataset)s“")) % {"file": file or dataset, "dataset": dataset}
    if reading.measure != "rows":
        rows = translations(lang).ngettext(
            "%(rows)s Zeile der %(source)s", "%(rows)s Zeilen der %(source)s", result.rows
        )
        source = rows % {"rows": number(result.rows, lang), "source": source}
    if result.empty:
        source += say(_(" (%(empty)s weitere ohne Wert)")) % {"empty": number(result.empty, lang)}
    read = say(_("gelesen am %(day)s")) % {"day": day(answer.fetched, lang)} if answer.fetched else ""
    return f"{'; '.join(details)}. {', '.join(filter(None, (source, read)))}."


def _kind(answer: Answer, lang: Lang) -> str:
    say, reading = translator(lang), answer.reading
    column = _label(reading.column, lang) if reading.column else ""
    if reading.by:
        sentence = _GROUPS[reading.largest] if reading.column else _ROWS_OF_GROUPS[reading.largest]
        return say(sentence) % {"column": column, "by": _label(reading.by, lang)}
    measure = "single" if answer.result.rows == 1 and reading.measure in ("sum", "mean") else reading.measure
    return say(_KINDS[measure]) % {"column": column, "days": number(answer.result.days, lang)}


def _label(column: TableColumn, lang: Lang) -> str:
    return in_language(column.label, lang) or column.name


def _filters(reading: Reading, lang: Lang) -> list[str]:
    """The filters but that of the time: „Stadtteil: Weststadt“."""
    by_name = {column.name: column for column in reading.table.columns}
    shown = []
    for name, value in reading.where:
        column = by_name[name]
        if column.role != "time":
            text = translator(lang)(_("ja")) if column.role == "flag" else value
            shown.append(f"{_label(column, lang)}: {text}")
    return shown


def _named(answer: Answer, lang: Lang) -> str:
    """What names the row of the largest value: „Baumart: Platane, Stadtteil: Handschuhsheim“."""
    if answer.reading.by:
        return ""
    by_name = {column.name: column for column in answer.reading.table.columns}
    return ", ".join(f"{_label(by_name[name], lang)}: {_when(value, lang)}" for name, value in answer.result.key)


def period(answer: Answer, lang: Lang) -> str:
    """The period that the rows cover: the one that was asked for if they cover it whole, else from when to when."""
    first, last, time = answer.result.first, answer.result.last, answer.reading.time
    if not first:
        return ""
    if time and covers_whole(answer.result, time) and time.first.year == time.last.year:
        if time.grain == "year":
            return str(time.first.year)
        if time.first.month == time.last.month:
            return day(time.first.isoformat()[:7] if time.first != time.last else time.first, lang)
    start, end = _when(first, lang), _when(last, lang)
    if start == end:
        return start
    return translator(lang)(_("%(start)s bis %(end)s")) % {"start": start, "end": end}


def _when(text: str, lang: Lang) -> str:
    """A day or month of the table for people; anything else as it is."""
    return day(text[:10], lang) if text[4:5] == "-" and text[:4].isdecimal() else text
