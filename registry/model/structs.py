"""Which struct holds a node class of `vocab/fields.py`. Entry point: `struct_of`.

`registry.model` does not re-export it: that would load the table of fields with every use of a struct.
"""

from functools import cache

from registry import model
from vocab.fields import STRUCTS


@cache
def struct_of(cls: str) -> type[model.Node]:
    """The struct of a node class, such as "Association": Participation."""
    struct: type[model.Node] = getattr(model, STRUCTS.get(cls, cls))
    return struct
