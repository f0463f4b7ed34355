#!/usr/bin/env bash
# ckanext-dcat: who has which role in a dataset is published under names that DCAT does not have, and not read back.
#
# Packages: ckanext-dcat 2.4.4 (profile euro_dcat_ap_3), ckan 2.12.0.
# Input: a package with one `qualified_attribution` (an agent and a role), as its schema dcat_ap_full.yaml has it.
# Behaviour: the parser reads prov:qualifiedAttribution with prov:agent; the serializer writes dcat:qualifiedAttribution,
#   dcat:Attribution and dcat:agent. So CKAN does not read what CKAN writes, and neither does anybody else.
# Expected: prov:qualifiedAttribution, prov:Attribution and prov:agent, as DCAT 3 ("Property: qualified attribution")
#   and DCAT-AP 3 have them; the same package after writing and reading.
# For a catalogue: harvest such a portal by its JSON, where the attribution is whole; in its RDF look under the names in
#   the dcat namespace as well. Publish prov:qualifiedAttribution.
#
# Seen on 2026-12-01:
#   written: dcat:Attribution dcat:agent dcat:hadRole dcat:qualifiedAttribution
#   read again: no attribution
#   from prov:qualifiedAttribution: one attribution
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

from ckanext.dcat.processors import RDFParser, RDFSerializer


PROV, DCAT = "http://www.w3.org/ns/prov#", "http://www.w3.org/ns/dcat#"
ROLE = "http://inspire.ec.europa.eu/metadata-codelist/ResponsiblePartyRole/processor"
PACKAGE = {
    "id": "1", "name": "trees", "title": "Trees", "resources": [],
    "qualified_attribution": [{"agent": [{"name": "Survey office", "uri": "https://office.example.org/"}], "role": ROLE}],
}


def read(turtle):
    """How many attributions the parser finds."""
    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(turtle, "turtle")
    fields = next(iter(parser.datasets()))
    listed = fields.get("qualified_attribution") or []
    return {0: "no attribution", 1: "one attribution"}.get(len(listed), str(len(listed)))


serializer = RDFSerializer(profiles=["euro_dcat_ap_3"])
serializer.graph_from_dataset(PACKAGE)
terms = {str(term) for triple in serializer.g for term in triple}
names = ("qualifiedAttribution", "Attribution", "agent", "hadRole")
written = sorted(
    f"{prefix}:{name}" for prefix, base in (("dcat", DCAT), ("prov", PROV)) for name in names if base + name in terms
)
turtle = serializer.g.serialize(format="turtle")
right = turtle.replace("dcat:qualifiedAttribution", f"<{PROV}qualifiedAttribution>").replace("dcat:agent", f"<{PROV}agent>")
seen = [" ".join(written), read(turtle), read(right)]
print("written:", seen[0])
print("read again:", seen[1])
print("from prov:qualifiedAttribution:", seen[2])
stated = ["dcat:Attribution dcat:agent dcat:hadRole dcat:qualifiedAttribution", "no attribution", "one attribution"]
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
