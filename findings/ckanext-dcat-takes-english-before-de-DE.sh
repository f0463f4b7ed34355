#!/usr/bin/env bash
# ckanext-dcat: on a German portal the title "Baumkataster"@de-DE loses to "Tree register"@en.
#
# Packages: ckanext-dcat 2.4.4 (profile euro_dcat_ap_3), ckan 2.12.0 with ckan.locale_default = de.
# Input: a dataset with an English title, which stands first, and a German one with the tag de-DE; the same with the tag
#   de to compare.
# Behaviour: with de the package has the German title, with de-DE the English one: tags are compared as they are, and
#   where none is equal the first literal of the graph is taken.
# Expected: the German title both times. RFC 4647, section 3.3.1 "Basic Filtering": the range de matches de-DE, as
#   langMatches does in SPARQL and sh:languageIn in SHACL.
# For a catalogue: tools that take their tag from the system's locale write de-DE, de-AT and de-CH. On the portal that
#   harvests, titles and descriptions turn English, or whichever comes first, dataset by dataset. Publish plain
#   two-letter tags where there is one text for the language, and put that language first.
#
# Seen on 2026-11-30:
#   de     Baumkataster
#   de-DE  Tree register
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
# What reading RDF needs of CKAN's requirements; no database, no search engine.
packages=(
    ckan==2.12.0 ckanext-dcat==2.4.4 ckantoolkit==0.0.7 rdflib==7.6.0 geomet==1.1.0 pyparsing==3.3.2
    typing-extensions==4.16.0 flask==3.1.3 werkzeug==3.1.8 markupsafe==3.0.3 click==8.4.2 blinker==1.9.0
    jinja2==3.1.6 itsdangerous==2.2.0 flask-login==0.6.3 flask-babel==4.0.0 babel==2.18.0 pytz==2026.2
    simplejson==4.1.1 sqlalchemy==2.0.51 msgspec==0.21.1 tzlocal==5.4.4 dominate==2.9.1 markdown==3.10.2
    nh3==0.3.6 polib==1.2.0 file-keeper==0.2.6 pluggy==1.6.0 alembic==1.18.5 mako==1.3.12 requests==2.34.2
    urllib3==2.7.0 charset-normalizer==3.4.9 idna==3.18 certifi==2026.6.17 passlib==1.7.4 webassets==3.0.0
    packaging==26.2 pyyaml==6.0.3 rq==2.10.0 redis==8.0.1 pysolr==3.11.0 six==1.17.0 python-dateutil==2.9.0.post0
    pyjwt==2.13.0
)
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps "${packages[@]}"
"$folder/venv/bin/python" - <<'PY'
import logging
import sys
import types

logging.disable(logging.CRITICAL)
sys.modules["magic"] = types.ModuleType("magic")  # CKAN imports it for uploads, and it needs a system library

from ckan.common import config

config.update({"ckan.site_url": "https://portal.example.org", "ckan.locale_default": "de", "ckan.root_path": ""})

from ckanext.dcat.processors import RDFParser

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> . @prefix ex: <https://data.example.org/> .
"""


def package(properties, more=""):
    """The CKAN package that ckanext-dcat makes of a dataset with these properties, extras beside the fields."""
    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(PREFIXES + f"ex:trees a dcat:Dataset ; {properties} . {more}", "turtle")
    fields = next(iter(parser.datasets()))
    return fields | {extra["key"]: extra["value"] for extra in fields.pop("extras")}


seen = {}
for tag in ("de", "de-DE"):
    seen[tag] = package(f'dct:title "Tree register"@en , "Baumkataster"@{tag}')["title"]
    print(f"{tag:<6} {seen[tag]}")
stated = {"de": "Baumkataster", "de-DE": "Tree register"}
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
