"""`Catalog`, which writes records, with what only it needs: ids, duplicates, overrides, the city's organizations."""

from registry.catalog.catalog import Catalog

__all__ = ["Catalog"]
