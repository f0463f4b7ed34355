"""Which rule of a source's mapping gives a field its value: a setting of the source, a key of CKAN, an RDF property.

Entry point: `mapping_rule`. It reads the same tables as the mapping itself.
"""

from typing import Final

from harvesters.mapping import item_mapping
from registry.ckan.tables import LINKS, PACKAGE
from registry.model import Source
from registry.model.message import Message, message
from vocab.fields import Field
from vocab.namespaces import curie

ITEM_KINDS: Final = ("json", "sheet")  # kinds of sources whose items are read by `item_mapping`


def mapping_rule(source: Source, row: Field) -> Message:
    """The rule by which the harvester of this source fills a field."""
    if source.kind in ITEM_KINDS:
        return _item_rule(source, row)
    if source.kind == "ckan":
        keys = [
            key for table in (PACKAGE, LINKS) for entry in table.rows if entry.field == row.name for key in entry.keys
        ]
        return message("rule-ckan-keys", keys=", ".join(keys)) if keys else message("rule-ckan")
    return message("rule-property", property=curie(row.property))


def _item_rule(source: Source, row: Field) -> Message:
    """The settings of the source that name the field or a part of it; a constant counts before a path."""
    rules = item_mapping.rules(source)
    names = (row.name, row.all, f"links.{row.name}") if row.form == "link" else (row.name, row.all)
    constants = [f"const.{name}={value}" for name, value in rules.constants.items() if _names(name, names)]
    paths = [f"map.{name}={path}" for name, path in rules.paths.items() if _names(name, names)]
    if constants:
        return message("rule-constant", settings=", ".join((*constants, *paths)))
    if paths:
        return message("rule-mapped", settings=", ".join(paths))
    return message("rule-same-name", name=row.name)


def _names(setting: str, names: tuple[str, ...]) -> bool:
    return any(name and (setting == name or setting.startswith(f"{name}.")) for name in names)
