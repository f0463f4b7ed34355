"""`lotse source`: the catalogues that are harvested."""

import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click
from click import argument, option

from api.commands.terminal import as_json, document, opened, opened_runs, opened_sources, say, settings, table

if TYPE_CHECKING:
    from registry.model import Run, Source

_KEYS: Final = ("name", "title", "kind", "url", "owner", "rank", "language", "schedule", "settings")
_dry_run = option("--dry-run", is_flag=True, help="Only say what would happen.")


@click.group()
def source() -> None:
    """The catalogues that are harvested."""


@source.command()
@argument("name")
@option("--kind", required=True, help="How it is read, such as ckan; another word gets the list of those there are.")
@option("--url", required=True, help="Where it is.")
@option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="A setting of that kind; may repeat.")
@option("--title", default="", help="What people call it.")
@option("--owner", default="", help="Id of the organization that answers for its records.")
@option("--rank", default=100, show_default=True, type=click.IntRange(0, 10_000), help="Smaller: nearer to the origin.")
@option("--language", default="", help="Language of words without a tag, such as de.")
@option("--schedule", default="", help="When it is due: a cron line, such as `0 3 * * *`.")
@_dry_run
@as_json
def add(
    name: str, kind: str, url: str, pairs: tuple[str, ...], title: str, owner: str, rank: int, language: str,
    schedule: str, dry_run: bool, json: bool,
) -> None:  # fmt: skip
    """Add a source; name, kind and settings are checked, nothing is fetched."""
    new_source = _source({
        "name": name, "kind": kind, "url": url, "title": title, "owner": owner, "rank": rank, "language": language,
        "schedule": schedule, "settings": _settings(pairs),
    })  # fmt: skip
    if not dry_run:
        opened_sources().add(new_source)
    if json:
        document(_shown(new_source))
    else:
        say(f"{'Would add' if dry_run else 'Added'} {name}. Next: lotse harvest {name}")


def _settings(pairs: Iterable[str]) -> dict[str, str]:
    from registry.errors import UsageError

    parsed: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise UsageError("set-form", pair=pair)
        parsed[key] = value
    return parsed


def _source(fields: dict[str, Any]) -> "Source":
    """A Source from its fields; UsageError that names a wrong one."""
    import msgspec

    from harvesters.source_kinds import check_name, check_schedule, check_source
    from registry.errors import UsageError
    from registry.model import Source

    name = fields.get("name", "")
    if unknown := [key for key in fields if key not in _KEYS]:
        raise UsageError("source-field-unknown", name=name, field=unknown[0], fields=", ".join(_KEYS))
    check_name(name)
    settings = fields.get("settings", {})
    if not isinstance(settings, dict):
        raise UsageError("source-settings-form", name=name)
    fields = {**fields, "settings": {key: _written(value) for key, value in settings.items()}}
    try:
        source = msgspec.convert(fields, Source)
    except msgspec.ValidationError as error:
        raise UsageError("source-invalid", name=name, error=error) from None
    check_source(source)
    check_schedule(source.schedule)
    return source


def _written(value: object) -> str:
    """A value of TOML as the string that `--set` would take."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@source.command("list")
@as_json
def list_(json: bool) -> None:
    """The sources there are, with their last run."""
    from registry.masking import shown
    from registry.sources.crashes import is_suspended

    runs = opened_runs()
    sources = [(source, runs.last(source.name), is_suspended(runs, source.name)) for source in opened_sources().all()]
    if json:
        document([_described(source, run, suspended) for source, run, suspended in sources])
        return
    rows = (
        (
            source.name,
            source.kind,
            _last_run(run, suspended),
            run.listed if run else "",
            source.schedule,
            shown(source.url),
        )
        for source, run, suspended in sources
    )
    table(("NAME", "KIND", "LAST RUN", "LISTED", "SCHEDULE", "URL"), rows)


def _last_run(run: "Run | None", suspended: bool) -> str:
    """How the last run ended; `suspended`: its last runs crashed, so a person has to start it."""
    return "suspended" if suspended else run.outcome if run else "never"


def _described(source: "Source", run: "Run | None", suspended: bool) -> dict[str, Any]:
    from msgspec.structs import asdict

    last = {"run": run.number, "outcome": run.outcome, "listed": run.listed} if run else None
    return {**asdict(_shown(source)), "last": last, "suspended": suspended}


def _shown(source: "Source") -> "Source":
    """The source with secrets in its address masked."""
    from msgspec.structs import replace

    from registry.masking import shown

    return replace(source, url=shown(source.url))


@source.command()
@argument("name")
@as_json
def show(name: str, json: bool) -> None:
    """What is known of a source."""
    from registry.sources.crashes import is_suspended
    from registry.store.store import Selection

    catalog, _ = opened()
    described = _described(catalog.sources.get(name), catalog.runs.last(name), is_suspended(catalog.runs, name))
    described["records"] = catalog.store.count(Selection(source=name, state="published"))
    if json:
        document(described)
        return
    settings = described.pop("settings")
    rows = [*described.items(), *((f"set {key}", value) for key, value in settings.items())]
    table(("FIELD", "VALUE"), ((key, value) for key, value in rows if value not in ("", None, False)))


@source.command()
@argument("url")
@as_json
def check(url: str, json: bool) -> None:
    """Fetch an address and say what it seems to be; nothing is kept."""
    from harvesters.probe import probe

    answer = probe(url, settings())
    if json:
        document(answer)
    else:
        table(("FIELD", "VALUE"), ((key, value) for key, value in answer.items() if value is not None))


@source.command("import")
@argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_dry_run
@as_json
def import_(file: Path, dry_run: bool, json: bool) -> None:
    """Take sources from a TOML file with `[[source]]` tables; those that are known are brought up to date."""
    sources_in_file = [_source(fields) for fields in _tables(file)]
    sources = opened_sources()
    existing = {imported.name: imported for imported in sources.all()}
    sources_in_file = [_held(imported, existing.get(imported.name)) for imported in sources_in_file]
    answer: dict[str, list[str]] = {"added": [], "changed": [], "same": []}
    for imported in sources_in_file:
        what = (
            "added" if imported.name not in existing else "same" if existing[imported.name] == imported else "changed"
        )
        answer[what].append(imported.name)
        if not dry_run and what != "same":
            (sources.add if what == "added" else sources.revise)(imported)
    if json:
        document(answer)
    else:
        say(", ".join(f"{what}: {' '.join(names) or '-'}" for what, names in answer.items()))


def _held(imported: "Source", existing: "Source | None") -> "Source":
    """The source of a file, which stays paused if it is."""
    from msgspec.structs import replace

    return replace(imported, hold=existing.hold) if existing else imported


@source.command()
@argument("name")
def pause(name: str) -> None:
    """Read a source no longer by its schedule; its records stay."""
    _hold(name, "paused")
    say(f"{name} is paused. Next: lotse source resume {name}")


@source.command()
@argument("name")
def resume(name: str) -> None:
    """Read a source by its schedule again, or approve one that was set up on a page."""
    _hold(name, "")
    say(f"{name} is read by its schedule again.")


def _hold(name: str, hold: Literal["", "paused"]) -> None:
    from msgspec.structs import replace

    sources = opened_sources()
    sources.revise(replace(sources.get(name), hold=hold))


def _tables(file: Path) -> list[dict[str, Any]]:
    from registry.errors import NotFoundError, UsageError

    try:
        parsed = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFoundError("file-missing", file=file) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("file-toml", file=file, error=error) from None
    tables = parsed.get("source")
    if (
        not isinstance(tables, list)
        or set(parsed) != {"source"}
        or not all(isinstance(entry, dict) for entry in tables)
    ):
        raise UsageError("sources-file-form", file=file)
    names = [entry.get("name") for entry in tables]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UsageError("sources-file-twice", file=file, name=twice[0])
    return tables


@source.command()
@argument("name")
@option("--yes", is_flag=True, help="Withdraw its records without asking.")
@_dry_run
@as_json
def remove(name: str, yes: bool, dry_run: bool, json: bool) -> None:
    """Remove a source and withdraw its records."""
    from registry.errors import NotReadyError, UsageError
    from registry.store.reserve import free_reserve
    from registry.store.store import Selection

    if not dry_run:
        free_reserve(settings().data)  # on a full disk this command has to write before it can make room
    catalog, _ = opened()
    catalog.sources.get(name)
    count = catalog.store.count(Selection(source=name, state="published"))
    if not dry_run and not yes:
        question = f"Remove {name} and withdraw its {count} records?"
        if not sys.stdin.isatty():
            raise UsageError("say-yes", question=question)
        click.confirm(question, abort=True, err=True)
    if not dry_run:
        with catalog.runs.hold(name):
            catalog.staging.forget(name)  # first of all, for it makes room
            count = catalog.withdraw_source(name, "Die Quelle wird nicht mehr abgefragt.")
            catalog.sources.remove(name)
        try:
            catalog.sync()
        except NotReadyError as error:
            say(f"Note: {error.message}")
    if json:
        document({"source": name, "withdrawn": count})
    else:
        say(f"{'Would remove' if dry_run else 'Removed'} {name}, {count} records withdrawn.")
