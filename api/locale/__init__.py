"""Translations of the pages: German is the source language, `*.po` hold the others."""
