"""`lotse doctor`: checks settings, disk, secret, database, projections and sources, each with a remedy."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Final

import click

from api.admin import checkup
from api.admin.checkup import Check
from api.commands.terminal import as_json, document, has_data, settings, table

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from registry.settings import Settings

_LOW_CERTIFICATE_DAYS: Final = 14  # less is reported as "look"


RESTORE: Final = (
    "Stop Lotse, put the database (and its -wal and -shm) elsewhere, then put the last backup back: lotse restore FILE"
)


@click.command()
@as_json
def doctor(json: bool) -> None:
    """Look the whole house over; ends 0 unless something is broken."""
    checks = list(_checks())
    if json:
        document(
            {
                "broken": any(check.state == "broken" for check in checks),
                "checks": [check._asdict() for check in checks],
            }
        )
    else:
        table(
            ("STATE", "WHAT", "", "REMEDY"), ((check.state, check.name, check.what, check.remedy) for check in checks)
        )
    if any(check.state == "broken" for check in checks):
        raise click.exceptions.Exit(1)


def _checks() -> Iterator[Check]:
    from registry.errors import LotseError
    from registry.settings import load

    try:
        configured = settings()
    except LotseError as error:
        yield Check("settings", "broken", error.message, "Correct the setting that is named.")
        return
    yield from checkup.of_settings(configured)
    if not has_data(load()):
        yield Check("data", "look", f"nothing yet in {load().data}", "Add a source: lotse source add")
        return
    yield from checkup.of_data(configured)
    catalog = yield from _database(configured)
    if catalog is not None:
        yield from checkup.of_catalog(catalog, configured)
    yield from _certificate(configured)


def _database(configured: "Settings") -> Generator[Check, None, "Catalog | None"]:
    """The catalogue if it can be opened."""
    from api.commands.system_errors import system_error
    from registry.build import open_catalog
    from registry.errors import DatabaseDamagedError, LotseError
    from registry.projections.projector import UNREACHABLE
    from registry.store.database import check_pages
    from registry.store.store import SHOWN

    shown = configured.database_url.rpartition("@")[2]  # without a password
    try:
        catalog = open_catalog(configured)
        position = catalog.store.position()
    except UNREACHABLE as error:
        explained = error if isinstance(error, LotseError) else system_error(error, configured)
        what = explained.message if explained else f"{shown}: {type(error).__name__}: {error}"
        remedy = "Do what the message says." if explained else "Check LOTSE_DATABASE."
        yield Check("database", "broken", what, RESTORE if isinstance(error, DatabaseDamagedError) else remedy)
        return None
    if damage := check_pages(catalog.store.engine):
        yield Check("database", "broken", f"{shown} is damaged: {damage}", RESTORE)
        return None  # what else is asked of it would end the command
    yield Check("database", "ok", f"{shown}, {catalog.store.count(SHOWN)} records, change {position.number}")
    return catalog


def _certificate(configured: "Settings") -> Iterator[Check]:
    """How long the certificate of the public address holds; nothing where that is not https."""
    from api.commands.certificate import days_left

    if not configured.base_url.startswith("https://"):
        return
    days = days_left(configured.base_url, configured.ca_file)
    if isinstance(days, str):
        yield Check("certificate", "look", f"{configured.base_url}: {days}", "Check the proxy in front of Lotse.")
    elif days < _LOW_CERTIFICATE_DAYS:
        what = f"ends in {days} days" if days >= 0 else "has ended"
        yield Check("certificate", "look" if days >= 0 else "broken", what, "Renew it; check that your proxy does so.")
    else:
        yield Check("certificate", "ok", f"holds for {days} days")
