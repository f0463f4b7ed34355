"""`lotse doctor`: checks settings, disk, secret, database, projections and sources, each with a remedy."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Final

import click

from api.admin import checkup
from api.admin.checkup import Check, message
from api.commands.terminal import as_json, document, has_data, settings, table, terminal_language

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from registry.settings import Settings

_LOW_CERTIFICATE_DAYS: Final = 14  # less is reported as "look"


@click.command()
@click.option(
    "--lang",
    type=click.Choice(("de", "en")),
    help="The language of what is said; without it that of the terminal (LANG), and English for JSON.",
)
@as_json
def doctor(lang: str | None, json: bool) -> None:
    """Look the whole house over; ends 0 unless something is broken."""
    spoken = lang or ("en" if json else terminal_language())
    checks = [check.spoken(spoken) for check in _checks()]
    is_broken = any(check.state == "broken" for check in checks)
    if json:
        document({"broken": is_broken, "checks": [check._asdict() for check in checks]})
    else:
        head = ("STATE", "WHAT", "", "REMEDY") if spoken == "en" else ("ZUSTAND", "WAS", "", "ABHILFE")
        table(head, ((check.state, check.name, check.what, check.remedy) for check in checks))
    if is_broken:
        raise click.exceptions.Exit(1)


def _checks() -> Iterator[Check]:
    from registry.errors import LotseError
    from registry.settings import load

    try:
        configured = settings()
    except LotseError as error:
        yield Check("settings", "broken", error.summary, message("doctor-settings-remedy"))
        return
    yield from checkup.of_settings(configured)
    if not has_data(load()):
        yield Check("data", "look", message("doctor-data-none", data=load().data), message("doctor-data-none-remedy"))
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
        what = explained.summary if explained else f"{shown}: {type(error).__name__}: {error}"
        is_damaged = isinstance(error, DatabaseDamagedError)
        remedy = (
            "doctor-database-restore"
            if is_damaged
            else "doctor-message-remedy"
            if explained
            else "doctor-database-setting"
        )
        yield Check("database", "broken", what, message(remedy))
        return None
    if damage := check_pages(catalog.store.engine):
        what = message("doctor-database-page", database=shown, damage=damage)
        yield Check("database", "broken", what, message("doctor-database-restore"))
        return None  # what else is asked of it would end the command
    records = catalog.store.count(SHOWN)
    yield Check(
        "database", "ok", message("doctor-database-ok", database=shown, records=records, number=position.number)
    )
    return catalog


def _certificate(configured: "Settings") -> Iterator[Check]:
    """How long the certificate of the public address holds; nothing where that is not https."""
    from api.commands.certificate import days_left

    if not configured.base_url.startswith("https://"):
        return
    days = days_left(configured.base_url, configured.ca_file)
    if isinstance(days, str):
        yield Check(
            "certificate", "look", f"{configured.base_url}: {days}", message("doctor-certificate-unread-remedy")
        )
    elif days < _LOW_CERTIFICATE_DAYS:
        what = message("doctor-certificate-ends", days=days) if days >= 0 else message("doctor-certificate-ended")
        yield Check("certificate", "look" if days >= 0 else "broken", what, message("doctor-certificate-remedy"))
    else:
        yield Check("certificate", "ok", message("doctor-certificate-ok", days=days))
