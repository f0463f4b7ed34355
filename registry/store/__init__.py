"""The truth: records, history and links in SQLite or PostgreSQL."""
