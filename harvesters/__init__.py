"""Harvesting: reads the catalogues of others and writes their records into ours."""
