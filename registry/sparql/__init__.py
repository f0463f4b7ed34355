"""SPARQL: the triple store, a projection, and what answers queries on it."""
