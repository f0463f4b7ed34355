#!/usr/bin/env bash
# tantivy: words of 40 bytes or more are not indexed, and a search for one becomes a query that finds nothing.
#
# Package: tantivy 0.27.0.
# Input: the title "Abfallwirtschaftssatzungsänderungsverordnung 2026" (44 letters) in a field with the analysers
#   "default" and "de_stem", searched by its own word; and a shorter one to compare.
# Behaviour: no hit in either field. parse_query() gives EmptyQuery without an error; together with another word,
#   "2026", the long one is dropped from the query and the other one alone decides.
# Expected: a hit. The bound is the filter RemoveLongFilter of the Rust library, which both analysers have with 40 bytes
#   of UTF-8, so an umlaut counts twice. Lucene's StandardAnalyzer goes up to 255 characters.
# For a catalogue: German by-laws, plans and forms have such names. Who searches for exactly the title of a record does
#   not find it, and with two words everything with the second one is found. Register an analyser of your own:
#   TextAnalyzerBuilder(Tokenizer.simple()) with lowercase and stemmer, without remove_long or with a large bound.
#
# Seen on 2026-11-30:
#   44 letters, 45 bytes  default: 0 hits  de_stem: 0 hits  query: Query(EmptyQuery)
#   34 letters, 35 bytes  default: 1 hits  de_stem: 1 hits
#   own analyser          44 letters: 1 hits
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'tantivy==0.27.0'
"$folder/venv/bin/python" - <<'PY'
import sys

from tantivy import Document, Filter, Index, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

LONG = "Abfallwirtschaftssatzungsänderungsverordnung"
SHORT = "Abfallwirtschaftsgebührensatzungen"
builder = SchemaBuilder()
for name in ("default", "de_stem", "own"):
    builder.add_text_field(name, tokenizer_name=name)
index = Index(builder.build())
index.register_tokenizer("own", TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).build())
writer = index.writer()
for title in (LONG + " 2026", SHORT + " 2025"):
    writer.add_document(Document(default=title, de_stem=title, own=title))
writer.commit()
index.reload()
searcher = index.searcher()


def hits(text, field):
    return searcher.search(index.parse_query(text, [field]), 10).count


query = repr(index.parse_query(LONG, ["default"]))
size = len(LONG.encode())
long_hits = (hits(LONG, "default"), hits(LONG, "de_stem"))
short_hits = (hits(SHORT, "default"), hits(SHORT, "de_stem"))
own = hits(LONG, "own")
short_size = len(SHORT.encode())
print(f"{len(LONG)} letters, {size} bytes  default: {long_hits[0]} hits  de_stem: {long_hits[1]} hits  query: {query}")
print(f"{len(SHORT)} letters, {short_size} bytes  default: {short_hits[0]} hits  de_stem: {short_hits[1]} hits")
print(f"own analyser          {len(LONG)} letters: {own} hits")
stated = (44, 45, (0, 0), "Query(EmptyQuery)", 35, (1, 1), 1)
seen = (len(LONG), size, long_hits, query, short_size, short_hits, own)
sys.exit(0 if seen == stated else "This is not what the header states.")
PY
