"""Backup, restore and move: the whole catalogue in one file, or into another database."""
