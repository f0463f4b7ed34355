"""The source kinds, one module each, and nothing else. No kind imports another."""
