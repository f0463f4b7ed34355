"""Previews: the table inside a file that a distribution leads to, prepared by the worker and read by pages and API."""
