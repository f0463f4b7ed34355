#!/usr/bin/env bash
# OWSLib: ISO 19139 texts written as gmx:Anchor are lost: title and file identifier are None, keywords are missing.
#
# Package: OWSLib 0.35.0.
# Input: a metadata record that uses gmx:Anchor, with a link, where the schema allows it: file identifier, title,
#   abstract and one of two keywords of a block.
# Behaviour: MD_Metadata gives None for identifier and title. Of the keywords only the one written as
#   gco:CharacterString is there; a block that has anchors only is read. Abstract, thesaurus title and organisation are
#   read from anchors.
# Expected: all of them. In ISO/TS 19139 gmx:Anchor may stand wherever gco:CharacterString may (it is in the same
#   substitution group), and the INSPIRE guidelines for metadata based on ISO/TS 19139 recommend it for keywords and
#   other terms. Since some elements are read, one trusts that all are.
# For a catalogue: a harvester on OWSLib gets records without title from tools that link titles, and of a block that
#   mixes "opendata" as free text with linked themes it keeps the free text alone: the INSPIRE theme, and with it the
#   category, is gone. Read title, identifier and keywords by XPath yourself: gco:CharacterString | gmx:Anchor.
#
# Seen on 2026-11-30:
#   identifier: None
#   title: None
#   abstract: Trees of the city
#   keywords, mixed block: ['opendata']
#   keywords, block of anchors: ['Protected sites']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'OWSLib==0.35.0'
"$folder/venv/bin/python" - <<'PY'
import sys

from owslib.etree import etree
from owslib.iso import MD_Metadata

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{iri}"'
    for prefix, iri in {
        "gmd": "http://www.isotc211.org/2005/gmd",
        "gco": "http://www.isotc211.org/2005/gco",
        "gmx": "http://www.isotc211.org/2005/gmx",
        "xlink": "http://www.w3.org/1999/xlink",
    }.items()
)


def anchor(text):
    return f'<gmx:Anchor xlink:href="https://data.example.org/x">{text}</gmx:Anchor>'


def block(*keywords):
    inner = "".join(f"<gmd:keyword>{keyword}</gmd:keyword>" for keyword in keywords)
    return f"<gmd:descriptiveKeywords><gmd:MD_Keywords>{inner}</gmd:MD_Keywords></gmd:descriptiveKeywords>"


record = MD_Metadata(
    etree.fromstring(
        f"""<gmd:MD_Metadata {NAMESPACES}>
  <gmd:fileIdentifier>{anchor("trees")}</gmd:fileIdentifier>
  <gmd:identificationInfo><gmd:MD_DataIdentification>
    <gmd:citation><gmd:CI_Citation><gmd:title>{anchor("Trees")}</gmd:title></gmd:CI_Citation></gmd:citation>
    <gmd:abstract>{anchor("Trees of the city")}</gmd:abstract>
    {block(anchor("Habitats and biotopes"), "<gco:CharacterString>opendata</gco:CharacterString>")}
    {block(anchor("Protected sites"))}
  </gmd:MD_DataIdentification></gmd:identificationInfo>
</gmd:MD_Metadata>"""
    )
)
info = record.identification[0]
keywords = [[keyword.name for keyword in group.keywords] for group in info.keywords]
print("identifier:", record.identifier)
print("title:", info.title)
print("abstract:", info.abstract)
print("keywords, mixed block:", keywords[0])
print("keywords, block of anchors:", keywords[1])
seen = (record.identifier, info.title, info.abstract, keywords)
stated = (None, None, "Trees of the city", [["opendata"], ["Protected sites"]])
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
