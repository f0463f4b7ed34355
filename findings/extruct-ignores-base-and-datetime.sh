#!/usr/bin/env bash
# extruct: relative links of a page with <base> are resolved against the wrong address, and RDFa gets the shown date.
#
# Package: extruct 0.18.0.
# Input: a dataset page with <base href="https://data.example.org/">, marked up once as microdata and once as RDFa: a
#   relative licence link, and <time datetime="2026-05-01">1. Mai</time>.
# Behaviour: the links are resolved against the base_url that the caller passes, <base> is not looked at. In RDFa the
#   date is "1. Mai", in microdata it is "2026-05-01".
# Expected: links below https://data.example.org/, since the HTML standard (section 4.2.3 "The base element") says so
#   for every URL of the page; and "2026-05-01" in both, as HTML+RDFa 1.1 (section 3.1, additional processing rules)
#   takes the value of datetime if there is one.
# For a catalogue: a harvester of schema.org pages records links that lead nowhere on portals that use <base>
#   (applications made with Angular usually do), and dates that no parser reads. Take base_url from
#   w3lib.html.get_base_url(page, address), and prefer JSON-LD or microdata to RDFa.
#
# Seen on 2026-11-30:
#   microdata  license https://portal.example.org/catalogue/licence  dateModified 2026-05-01
#   RDFa       license https://portal.example.org/catalogue/licence  dateModified 1. Mai
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'extruct==0.18.0'
"$folder/venv/bin/python" - <<'PY'
import sys
import warnings

warnings.simplefilter("ignore")
import extruct

PAGE = """<html><head><base href="https://data.example.org/"></head><body>
<div itemscope itemtype="https://schema.org/Dataset">
  <a itemprop="license" href="licence">Lizenz</a> <time itemprop="dateModified" datetime="2026-05-01">1. Mai</time>
</div>
<div vocab="https://schema.org/" typeof="Dataset">
  <a property="license" href="licence">Lizenz</a> <time property="dateModified" datetime="2026-05-01">1. Mai</time>
</div></body></html>"""
SCHEMA = "https://schema.org/"
found = extruct.extract(PAGE, base_url="https://portal.example.org/catalogue/", syntaxes=["microdata", "rdfa"])
microdata = found["microdata"][0]["properties"]
rdfa = next(node for node in found["rdfa"] if SCHEMA + "Dataset" in node.get("@type", []))
seen = [
    (microdata["license"], microdata["dateModified"]),
    (rdfa[SCHEMA + "license"][0]["@id"], rdfa[SCHEMA + "dateModified"][0]["@value"]),
]
for name, (licence, date) in zip(("microdata", "RDFa"), seen):
    print(f"{name:<10} license {licence}  dateModified {date}")
link = "https://portal.example.org/catalogue/licence"
sys.exit(0 if seen == [(link, "2026-05-01"), (link, "1. Mai")] else "This is not what the header states.")
PY
