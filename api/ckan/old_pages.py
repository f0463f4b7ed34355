"""The addresses of CKAN's pages (`/dataset/{name or uuid}`, `/organization/{name}`), for links from before Lotse.

Entry point: `old_page`.
"""

from collections.abc import Callable
from itertools import islice
from typing import Final

from api.web.addresses import local_path, page
from api.web.negotiate import DATA, by_suffix
from registry.catalog import Catalog
from registry.errors import NotFoundError
from registry.model import Record
from registry.store.store import Selection

MAX_OLD_RECORDS: Final = 20  # records with the same remote id (of different sources) that are considered


def old_page(catalog: Catalog, base: str, name: str, kinds: tuple[str, ...], id_of: Callable[[str], str]) -> str:
    """The path of our page, with the suffix of `name` if it has one; also of withdrawn records.

    `name`: our id, the id of the source, or what `id_of` gives our id ("" = none) for. NotFoundError.
    """
    stem, form = by_suffix(name, DATA)
    record = catalog.store.get(stem) or _of_source(catalog, stem, kinds) or catalog.store.get(id_of(stem))
    if record is None:
        raise NotFoundError("record-unknown-named", id=stem[:100])
    path = local_path(base, page(record.kind, record.id))
    return f"{path}.{form.name}" if form else path


def _of_source(catalog: Catalog, remote_id: str, kinds: tuple[str, ...]) -> Record | None:
    records = islice(catalog.store.find(Selection(remote_id=remote_id)), MAX_OLD_RECORDS)
    candidates = [record for record in records if record.kind in kinds]
    return min(candidates, key=lambda record: record.state != "published", default=None)
