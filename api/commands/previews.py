"""`lotse preview`: prepares previews of the files behind records, as the worker does by itself."""

import click
from click import argument, option

from api.commands.terminal import PARTLY, as_json, document, opened, progress, say, table
from registry.errors import NotFoundError


@click.command()
@argument("ids", nargs=-1, metavar="[ID]…")
@option("--all", "everything", is_flag=True, help="Those of all records, also where nothing has changed.")
@as_json
def preview(ids: tuple[str, ...], everything: bool, json: bool) -> None:
    """Prepare the previews of the records with these ids; without one, those that are due.

    A file that has not changed since is not read again. Ends with 6 if some files cannot be shown.
    """
    from api.data.preview_documents import PreviewsAnswer, prepared_out
    from registry.preview.preparing import follow, to_prepare

    catalog, _ = opened()
    unknown = [id for id in ids if id not in catalog.store.taken(ids)]
    if unknown:
        raise NotFoundError("record-not-found", id=unknown[0])
    follow(catalog.store, catalog.previews)
    files = list(to_prepare(catalog.store, catalog.previews, ids, everything))
    results = []
    with progress(lines=True) as report:
        for count, (record, distribution) in enumerate(files, 1):
            results.append(prepared_out(record, distribution, catalog.previews.prepare(record, distribution)))
            if report:
                report("previews", count, len(files))
    catalog.previews.evict()
    failures = sum(result.state == "failed" for result in results)
    if json:
        document(PreviewsAnswer(tuple(results), ready=len(results) - failures, failed=failures))
    else:
        head = ("ID", "FILE", "STATE", "ROWS", "WHY")
        table(head, ((one.id, one.distribution, one.state, one.total, one.reason.get("en", "")) for one in results))
        say(f"{len(results) - failures} ready, {failures} failed")
    if failures:
        raise click.exceptions.Exit(PARTLY)
