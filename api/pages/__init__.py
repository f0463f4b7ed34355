"""The public pages and the fragments they are built of."""
