"""The source kinds there are, and which settings each knows."""

import difflib
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final, NamedTuple, cast

from harvesters.harvester import Harvester
from registry.errors import UsageError
from registry.model import Source

HARVESTERS: Final[Mapping[str, str]] = MappingProxyType(  # imported when asked for: a command starts without them
    {
        "ckan": "harvesters.kinds.ckan",
        "dcat": "harvesters.kinds.dcat",
        "sheet": "harvesters.kinds.sheet",
        "json": "harvesters.kinds.json",
    }
)

COMMON_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "max_withdrawals": "so many withdrawals need no approval: a number (10) or a share (50%); default: 2 or 20%",
    }
)


def harvester(kind: str) -> Harvester:
    """The module of that kind; raises UsageError that lists those there are."""
    if kind not in HARVESTERS:
        kinds = ", ".join(HARVESTERS)
        raise UsageError(
            f"There is no source kind {kind!r}. There are: {kinds}.",
            de=f"Die Art {kind!r} gibt es nicht. Es gibt: {kinds}.",
            kinds=list(HARVESTERS),
        )
    return cast(Harvester, import_module(HARVESTERS[kind]))


def check_source(source: Source) -> None:
    """Raises UsageError for an unknown kind, an address that is not http(s), or a setting it does not know."""
    known = {**COMMON_SETTINGS, **harvester(source.kind).SETTINGS}
    if not source.url.lower().startswith(("http://", "https://")):
        raise UsageError(
            f"The address {source.url!r} must begin with http:// or https://.",
            de=f"Die Adresse {source.url!r} muss mit http:// oder https:// beginnen.",
        )
    for name in source.settings:
        if not any(_fits(name, pattern) for pattern in known):
            near = difflib.get_close_matches(name, known, 1)
            meant, gemeint = (f" Did you mean {near[0]!r}?", f" Meinen Sie {near[0]!r}?") if near else ("", "")
            names = ", ".join(known)
            raise UsageError(
                f"A source of kind {source.kind!r} has no setting {name!r}.{meant} There are: {names}.",
                de=f"Eine Quelle der Art {source.kind!r} hat keine Einstellung {name!r}.{gemeint} Es gibt: {names}.",
            )
    Limit.of(source.settings)
    getattr(harvester(source.kind), "check", _no_check)(source)


def _no_check(source: Source) -> None:
    """Most kinds have settings whose names say all."""


def _fits(name: str, pattern: str) -> bool:
    """Whether a setting's name is of that pattern: `map.FIELD` fits `map.title` and `map.publisher.name`."""
    if pattern == name:
        return True
    fixed, _, free = pattern.partition(".")
    return free.replace(".", "").isupper() and name.startswith(f"{fixed}.") and name.count(".") >= pattern.count(".")


class Limit(NamedTuple):
    """How many withdrawals need no approval: a number, or a share of the published records; the larger counts."""

    number: int = 2
    share: float = 0.2

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> "Limit":
        """From the source setting `max_withdrawals`, such as 10 or 50%; raises UsageError."""
        words = settings.get("max_withdrawals", "").strip()
        if not words:
            return cls()
        number = words.removesuffix("%").strip()
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise UsageError(
                f"max_withdrawals is {words!r}; it must be a number (10) or a share (50%).",
                de=f"Die Einstellung max_withdrawals ist {words!r}; möglich sind eine Zahl (10) oder ein Anteil (50%).",
            )
        return cls(0, int(number) / 100) if words.endswith("%") else cls(int(number), 0.0)

    def passed(self, going: int, published: int) -> bool:
        return going > max(self.number, self.share * published)


DEFAULT_LIMIT: Final = Limit()
