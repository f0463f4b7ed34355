#!/usr/bin/env bash
# pyoxigraph 0.5.13: a SPARQL query with SERVICE makes the library itself open HTTP connections, and no argument of
# Store.query turns that off.
#
# Expected: a store that is opened read-only answers from its own data, as rdflib's evaluation of SERVICE is code that an
# application can take away; the documentation of Store.query names neither SERVICE nor network access.
# Seen: `SELECT * { SERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } }` sends a POST with the inner query to that address.
# For a public SPARQL endpoint over a catalogue this lets strangers reach servers in the operator's network (SSRF). Refuse
# SERVICE before the query reaches the library, and run queries in a process that cannot open connections.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pyoxigraph==0.5.13
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pyoxigraph

asked = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        asked.append((self.command, self.headers.get("Content-Type"), body))
        answer = b'{"head": {"vars": ["s", "p", "o"]}, "results": {"bindings": []}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
query = f"SELECT * {{ SERVICE <http://127.0.0.1:{server.server_port}/> {{ ?s ?p ?o }} }}"
rows = list(pyoxigraph.Store().query(query))
print("requests that arrived:", len(asked))
for command, kind, body in asked:
    print(command, kind, " ".join(body.split())[:80])
sys.exit(0 if len(asked) == 1 and rows == [] else 1)
PYTHON
