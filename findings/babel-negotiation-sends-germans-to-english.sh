#!/usr/bin/env bash
# Babel: negotiate_locale() with the tags of a browser gives a reader who wants de-DE the English page.
#
# Package: babel 2.19.0.
# Input: preferred ["de-DE", "en"], as the header Accept-Language has it; available ["de", "en"].
# Behaviour: the answer is "en". With "de_DE" in the place of "de-DE" it is "de". The parameter sep, "_" by default,
#   says how the preferred tags are split; with sep="-" the answer is "de".
# Expected: "de", or an error for a tag that is no locale of the expected form. The tags of HTTP and HTML are language
#   tags (BCP 47; RFC 9110 section 12.5.4), which have hyphens, and RFC 4647 section 3.4 "Lookup" shortens de-DE to de.
#   An unknown form is taken for a language that is not available, so nothing shows until somebody looks at the second
#   choice.
# For a catalogue: browsers send regional tags such as de-DE first and en later. Readers whose list begins with the
#   regional tag and has no bare "de" see English pages. Pass sep="-" wherever tags come from a header, from HTML or
#   from RDF; and Locale.parse("de-DE") needs sep="-" too, else it raises ValueError.
#
# Seen on 2026-11-30:
#   ['de-DE', 'en']          -> en
#   ['de_DE', 'en']          -> de
#   ['de-DE', 'en'], sep "-" -> de
#   Locale.parse('de-DE')    -> ValueError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'babel==2.19.0'
"$folder/venv/bin/python" - <<'PY'
import sys

from babel import Locale, negotiate_locale

seen = [
    negotiate_locale(["de-DE", "en"], ["de", "en"]),
    negotiate_locale(["de_DE", "en"], ["de", "en"]),
    negotiate_locale(["de-DE", "en"], ["de", "en"], sep="-"),
]
try:
    seen.append(str(Locale.parse("de-DE")))
except ValueError as error:
    seen.append(type(error).__name__)
names = ["['de-DE', 'en']", "['de_DE', 'en']", "['de-DE', 'en'], sep \"-\"", "Locale.parse('de-DE')"]
for name, result in zip(names, seen):
    print(f"{name:<24} -> {result}")
sys.exit(0 if seen == ["en", "de", "de", "ValueError"] else "This is not what the header states.")
PY
