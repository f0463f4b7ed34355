#!/usr/bin/env bash
# langcodes: whoever asks for Ukrainian gets Russian, before German or English.
#
# Package: langcodes 3.5.1.
# Input: the wish "uk"; available "de", "en" and "ru".
# Behaviour: closest_match() gives ("ru", 24). The distance is just below the default bound of 25, so it counts as a
#   match. For Low German ("nds") and Sorbian ("hsb") it finds nothing, although German is there.
# Expected: nothing that fits, and so the site's own default language. The number comes from the languageMatching data
#   of Unicode's CLDR (LDML part 1, "Enhanced Language Matching"), which say in which other language people can usually
#   read a text, not which one they want.
# For a catalogue: a city that translates its pages for newcomers and picks the language with this function greets
#   Ukrainians in Russian. Texts in several languages (titles of datasets) fall to Russian in the same way. Pass
#   max_distance=10, which keeps de-AT to de and pt-BR to pt, and ask the reader in all other cases.
#
# Seen on 2026-11-30:
#   uk  -> ('ru', 24)
#   nds -> ('und', 1000)
#   hsb -> ('und', 1000)
#   uk, max_distance 10 -> ('und', 1000)
#   de-AT, max_distance 10 -> ('de', 4)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'langcodes==3.5.1'
"$folder/venv/bin/python" - <<'PY'
import sys

from langcodes import closest_match

AVAILABLE = ["de", "en", "ru"]
seen = []
for wish, options in (
    ("uk", {}),
    ("nds", {}),
    ("hsb", {}),
    ("uk", {"max_distance": 10}),
    ("de-AT", {"max_distance": 10}),
):
    seen.append(closest_match(wish, AVAILABLE, **options))
    print(wish + ", max_distance 10" * bool(options) if options else f"{wish:<3}", "->", seen[-1])
nothing = ("und", 1000)
stated = [("ru", 24), nothing, nothing, nothing, ("de", 4)]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
