"""`lotse doctor`: checks settings, disk, secret, database, projections and sources, each with a remedy."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from api.commands.terminal import as_json, document, has_data, settings, table

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from registry.settings import Settings

_LOW_DISK_BYTES: Final = 1_000_000_000  # less free space is reported as "look"
_FULL_DISK_BYTES: Final = 50_000_000  # less free space is reported as "broken"
_LOW_CERTIFICATE_DAYS: Final = 14  # less is reported as "look"
_VENDOR: Final = Path(__file__).parents[1] / "static" / "vendor"


RESTORE: Final = (
    "Stop Lotse, put the database (and its -wal and -shm) elsewhere, then put the last backup back: lotse restore FILE"
)


class Check(NamedTuple):
    """The result of one check. `state`: ok, look or broken; `remedy` is empty for ok."""

    name: str
    state: str
    what: str
    remedy: str = ""


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
    yield from _settings(configured)
    yield _vendor()
    yield from _catalogue(configured)
    if not has_data(load()):
        yield Check("data", "look", f"nothing yet in {load().data}", "Add a source: lotse source add")
        return
    yield from _disk(configured.data)
    yield _secret(configured)
    catalog = yield from _database(configured)
    if catalog is not None:
        yield from _projections(catalog)
        yield from _sources(catalog)
        yield _letters(catalog, configured)
        yield from _waiting(catalog)
    yield from _certificate(configured)


def _settings(configured: "Settings") -> Iterator[Check]:
    from registry.settings import Settings

    if configured.base_url == Settings().base_url:
        yield Check(
            "address", "look", f"{configured.base_url} is the default", "Set LOTSE_BASE_URL to the public address."
        )
    else:
        yield Check("address", "ok", configured.base_url)


def _disk(data: Path) -> Iterator[Check]:
    from registry.catalog.figures import free_bytes

    free = free_bytes(data)
    what = f"{free / 1e9:.1f} GB free at {data.absolute()}"
    state = "broken" if free < _FULL_DISK_BYTES else "look" if free < _LOW_DISK_BYTES else "ok"
    yield Check(
        "disk",
        state,
        what,
        "" if state == "ok" else "Make room on the disk of the data folder, for example: lotse source remove NAME",
    )


def _secret(configured: "Settings") -> Check:
    path = configured.data / "secret"
    if configured.secret:
        short = min(map(len, configured.secret)) < 32
        return Check("secret", "look" if short else "ok", "set" + (", but shorter than 32 signs" if short else ""),
                     "Set a longer LOTSE_SECRET." if short else "")  # fmt: skip
    if not path.exists():
        return Check("secret", "ok", "not made yet; `lotse serve` makes it")
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return Check("secret", "broken", f"{path} can be read by others (mode {mode:o})", f"Run: chmod 600 {path}")
    return Check("secret", "ok", f"{path}, mode {mode:o}")


def _vendor() -> Check:
    if _VENDOR.is_dir() and any(_VENDOR.iterdir()):
        return Check("styles", "ok", str(_VENDOR))
    return Check("styles", "broken", f"{_VENDOR} is missing; pages have no styles", "Run: make install")


def _catalogue(configured: "Settings") -> Iterator[Check]:
    from api.data.catalogue import description, missing, served
    from registry.city import city
    from registry.errors import LotseError

    try:
        own = city(configured)
    except LotseError as error:
        yield Check("catalogue", "broken", error.message, "Correct LOTSE_CITY or the file.")
        return
    left = missing(description(own, configured.base_url))
    if left:
        remedy = (
            f"Say it in {own.folder / 'city.toml'}." if configured.city else "Set LOTSE_CITY to the city's own folder."
        )
        if not own.title:
            title = served(own, configured.base_url).title["en"]
            remedy += f" Until then harvesters read “{title}” and a publisher without a name of its own."
        yield Check("catalogue", "look", f"its description lacks {', '.join(left)}", remedy)
    else:
        yield Check("catalogue", "ok", "its description is complete")
    if not configured.contributor:
        yield Check("contributor", "look", "no contributor id", "Set LOTSE_CONTRIBUTOR if GovData harvests you.")


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
        return catalog
    yield Check("database", "ok", f"{shown}, {catalog.store.count(SHOWN)} records, change {position.number}")
    return catalog


def _letters(catalog: "Catalog", configured: "Settings") -> Check:
    waiting, refused = catalog.outbox.count("waiting"), catalog.outbox.count("refused")
    what = f"{waiting} wait, {refused} refused"
    if not configured.mail:
        return Check("letters", "look", f"{what}; no mail server", "Set LOTSE_MAIL to your mail server.")
    if refused or any(letter.tries for letter in catalog.outbox.newest(100)):
        return Check("letters", "look", what, "See the page of letters in the administration, and LOTSE_MAIL.")
    return Check("letters", "ok", what)


def _waiting(catalog: "Catalog") -> Iterator[Check]:
    """What waits for people, and webhooks that were given up."""
    from registry.catalog.figures import figures

    now = figures(catalog)
    submitted = now.drafts.get("submitted", 0)
    yield Check("drafts", "ok", f"{submitted} wait for a decision")
    if now.suspended_hooks:
        what = f"{now.suspended_hooks} of {now.hooks} are suspended"
        yield Check("webhooks", "look", what, "See: lotse hook list; then: lotse hook retry URL")


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


def _projections(catalog: "Catalog") -> Iterator[Check]:
    from registry.errors import LotseError
    from registry.projections.projection import OTHERS_COUNTED

    try:
        faults = dict(catalog.index.faults())
    except LotseError as error:
        yield Check("search", "broken", error.message, "Do what the message says, then: lotse sync")
        return
    yield from _search_server(catalog)
    state = catalog.projector.state()
    for name, at in state["projections"].items():
        if "damaged" in at:
            yield Check(
                name, "broken", f"{at['damaged']} is damaged", "Run: lotse rebuild (serve and worker do it too)"
            )
        elif at["number"] is None:
            yield Check(name, "look", "not built yet, or of another numbering", "Run: lotse sync")
        elif at["behind"] > 0:
            yield Check(name, "look", f"{at['behind']} changes behind", "Run: lotse sync")
        else:
            yield Check(name, "ok", f"at change {at['number']}")
    if "meaning" not in state["projections"] and state["projections"]:
        yield Check("meaning", "ok", "off: the search goes by words (LOTSE_MEANING)")
    yield from _rebuilds(catalog, catalog.store.epoch)
    more = faults.pop(OTHERS_COUNTED, "")
    for id, why in list(faults.items())[:20]:
        yield Check("search", "look", f"{id} is left out: {why}", f"Look at it: lotse record show {id}")
    if len(faults) > 20 or more:
        others = f"{max(len(faults) - 20, 0)} others are left out{f', and {more}' if more else ''}"
        yield Check("search", "look", others, "Mend those named, then: lotse rebuild")


def _rebuilds(catalog: "Catalog", epoch: str) -> Iterator[Check]:
    for name, projection in catalog.projector.projections.items():
        if number := projection.resumes_after(epoch):
            what = f"a rebuild is under way, or was interrupted at change {number}"
            yield Check(name, "look", what, "If none is under way, run: lotse rebuild (it goes on there)")


def _search_server(catalog: "Catalog") -> Iterator[Check]:
    """How an Elasticsearch is; its remedies in German and English, for those who operate it need not know Lotse."""
    from registry.errors import LotseError
    from registry.model.message import bilingual, sentence

    try:
        for check in catalog.index.health():
            remedy = bilingual(check.remedy) if check.remedy else ""
            yield Check("search server", check.state, sentence(check.what, "en"), remedy)
    except LotseError as error:
        yield Check("search server", "broken", error.message, "Do what the message says.")


def _sources(catalog: "Catalog") -> Iterator[Check]:
    from registry.model.message import sentence
    from registry.sources.crashes import is_suspended

    for source in catalog.sources.all():
        run = catalog.runs.last(source.name)
        name = f"source {source.name}"
        if run is None:
            yield Check(name, "look", "never harvested", f"Run: lotse harvest {source.name}")
        elif is_suspended(catalog.runs, source.name):
            what = "waits for you: its last 2 runs ended without a word (killed, or crashed)"
            yield Check(name, "look", what, f"Run: lotse harvest {source.name}; if that ends so too, report it.")
        elif run.outcome in ("failed", "interrupted"):
            why = sentence(run.reason or "", "en")
            yield Check(
                name, "look", f"run {run.number} {run.outcome} {why}".strip(), f"Run: lotse harvest {source.name}"
            )
        elif run.outcome == "waiting":
            yield Check(name, "look", f"withdrawals of run {run.number} wait", f"Run: lotse run show {run.number}")
        else:
            yield Check(name, "ok", f"run {run.number} {run.outcome}, {run.listed} listed")
