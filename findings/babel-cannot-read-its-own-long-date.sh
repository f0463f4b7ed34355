#!/usr/bin/env bash
# Babel: parse_date() fails with IndexError for "1. Dezember 2026", the form that format_date() writes.
#
# Package: babel 2.19.0.
# Input: the four German forms of one date as format_date() gives them, read again with parse_date() in the same locale
#   and with the name of the same form.
# Behaviour: short and medium (digits only) are read. For long and full it raises IndexError, since it knows digits only
#   and takes the n-th number it finds. Behind a date further digits are ignored: "01.12.2026 bis 24.12.2026" is read as
#   the first of December without a word.
# Expected: what one function writes the other reads, or a babel.dates.ParseError, which is there for text that does not
#   fit. The documentation of parse_date lists "full", "long", "medium" and "short" as values of its parameter format.
# For a catalogue: "Stand: 1. Dezember 2026" is how authorities write dates in spreadsheets and on pages. Code that
#   catches ParseError ends with IndexError on the first such cell, and ranges lose their end. Match the names of months
#   yourself (babel.dates.get_month_names) and make sure that nothing is left behind the date.
#
# Seen on 2026-11-30:
#   short   01.12.26                    -> 2026-12-01
#   medium  01.12.2026                  -> 2026-12-01
#   long    1. Dezember 2026            -> IndexError
#   full    Dienstag, 1. Dezember 2026  -> IndexError
#   medium  01.12.2026 bis 24.12.2026   -> 2026-12-01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'babel==2.19.0'
"$folder/venv/bin/python" - <<'PY'
import datetime
import sys

from babel.dates import format_date, parse_date

DAY = datetime.date(2026, 12, 1)


def read(text, form):
    try:
        result = parse_date(text, locale="de", format=form).isoformat()
    except Exception as error:
        result = type(error).__name__
    print(f"{form:<7} {text:<27} -> {result}")
    return result


seen = [read(format_date(DAY, form, locale="de"), form) for form in ("short", "medium", "long", "full")]
seen.append(read("01.12.2026 bis 24.12.2026", "medium"))
stated = ["2026-12-01", "2026-12-01", "IndexError", "IndexError", "2026-12-01"]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
