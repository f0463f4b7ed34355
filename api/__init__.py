"""The doors: pages, JSON, RDF, feeds and the `lotse` command."""
