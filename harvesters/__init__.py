"""How other catalogues come in."""
