"""The Action API of CKAN (version 3, reading only), so that every client of CKAN can read this catalogue."""
