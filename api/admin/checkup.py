"""Looks an installation over, each check with a remedy: for `lotse doctor` and a page of the administration.

Entry points: `of_settings`, `of_data`, `of_catalog`. Imports stand in the functions: each costs the command time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from registry.catalog import Catalog
    from registry.settings import Settings

_LOW_DISK_BYTES: Final = 1_000_000_000  # less free space is reported as "look"
_FULL_DISK_BYTES: Final = 50_000_000  # less free space is reported as "broken"
_VENDOR: Final = Path(__file__).parents[1] / "static" / "vendor"


class Check(NamedTuple):
    """The result of one check. `state`: ok, look or broken; `remedy` is empty for ok."""

    name: str
    state: str
    what: str
    remedy: str = ""


def of_settings(configured: "Settings") -> Iterator[Check]:
    """What can be said without data: addresses, styles, the description of the catalogue."""
    yield from _settings(configured)
    yield _vendor()
    yield from _catalogue(configured)


def of_data(configured: "Settings") -> Iterator[Check]:
    """The disk and the secret."""
    yield from _disk(configured.data)
    yield _secret(configured)


def of_catalog(catalog: "Catalog", configured: "Settings") -> Iterator[Check]:
    """Projections, sources, letters, and what waits."""
    yield from _projections(catalog)
    yield from _sources(catalog)
    yield _letters(catalog, configured)
    yield from _waiting(catalog)


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
    from registry.catalog.figures import drafts_by_state

    submitted = drafts_by_state(catalog).get("submitted", 0)
    yield Check("drafts", "ok", f"{submitted} wait for a decision")
    hooks = catalog.following.webhooks.all()
    if suspended := sum(hook.suspended for hook in hooks):
        what = f"{suspended} of {len(hooks)} are suspended"
        yield Check("webhooks", "look", what, "See: lotse hook list; then: lotse hook retry URL")


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
