"""What programs read: the JSON API, RDF, feeds, dumps, and the documents that describe them."""
