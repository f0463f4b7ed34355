"""The only room that opens connections outward: bounded, polite, guarded against private addresses (SSRF)."""
