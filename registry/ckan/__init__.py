"""The door to CKAN packages: `to_metadata` reads one, `to_package` writes one. Pure functions."""

from registry.ckan.reading import to_metadata
from registry.ckan.writing import to_package

__all__ = ["to_metadata", "to_package"]
