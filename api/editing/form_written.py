"""Dates, addresses and numbers of a form, as people write them.

Invariants: nothing is guessed; what cannot be read is refused and leaves what was there before.
"""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from api.editing.form_context import FormContext, Reading
from api.editing.form_fields import MAX_ITEMS, FormField
from api.editing.form_texts import in_former_order, lines_shown, read_items
from api.text.formatting import number
from api.text.i18n import marked as _
from api.web.addresses import Lang
from registry.model import Observation
from vocab import numbers
from vocab import values as written


def show_string(form_field: FormField, value: str, context: FormContext) -> str:
    return value


def read_string(form_field: FormField, before: str, reading: Reading) -> str:
    return str(reading.entered[form_field.name])


def read_date(form_field: FormField, before: str, reading: Reading) -> str:
    """A year, month or day as we write it; also 15.3.2026, "15. März 2026" and "Ende 2027", which is the year."""
    text = str(reading.entered[form_field.name])
    if text in ("", before):
        return text
    read = written.date(text) or written.rough_date(text)
    if read is None:
        sentence = _("Schreiben Sie das Datum als Jahr, Monat oder Tag: 2027, März 2027 oder 01.03.2027.")
        reading.refuse(form_field, sentence)
    return str(read.value) if read else before


# -- addresses


def read_email(form_field: FormField, before: str, reading: Reading) -> str:
    text = str(reading.entered[form_field.name])
    if text in ("", before):
        return text
    read = written.email(text)
    if read is None:
        reading.refuse(form_field, _("Schreiben Sie die E-Mail-Adresse wie name@example.org."))
    return str(read.value) if read else before


def read_address(form_field: FormField, before: str, reading: Reading) -> str:
    """A web address, also one without https:// before it."""
    text = str(reading.entered[form_field.name])
    if text in ("", before):
        return text
    address = web_address(text)
    if not address:
        reading.refuse(form_field, _("Schreiben Sie die Adresse wie https://www.example.org."))
    return address or before


def web_address(text: str) -> str:
    """The web address that somebody wrote, with or without https://; "" if it leads nowhere, such as `www.kaputt`."""
    read = written.address(text if "://" in text else f"https://{text}")
    address = str(read.value) if read else ""
    host = (urlsplit(address).hostname or "").rstrip(".").split(".")
    is_whole = len(host) > (2 if host[0] == "www" else 1)
    return address if is_whole and address.startswith(("http://", "https://")) else ""


def read_addresses(form_field: FormField, before: Sequence[str], reading: Reading) -> tuple[str, ...]:
    """One address in each line."""
    shown = lines_shown(before)
    addresses = []
    for line in read_items(form_field, reading):
        address = line if line in shown else web_address(line)
        addresses.append(address)
        if not address:
            sentence = _("„%(line)s“ ist keine Adresse. Schreiben Sie sie wie https://www.example.org.")
            reading.refuse(form_field, sentence, line=line)
    if addresses == shown or not all(addresses):
        return tuple(before)
    return in_former_order(before, [*addresses, *(address for address in before if address not in shown)])


# -- numbers, and numbers with a date

MAX_NUMBER_CHARACTERS: Final = 100
_CURRENCY: Final = re.compile(r"\s*(?:€|euro|eur)\.?\s*\Z", re.IGNORECASE)
_SPACES: Final = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'"))
_OBSERVATION: Final = re.compile(r"([^:;=]{1,60})[:;=]\s*([^:;=]{1,40})")


def show_number(form_field: FormField, value: str, context: FormContext) -> str:
    return number(value, context.lang) if value else ""


def read_number(form_field: FormField, before: str, reading: Reading) -> str:
    """A number as people write it, also with thousands apart: 120.000, 12,5, 1 500 €."""
    text = str(reading.entered[form_field.name])
    if text == show_number(form_field, before, reading.context):
        return before
    value = decimal(text, reading.context.lang)
    if text and not value:
        reading.refuse(form_field, _("Schreiben Sie eine Zahl, zum Beispiel 120.000 oder 12,5."))
        return before
    return value


def decimal(text: str, lang: Lang) -> str:
    """The decimal that a text means in a language; "" for none."""
    if len(text) > MAX_NUMBER_CHARACTERS:
        return ""
    bare = _CURRENCY.sub("", text).translate(_SPACES)
    apart, point = (".", ",") if lang == "de" else (",", ".")
    whole = rf"(?:\d{{1,3}}(?:\{apart}\d{{3}}){{1,6}}|\d{{1,20}})"
    if re.fullmatch(rf"[+-]?{whole}(?:\{point}\d{{1,10}})?", bare, re.ASCII):
        return bare.replace(apart, "").replace(point, ".")
    read = numbers.decimal(bare)
    return str(read.value) if read else ""


def _observation_lines(value: Sequence[Observation], lang: Lang) -> dict[str, Observation]:
    lines = {f"{item.date}: {number(item.value, lang)}": item for item in value if item.date and item.value}
    return dict(list(lines.items())[:MAX_ITEMS])


def show_observations(form_field: FormField, value: Sequence[Observation], context: FormContext) -> str:
    return "\n".join(_observation_lines(value, context.lang))


def read_observations(
    form_field: FormField, before: Sequence[Observation], reading: Reading
) -> tuple[Observation, ...]:
    """Date and value in each line; a line that is still there is the same observation."""
    shown = _observation_lines(before, reading.context.lang)
    items = []
    for line in read_items(form_field, reading):
        item = shown.get(line) or _observation(line, reading.context.lang)
        if item:
            items.append(item)
        else:
            reading.refuse(form_field, _("Schreiben Sie in jede Zeile Datum und Wert, zum Beispiel „2026-06: 12,5“."))
    hidden = [item for item in before if not any(item is visible for visible in shown.values())]
    return in_former_order(before, [*items, *hidden])


def _observation(line: str, lang: Lang) -> Observation | None:
    match = _OBSERVATION.fullmatch(line)
    day, value = (written.date(match[1]), decimal(match[2], lang)) if match else (None, "")
    return Observation(date=day.value, value=value) if day and value else None
