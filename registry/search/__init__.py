"""Full-text search: the query, its analysis, the index entries, ranking, and the two engines."""
