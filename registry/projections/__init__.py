"""Projections: copies of the store's records in another form, such as the search index. They can always be rebuilt."""
