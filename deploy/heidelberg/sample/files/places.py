"""Places of the sample files: the districts with a point inside each, and streets."""

import random
from typing import Final

# District -> longitude and latitude of a point inside it, and how large it is beside the others.
DISTRICTS: Final[dict[str, tuple[float, float, int]]] = {
    "Altstadt": (8.706, 49.411, 9),
    "Bahnstadt": (8.652, 49.402, 7),
    "Bergheim": (8.678, 49.409, 7),
    "Boxberg": (8.703, 49.365, 4),
    "Emmertsgrund": (8.708, 49.357, 6),
    "Handschuhsheim": (8.686, 49.433, 17),
    "Kirchheim": (8.663, 49.379, 16),
    "Neuenheim": (8.683, 49.419, 13),
    "Pfaffengrund": (8.637, 49.402, 8),
    "Rohrbach": (8.693, 49.375, 16),
    "Schlierbach": (8.745, 49.415, 3),
    "Südstadt": (8.688, 49.388, 5),
    "Weststadt": (8.684, 49.400, 12),
    "Wieblingen": (8.640, 49.430, 10),
    "Ziegelhausen": (8.765, 49.420, 9),
}
STREETS: Final = (
    "Ahornweg", "Am Bach", "Bachstraße", "Bergstraße", "Birkenallee", "Blumenstraße", "Brückenstraße", "Gartenweg",
    "Hauptstraße", "Kirchstraße", "Lindenplatz", "Marktplatz", "Mühlweg", "Schillerplatz", "Schulstraße", "Uferweg",
)  # fmt: skip
_WEIGHTS: Final = [size for _, _, size in DISTRICTS.values()]


def district(chance: random.Random) -> str:
    """A district, a large one more often than a small one."""
    return chance.choices([*DISTRICTS], _WEIGHTS)[0]


def point(chance: random.Random, name: str) -> tuple[float, float]:
    """Longitude and latitude near the middle of a district."""
    longitude, latitude, _ = DISTRICTS[name]
    return round(longitude + chance.uniform(-0.006, 0.006), 5), round(latitude + chance.uniform(-0.004, 0.004), 5)
