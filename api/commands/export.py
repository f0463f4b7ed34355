"""`lotse export`: the whole published catalogue, to a file or to stdout."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import click
from click import option

from api.commands.records import pairs, where
from api.commands.terminal import LateChoice, as_json, document, opened, say
from registry.errors import UsageError


def _formats() -> Iterable[str]:
    from api.data.export import EXPORT_FORMATS

    return EXPORT_FORMATS


@click.command()
@option(
    "--format",
    "name",
    type=LateChoice(_formats),
    default="nt",
    show_default=True,
    help="How it is written.",
)
@where
@option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file, replaced when all is there.")
def export(name: str, conditions: tuple[str, ...], output: Path | None) -> None:
    """Write the whole published catalogue, record by record."""
    from api.data.catalogue import served
    from api.data.catalogue_snapshot import part
    from api.data.export import chosen, exported
    from api.text.labels import districts
    from registry.city import city

    if output is not None and not output.parent.is_dir():
        raise UsageError("folder-missing", folder=output.parent)
    catalog, configured = opened()
    own = city(configured)
    wanted: dict[str, list[str]] = {}
    for facet, value in pairs(conditions):
        wanted.setdefault(facet, []).append(value)
    records = chosen(catalog, wanted, districts(own))
    described = served(own, configured.base_url, part(catalog.store.listing()).modified)
    pieces = exported(records, name, configured.base_url, described, configured.contributor)
    if output is None:
        _write(pieces, sys.stdout.buffer)
        return
    temporary = output.with_name(f"{output.name}.part-{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            _write(pieces, file)
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
    say(f"Wrote {output}.")


@click.command()
@as_json
def dump(json: bool) -> None:
    """Write the files of /dumps/ now; the worker does so every night."""
    import msgspec

    from api.data.dumps import write_dump

    catalog, configured = opened()
    written = write_dump(catalog, configured)
    if json:
        document(msgspec.to_builtins(written))
    else:
        say(f"Wrote {written.records} records to {configured.data / 'dumps' / written.folder}.")


def _write(pieces: Iterable[bytes], file: BinaryIO) -> None:
    for piece in pieces:
        file.write(piece)
