#!/usr/bin/env bash
# CronSim: "0 3 */2 * 1" runs on Mondays with an odd date only; "0 3 1-31/2 * 1" runs every second day and on Mondays.
#
# Package: cronsim 2.8.
# Input: the two schedules, which name the same days of the month (1, 3, 5 ... 31) and the same day of the week.
# Behaviour: a day field that begins with "*" does not count as restricted, so both fields have to fit; with 1-31/2 one
#   of them is enough. In January 2026 that is 2 runs against 18. "*/90" as minutes is accepted and means once an hour.
# Expected: the same days for both. POSIX (crontab): if day of month and day of week are both restricted, either may
#   fit; a step other than 1 does restrict. The package aims to do as Debian's cron does, which has this quirk, and uses
#   it in an example of its documentation; whoever types a schedule into a form does not know.
# For a catalogue: a source that was to be harvested every second day, and on Mondays in any case, is harvested about
#   every two weeks; nothing fails. Show the next three times beside the field where a schedule is typed, and refuse a
#   step that is larger than its range.
#
# Seen on 2026-11-30, January 2026:
#   0 3 */2 * 1     days [5, 19]
#   0 3 1-31/2 * 1  days [1, 3, 5, 7, 9, 11, 12, 13, 15, 17, 19, 21, 23, 25, 26, 27, 29, 31]
#   */90 * * * *    01:00, 02:00, 03:00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'cronsim==2.8'
"$folder/venv/bin/python" - <<'PY'
import sys
from datetime import datetime

from cronsim import CronSim


def january(schedule):
    days = []
    for time in CronSim(schedule, datetime(2026, 1, 1)):
        if time.month != 1:
            return days
        days.append(time.day)


seen = {schedule: january(schedule) for schedule in ("0 3 */2 * 1", "0 3 1-31/2 * 1")}
for schedule, days in seen.items():
    print(f"{schedule:<15} days {days}")
times = CronSim("*/90 * * * *", datetime(2026, 1, 1))
hours = [next(times).strftime("%H:%M") for _ in range(3)]
print(f"{'*/90 * * * *':<15} {', '.join(hours)}")
either = sorted({*range(1, 32, 2), 5, 12, 19, 26})
stated = {"0 3 */2 * 1": [5, 19], "0 3 1-31/2 * 1": either}
sys.exit(0 if (seen, hours) == (stated, ["01:00", "02:00", "03:00"]) else "This is not what the header states.")
PY
