"""The address of a part of a table: parameters of a preview's page, read and written.

Entry points: `parse` (parameters -> `Asked`), `Asked.url`. The same parameters as of the JSON API: `sort`, `where` (may
repeat), `size`, `page`, `table`; and for pages `view`, `x`, `y`, `measure`, `columns`. The form of a filter sends
`column` and `value`, which `parse` turns into a `where`.
"""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace

VIEWS: Final = ("chart", "map")  # the other forms of a table
DEFAULT_SIZE: Final = 50
MAX_SIZE: Final = 200  # rows on a page for people; programs may ask for more
MAX_PAGE: Final = 1_000_000
MAX_VALUES: Final = 20  # filters, columns
MAX_CHARACTERS: Final = 300  # of a parameter


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """What part of a table is asked for, and in which form. `where`: as written, `COLUMN:VALUE`; `columns`: those that
    are shown, all for (); `x`, `y`, `measure`: of a chart; `table`: of a file with several, the first one for ""."""

    sort: str = ""
    where: tuple[str, ...] = ()
    size: int = DEFAULT_SIZE
    page: int = 1
    view: str = ""
    x: str = ""
    y: str = ""
    measure: str = ""
    columns: tuple[str, ...] = ()
    table: str = ""

    def url(self, path: str) -> str:
        """The address of this part, with the parameters that differ from the default."""
        pairs = [
            *(
                (name, getattr(self, name))
                for name in ("table", "view", "x", "y", "measure", "sort")
                if getattr(self, name)
            ),
            *(("where", pair) for pair in self.where),
            *(("columns", name) for name in self.columns),
            *([("size", str(self.size))] if self.size != DEFAULT_SIZE else []),
            *([("page", str(self.page))] if self.page != 1 else []),
        ]
        return f"{path}?{urlencode(pairs, safe=':')}" if pairs else path

    def selection_url(self, path: str) -> str:
        """The address of all rows of this part, for a file or for programs."""
        return Asked(sort=self.sort, where=self.where, table=self.table).url(path)

    def sorted_by(self, name: str) -> "Asked":
        """The next order by a column: the smallest first, then the largest first, then the file's own order."""
        following = {name: f"-{name}", f"-{name}": ""}
        return replace(self, sort=following.get(self.sort, name), page=1)

    def without(self, pair: str) -> "Asked":
        return replace(self, where=tuple(other for other in self.where if other != pair), page=1)


def parse(params: Iterable[tuple[str, str]]) -> tuple[Asked, bool]:
    """What is asked for; and whether it came from the form of a filter, whose address should be the canonical one."""
    single: dict[str, str] = {}
    lists: dict[str, list[str]] = {"where": [], "columns": []}
    for name, value in params:
        value = value[:MAX_CHARACTERS]
        if name in lists and value:
            lists[name] = [*lists[name], value][:MAX_VALUES]
        elif value:
            single.setdefault(name, value)
    column = single.get("column", "")
    added = (f"{column}:{single.get('value', '').strip()}",) if column else ()
    where = tuple(dict.fromkeys((*lists["where"], *added)))
    asked = Asked(
        sort=single.get("sort", ""),
        where=where,
        size=_number(single.get("size"), DEFAULT_SIZE, MAX_SIZE),
        page=1 if column else _number(single.get("page"), 1, MAX_PAGE),
        view=single["view"] if single.get("view") in VIEWS else "",
        x=single.get("x", ""),
        y=single.get("y", ""),
        measure=single.get("measure", ""),
        columns=tuple(dict.fromkeys(lists["columns"])),
        table=single.get("table", ""),
    )
    return asked, bool(column)


def _number(text: str | None, default: int, most: int) -> int:
    return min(max(int(text), 1), most) if text and text.isascii() and text.isdigit() and len(text) < 12 else default
