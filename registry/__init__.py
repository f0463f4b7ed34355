"""The catalogue itself; knows no harvester and no web."""
