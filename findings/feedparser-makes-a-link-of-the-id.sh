#!/usr/bin/env bash
# Atom: feedparser gives the id of an entry as its link, also if that is a URN, and the same for the feed.
#
# Package: feedparser 6.0.14.
# Input: an Atom feed with ids of the form urn:uuid:..., an entry without any link (its text is in the feed), and one
#   whose only link is the file itself (rel="enclosure").
# Behaviour: entry.link and feed.link are "urn:uuid:...". There is no mark that tells this from a link that was there.
# Expected: no link, as feedparser does for other elements that are missing (AttributeError, or None from get()). RFC
#   4287 section 4.2.6: an id is an identifier that must not be taken for an address; section 4.1.2 allows an entry
#   without a link if it has content.
# For a catalogue: lists of news or of changed datasets made from feeds show links that no browser opens, and comparing
#   by link where ids were meant (or the reverse) works until a feed has both. Look in entry.links for rel="alternate".
#
# Seen on 2026-11-30:
#   feed: link urn:uuid:00000000-0000-4000-8000-000000000000
#   entry without link: link urn:uuid:00000000-0000-4000-8000-000000000001, links []
#   entry with file: link urn:uuid:00000000-0000-4000-8000-000000000002, links ['enclosure']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'feedparser==6.0.14'
"$folder/venv/bin/python" - <<'PY'
import sys

import feedparser

ID = "urn:uuid:00000000-0000-4000-8000-00000000000"
atom = f"""<feed xmlns="http://www.w3.org/2005/Atom">
<id>{ID}0</id><title>Changes</title><updated>2026-05-01T10:00:00Z</updated><author><name>City</name></author>
<entry><id>{ID}1</id><title>Trees</title><updated>2026-05-01T10:00:00Z</updated><content>New trees</content></entry>
<entry><id>{ID}2</id><title>Roads</title><updated>2026-05-01T10:00:00Z</updated><content>New roads</content>
<link rel="enclosure" href="https://data.example.org/roads.csv" type="text/csv"/></entry>
</feed>"""
feed = feedparser.parse(atom)
entries = [(entry.link, [link.rel for link in entry.get("links", [])]) for entry in feed.entries]
print("feed: link", feed.feed.link)
for name, (link, links) in zip(("entry without link", "entry with file"), entries):
    print(f"{name}: link {link}, links {links}")
stated = (ID + "0", [(ID + "1", []), (ID + "2", ["enclosure"])])
sys.exit(0 if (feed.feed.link, entries) == stated else "This is not what the header states.")
PY
