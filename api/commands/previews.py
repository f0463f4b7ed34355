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

    A file that has not changed since is not read again. Several hosts are asked at a time; a host that gives no answer
    to three addresses in a row is not asked any more. Ends with 6 if some files cannot be shown.
    """
    from api.data.preview_documents import PreviewsAnswer, failures_out, prepared_out
    from registry.preview.by_host import prepare_by_host
    from registry.preview.preparing import follow, to_prepare

    catalog, configured = opened()
    unknown = [id for id in ids if id not in catalog.store.taken(ids)]
    if unknown:
        raise NotFoundError("record-not-found", id=unknown[0])
    follow(catalog.store, catalog.previews)
    files = list(to_prepare(catalog.store, catalog.previews, ids, everything))
    with progress(lines=True) as report:

        def done(count: int) -> None:
            if report:
                report("previews", count, len(files))

        outcomes = prepare_by_host(catalog.previews, files, configured, done)
    catalog.previews.evict()
    results = [prepared_out(*outcome) for outcome in outcomes]
    failures = sum(result.state == "failed" for result in results)
    reasons = failures_out(outcome.preview for outcome in outcomes)
    if json:
        document(PreviewsAnswer(tuple(results), len(results) - failures, failures, reasons))
    else:
        head = ("ID", "FILE", "STATE", "ROWS", "WHY")
        table(
            head, ((file.id, file.distribution, file.state, file.total, file.reason.get("en", "")) for file in results)
        )
        say(f"{len(results) - failures} ready, {failures} failed")
        for failed in reasons:
            say(f"  {failed.count} × {failed.reason['en']}{' (and others like it)' if failed.count > 1 else ''}")
    if failures:
        raise click.exceptions.Exit(PARTLY)
