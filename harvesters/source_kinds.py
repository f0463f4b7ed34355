"""The source kinds there are: every module of `harvesters/kinds` is one, under its own name.

A new kind is a new module there; nothing else names it. Modules are imported when asked for, so that a command starts
without them. `harvester(kind)` is the module, `label(kind)` what people call it; `check_source`, `check_name` and
`check_schedule` say what a source must be.
"""

import difflib
import pkgutil
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple, cast

from harvesters.bounds import BOUND_SETTINGS, RunBounds
from harvesters.harvester import Harvester
from registry.errors import UsageError
from registry.model import Source, Text
from registry.model.message import message

_PACKAGE: Final = "harvesters.kinds"
_FOLDER: Final = str(Path(__file__).with_name("kinds"))
SOURCE_KINDS: Final = tuple(sorted(module.name for module in pkgutil.iter_modules([_FOLDER])))

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
COMMON_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "max_withdrawals": "so many withdrawals need no approval: a number (10) or a share (50%); default: 2 or 20%",
        **BOUND_SETTINGS,
    }
)


def harvester(kind: str) -> Harvester:
    """The module of that kind; raises UsageError that lists those there are."""
    if kind not in SOURCE_KINDS:
        raise UsageError("source-kind-unknown", {"kinds": list(SOURCE_KINDS)}, kind=kind, kinds=", ".join(SOURCE_KINDS))
    return cast(Harvester, import_module(f"{_PACKAGE}.{kind}"))


def label(kind: str) -> Text:
    """What people call a kind, by language; one that is no longer there is called by its name."""
    return harvester(kind).LABEL if kind in SOURCE_KINDS else {"und": kind}


def check_source(source: Source) -> None:
    """Raises UsageError for an unknown kind, an address that is not http(s), or a setting it does not know."""
    settings = {**COMMON_SETTINGS, **harvester(source.kind).SETTINGS}
    if not source.url.lower().startswith(("http://", "https://")):
        raise UsageError("address-scheme", url=source.url)
    for name in source.settings:
        if not any(_fits(name, pattern) for pattern in settings):
            near = difflib.get_close_matches(name, settings, 1)
            hint = message("did-you-mean", near=repr(near[0])) if near else ""
            raise UsageError(
                "source-setting-unknown", kind=source.kind, name=name, hint=hint, names=", ".join(settings)
            )
    Limit.of(source.settings)
    RunBounds.of(source.settings)
    getattr(harvester(source.kind), "check", _no_check)(source)


def check_name(name: str) -> None:
    """UsageError for a name that no source may have."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError("source-name-form", name=name)


def check_schedule(line: str) -> None:
    """UsageError for a schedule that is no cron line; "" is one that never comes up."""
    from cronsim import CronSim, CronSimError  # late: most commands need no schedule

    if line:
        try:
            CronSim(line, datetime.now(UTC))
        except CronSimError as error:
            raise UsageError("schedule-form", line=line, error=error) from None


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
        """The limit in the source setting `max_withdrawals`, such as 10 or 50%; UsageError for any other text."""
        text = settings.get("max_withdrawals", "").strip()
        if not text:
            return cls()
        number = text.removesuffix("%").strip()
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise UsageError("setting-max-withdrawals", value=text)
        return cls(0, int(number) / 100) if text.endswith("%") else cls(int(number), 0.0)

    def passed(self, going: int, published: int) -> bool:
        """Whether that many withdrawals of `published` records need approval."""
        return going > max(self.number, self.share * published)


DEFAULT_LIMIT: Final = Limit()
