#!/usr/bin/env bash
# udata: a period from the year 2020 to the year 2021 begins and ends on the day and month of the harvest.
#
# Packages: udata 17.18.0 (the software of data.gouv.fr and data.public.lu), rdflib 7.6.0.
# Input: dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2020"^^xsd:gYear ; dcat:endDate "2021"^^xsd:gYear ], and
#   the same with xsd:gYearMonth and xsd:date.
# Behaviour: harvested on 30 November, the years become 2020-11-30 to 2021-11-30, months get the day of the harvest (or
#   the last that they have). Only xsd:date comes through. The library behind it, dateutil, fills what is missing from
#   the present day.
# Expected: 2020-01-01 to 2021-12-31, as udata itself reads the plain text "2020" (temporal_from_literal). DCAT 3 and
#   DCAT-AP allow xsd:gYear and xsd:gYearMonth for both ends of a period.
# For a catalogue: a portal of this kind shows another period than you published, it changes with every harvest, and
#   searches by year miss the first eleven months. Publish full dates in periods where French or Luxembourg portals
#   harvest you. In your own code give dateutil's parse() a default, or do not use it for dates without a day.
#
# Seen on 2026-11-30:
#   xsd:gYear       day and month of today
#   xsd:gYearMonth  day of today
#   xsd:date        2020-02-01 to 2021-01-31
#   text "2020"     2020-01-01 to 2020-12-31
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'udata==17.18.0' 'rdflib==7.6.0'
"$folder/venv/bin/python" - <<'PY'
import calendar
import datetime
import sys
import warnings

warnings.simplefilter("ignore")
from rdflib import DCTERMS, Graph, URIRef
from udata.core.dataset.rdf import temporal_from_literal, temporal_from_rdf

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix ex: <https://data.example.org/> .
"""


def period(start, end, datatype):
    ends = f'dcat:startDate "{start}"^^xsd:{datatype} ; dcat:endDate "{end}"^^xsd:{datatype}'
    graph = Graph().parse(data=PREFIXES + f"ex:d dct:temporal [ a dct:PeriodOfTime ; {ends} ] .", format="turtle")
    return temporal_from_rdf(graph.resource(URIRef("https://data.example.org/d")).value(DCTERMS.temporal))


def on(day, year, month=None):
    """This day in another year, or year and month; the last one where there is no such day."""
    month = month or day.month
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


before = datetime.date.today()
years = period("2020", "2021", "gYear")
months = period("2020-03", "2021-04", "gYearMonth")
days = period("2020-02-01", "2021-01-31", "date")
text = temporal_from_literal("2020")
today = {before, datetime.date.today()}  # it may be midnight in between

years_today = any((years.start, years.end) == (on(day, 2020), on(day, 2021)) for day in today)
months_today = any((months.start, months.end) == (on(day, 2020, 3), on(day, 2021, 4)) for day in today)
print(f"xsd:gYear       {'day and month of today' if years_today else f'{years.start} to {years.end}'}")
print(f"xsd:gYearMonth  {'day of today' if months_today else f'{months.start} to {months.end}'}")
print(f"xsd:date        {days.start} to {days.end}")
print(f'text "2020"     {text.start} to {text.end}')
seen = (years_today, months_today, str(days.start), str(days.end), str(text.start), str(text.end))
stated = (True, True, "2020-02-01", "2021-01-31", "2020-01-01", "2020-12-31")
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
