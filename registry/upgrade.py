"""How bodies that an older Lotse wrote come up to date: they are lifted when they are read."""

from collections.abc import Callable, Mapping
from typing import Any

BODY_VERSION = 2


def lift(body: dict[str, Any], version: int) -> dict[str, Any]:
    """A record as it was written by body version `version`, in the words of the current one."""
    for number in range(version, BODY_VERSION):
        body = _LIFTS[number](body)
    return body


def _licence_to_distributions(body: dict[str, Any]) -> dict[str, Any]:
    """1 -> 2: the licence of a dataset stood on the dataset; DCAT-AP has it on each distribution."""
    said = body["said"]
    if said.get("kind") not in ("dataset", "series") or not said.get("distributions"):
        return body
    licence = said.get("licence", "")
    forms = [
        form if form.get("licence") or not licence else form | {"licence": licence} for form in said["distributions"]
    ]
    return body | {"said": {key: value for key, value in said.items() if key != "licence"} | {"distributions": forms}}


_LIFTS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _licence_to_distributions}
