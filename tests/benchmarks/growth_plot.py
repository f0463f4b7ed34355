"""Draws how figures grow with the catalogue, as an SVG with logarithmic axes. Entry point: `plot`."""

import math
from collections.abc import Mapping
from html import escape
from typing import Final

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 230, 20, 50
LINES: Final = {  # name of a figure -> how it is named in the picture, its colour
    "JSON search, words": ("JSON search, first time (ms)", "#0b5394"),
    "JSON search, words, again": ("JSON search, again (ms)", "#6fa8dc"),
    "search page": ("search page, first time (ms)", "#38761d"),
    "record page": ("record page, first time (ms)", "#93c47d"),
    "first harvest, s": ("first harvest (s)", "#990000"),
    "unchanged harvest, s": ("unchanged harvest (s)", "#e06666"),
    "first harvest, MB": ("memory of the first harvest (MB)", "#674ea7"),
    "disk without triples, MB": ("disk (MB)", "#7f6000"),
}


def plot(figures: Mapping[int, Mapping[str, float]]) -> str:
    """The picture. `figures`: number of records -> name -> figure."""
    sizes = sorted(figures)
    values = [figures[size][name] for size in sizes for name in LINES if name in figures[size]]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(sizes[0]), math.log10(max(sizes[-1], sizes[0] + 1))

    def x(size: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(size) - first) / (last - first)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (math.log10(value) - low) / max(high - low, 1)

    parts = [f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(10**n):.0f}" y2="{y(10**n):.0f}" stroke="#ccc"/>'
             f'<text x="{LEFT - 8}" y="{y(10**n) + 4:.0f}" text-anchor="end">{10.0**n:g}</text>'
             for n in range(low, high + 1)]  # fmt: skip
    parts += [
        f'<text x="{x(size):.0f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{size:,}</text>' for size in sizes
    ]
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">records</text>')
    for number, (name, (label, colour)) in enumerate(LINES.items()):
        points = " ".join(f"{x(size):.1f},{y(figures[size][name]):.1f}" for size in sizes if name in figures[size])
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        at = TOP + 20 + 24 * number
        parts.append(f'<rect x="{WIDTH - RIGHT + 14}" y="{at - 8}" width="14" height="4" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 34}" y="{at}">{escape(label)}</text>')
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>Growth with the number of records</title>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )
