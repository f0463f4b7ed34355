"""What the values of a column look like: their shapes, in which each digit is a 9, and what the digits say beside them.

Entry point: `Shapes`. Pure; `registry.preview.shape_counts` collects them with DuckDB.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

from registry.preview.cells import form, is_placeholder


class Shape(NamedTuple):
    """Values that differ in their digits only. `text`: in small letters, each digit as 9; `number`: how many."""

    text: str
    number: int


class Flags(NamedTuple):
    """What the digits of the values of a column say, which their shapes do not; each of at least one value."""

    leading_zero: bool = False  # a zero before another digit: 01067
    below_one_dot: bool = False  # 0.123
    below_one_comma: bool = False
    last_zero: bool = False  # two decimals or more of which the last one is a zero: 41.10
    first_above_12: bool = False  # 31/01/2026
    second_above_12: bool = False
    beyond_day: bool = False  # 26:30
    midnight: bool = False  # 24:00
    no_compact_date: bool = False  # eight digits that are no day


NO_FLAGS: Final = Flags()


class Shapes:
    """The shapes of a column. `complete`: False if some are unknown, because words are among the values.
    `is_geometry`: all values are shapes as WKT in degrees."""

    def __init__(
        self,
        name: str,
        shapes: Sequence[Shape],
        flags: Flags = NO_FLAGS,
        *,
        complete: bool = True,
        is_geometry: bool = False,
    ) -> None:
        self.name = name
        self.is_geometry = is_geometry
        self.flags = flags
        self.placeholders = [shape for shape in shapes if is_placeholder(shape.text)]
        self.values = [shape for shape in shapes if not is_placeholder(shape.text)]
        self.complete = complete

    @cached_property
    def forms(self) -> dict[str, list[Shape]]:
        """Form -> its shapes; the form "" are words."""
        forms: dict[str, list[Shape]] = {}
        for shape in self.values:
            forms.setdefault(form(shape.text), []).append(shape)
        return forms

    @cached_property
    def numbers(self) -> dict[str, list[Shape]] | None:
        """Form of number -> its shapes, if all values are numbers; else None."""
        if not self.complete or not self.values or any(not name.startswith("number ") for name in self.forms):
            return None
        numbers: dict[str, list[Shape]] = {}
        for name, shapes in self.forms.items():
            numbers.setdefault(name.split()[1], []).extend(shapes)
        return numbers

    def are(self, *kinds: str) -> bool:
        """Whether all values are of these kinds."""
        return self.complete and bool(self.values) and all(name.split(" ")[0] in kinds for name in self.forms)
