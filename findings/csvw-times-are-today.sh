#!/usr/bin/env bash
# csvw: a column of the type time is read as date and time of today.
#
# Package: csvw 4.1.1.
# Input: opening hours, "08:30:00" with "datatype": "time", and a day "2026-05-01" with "datatype": "date".
# Behaviour: the time becomes a datetime of the day on which the program runs, the date a datetime at midnight.
# Expected: datetime.time and datetime.date. CSVW takes its types from XML Schema, where xsd:time (part 2, section
#   3.3.8) is a time of any day; the package has Python types of their own for decimals, durations and URIs.
# For a catalogue: the same file gives other values tomorrow. Whoever stores, compares or hashes what was read sees a
#   change in every row every day, and JSON made of it states a date that nobody published. Take .time() and .date() of
#   the values of such columns right after reading.
#
# Seen on 2026-11-30:
#   time: datetime of today True, 08:30:00
#   date: datetime 2026-05-01T00:00:00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'csvw==4.1.1'
"$folder/venv/bin/python" - <<'PY'
import datetime
import json
import pathlib
import sys
import tempfile

import csvw

columns = [{"name": "opens", "datatype": "time"}, {"name": "day", "datatype": "date"}]
metadata = {"@context": "http://www.w3.org/ns/csvw", "url": "data.csv", "tableSchema": {"columns": columns}}
days = [datetime.date.today()]
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder)
    (path / "data.csv").write_text("opens,day\n08:30:00,2026-05-01\n", encoding="utf-8")
    (path / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    row = dict(next(iter(csvw.Table.from_file(path / "metadata.json"))))
days.append(datetime.date.today())  # it may be midnight in between
opens, day = row["opens"], row["day"]
is_today = isinstance(opens, datetime.datetime) and opens.date() in days
print(f"time: datetime of today {is_today}, {opens:%H:%M:%S}")
print(f"date: {type(day).__name__} {day.isoformat()}")
stated = (True, "08:30:00", "datetime", "2026-05-01T00:00:00")
seen = (is_today, f"{opens:%H:%M:%S}", type(day).__name__, day.isoformat())
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
