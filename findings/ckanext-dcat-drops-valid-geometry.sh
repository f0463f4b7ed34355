#!/usr/bin/env bash
# ckanext-dcat: a WKT geometry with its CRS, with a height, or on a place without a type is dropped without a word.
#
# Packages: ckanext-dcat 2.4.4 (profile euro_dcat_ap_3), ckan 2.12.0, geomet 1.1.0.
# Input: one dataset with dct:spatial and a bounding box as geo:wktLiteral, written in four valid ways.
# Behaviour: the plain literal on a node with "a dct:Location" is kept. A literal that begins with the IRI of its CRS,
#   one with heights ("POLYGON Z") and a place without explicit rdf:type leave no trace in the package. geomet raises
#   ValueError for the first two, which the parser swallows.
# Expected: all four kept, or a message. GeoSPARQL 1.0 section 8.5.1 "wktLiteral" lets the IRI of the CRS stand before
#   the geometry; OGC Simple Features 1.2.1 part 1, section 7.2 (well-known text), has "Z"; that the value of
#   dct:spatial is a dct:Location follows from the range of the property.
# For a catalogue: a harvesting CKAN loses the extent of datasets, so that they do not turn up on its map, and nobody is
#   told. Publish bounding boxes as two-dimensional WKT without the CRS IRI (CRS84 is the default) and type the place.
#
# Seen on 2026-11-30:
#   plain              kept
#   CRS IRI            dropped
#   height             dropped
#   place without type dropped
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


RING = "8.57 49.35, 8.80 49.35, 8.80 49.46, 8.57 49.46, 8.57 49.35"
WKT = f"POLYGON (({RING}))"
WITH_HEIGHT = f"POLYGON Z (({RING.replace(',', ' 110,')} 110))"
FORMS = {
    "plain": f'[ a dct:Location ; dcat:bbox "{WKT}"^^geo:wktLiteral ]',
    "CRS IRI": f'[ a dct:Location ; dcat:bbox "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> {WKT}"^^geo:wktLiteral ]',
    "height": f'[ a dct:Location ; dcat:bbox "{WITH_HEIGHT}"^^geo:wktLiteral ]',
    "place without type": f'[ dcat:bbox "{WKT}"^^geo:wktLiteral ]',
}
seen = {}
for name, form in FORMS.items():
    fields = package(f'dct:title "T" ; dct:spatial {form}')
    seen[name] = "kept" if any("spatial" in key for key in fields) else "dropped"
    print(f"{name:<18} {seen[name]}")
stated = {name: "kept" if name == "plain" else "dropped" for name in FORMS}
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
