"""`Ids`: where links between the items of a source lead."""

from collections.abc import Collection, Mapping

import msgspec


class Ids(msgspec.Struct, frozen=True):
    """Where `remote:` links lead. `stored`: remote id -> record id; `coming`: remote ids that may get a record in this
    run. `base_url`: what our own IRIs begin with, for which no source speaks."""

    stored: Mapping[str, str] = {}
    coming: Collection[str] = ()
    base_url: str = ""
