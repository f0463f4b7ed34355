"""Looks an installation over, each check with a remedy: for `lotse doctor` and a page of the administration.

Entry points: `of_settings`, `of_data`, `of_catalog`. What is said is a message, so in each language. Imports stand in
the functions: each costs the command time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.catalog import Catalog
    from registry.city import City
    from registry.model.message import Message
    from registry.settings import Settings

_LOW_DISK_BYTES: Final = 1_000_000_000  # less free space is reported as "look"
_FULL_DISK_BYTES: Final = 50_000_000  # less free space is reported as "broken"
_VENDOR: Final = Path(__file__).parents[1] / "static" / "vendor"


class Check(NamedTuple):
    """The result of one check. `state`: ok, look or broken; `remedy` is empty for ok."""

    name: str
    state: str
    what: "str | Message"
    remedy: "str | Message" = ""

    def spoken(self, lang: str) -> "Check":
        """The same with texts in one language."""
        from registry.model.message import sentence

        return self._replace(what=sentence(self.what, lang).strip(), remedy=sentence(self.remedy, lang))


def message(code: str, **values: Any) -> "Message":
    """A message of the catalogue of messages."""
    from registry.model import message as messages

    return messages.message(code, **values)


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
        what = message("doctor-address-default", url=configured.base_url)
        yield Check("address", "look", what, message("doctor-address-default-remedy"))
    else:
        yield Check("address", "ok", configured.base_url)


def _disk(data: Path) -> Iterator[Check]:
    from registry.catalog.figures import free_bytes

    free = free_bytes(data)
    what = message("doctor-disk-free", free=free // 1_000_000, data=data.absolute())
    state = "broken" if free < _FULL_DISK_BYTES else "look" if free < _LOW_DISK_BYTES else "ok"
    yield Check("disk", state, what, "" if state == "ok" else message("doctor-disk-remedy"))


def _secret(configured: "Settings") -> Check:
    path = configured.data / "secret"
    if configured.secret:
        if min(map(len, configured.secret)) < 32:
            return Check("secret", "look", message("doctor-secret-short"), message("doctor-secret-short-remedy"))
        return Check("secret", "ok", message("doctor-secret-set"))
    if not path.exists():
        return Check("secret", "ok", message("doctor-secret-none"))
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        what = message("doctor-secret-open", path=path, mode=f"{mode:o}")
        return Check("secret", "broken", what, message("doctor-secret-open-remedy", path=path))
    return Check("secret", "ok", message("doctor-secret-file", path=path, mode=f"{mode:o}"))


def _vendor() -> Check:
    if _VENDOR.is_dir() and any(_VENDOR.iterdir()):
        return Check("styles", "ok", str(_VENDOR))
    return Check("styles", "broken", message("doctor-styles-missing", path=_VENDOR), message("doctor-styles-remedy"))


def _catalogue(configured: "Settings") -> Iterator[Check]:
    from api.data.catalogue import description, missing
    from registry.city import city
    from registry.errors import LotseError

    try:
        own = city(configured)
    except LotseError as error:
        yield Check("catalogue", "broken", error.summary, message("doctor-city-remedy"))
        return
    left = missing(description(own, configured.base_url))
    if left:
        what = message("doctor-catalogue-lacks", names=", ".join(left))
        yield Check("catalogue", "look", what, _described_where(own, configured))
    else:
        yield Check("catalogue", "ok", message("doctor-catalogue-complete"))
    if not configured.contributor:
        remedy = message("doctor-contributor-remedy")
        yield Check("contributor", "look", message("doctor-contributor-none"), remedy)


def _described_where(own: "City", configured: "Settings") -> "Message":
    """Where the missing parts of the catalogue's description are to be written."""
    from api.data.catalogue import served

    if not own.title:
        title = served(own, configured.base_url).title["en"]
        return message("doctor-catalogue-untitled-remedy", path=own.folder / "city.toml", title=title)
    return message("doctor-catalogue-remedy", path=own.folder / "city.toml")


def _letters(catalog: "Catalog", configured: "Settings") -> Check:
    waiting, refused = catalog.outbox.count("waiting"), catalog.outbox.count("refused")
    what = message("doctor-letters", waiting=waiting, refused=refused)
    if not configured.mail:
        what = message("doctor-letters-no-server", waiting=waiting, refused=refused)
        return Check("letters", "look", what, message("doctor-letters-no-server-remedy"))
    if refused or any(letter.tries for letter in catalog.outbox.newest(100)):
        return Check("letters", "look", what, message("doctor-letters-remedy"))
    return Check("letters", "ok", what)


def _waiting(catalog: "Catalog") -> Iterator[Check]:
    """What waits for people, and webhooks that were given up."""
    from registry.catalog.figures import drafts_by_state

    submitted = drafts_by_state(catalog).get("submitted", 0)
    yield Check("drafts", "ok", message("doctor-drafts", number=submitted))
    hooks = catalog.following.webhooks.all()
    if suspended := sum(hook.suspended for hook in hooks):
        what = message("doctor-webhooks", number=suspended, of=len(hooks))
        yield Check("webhooks", "look", what, message("doctor-webhooks-remedy"))


def _projections(catalog: "Catalog") -> Iterator[Check]:
    from registry.errors import LotseError
    from registry.projections.projection import OTHERS_COUNTED

    try:
        faults = dict(catalog.index.faults())
    except LotseError as error:
        yield Check("search", "broken", error.summary, message("doctor-search-remedy"))
        return
    yield from _search_server(catalog)
    state = catalog.projector.state()
    yield from (_projection(name, at) for name, at in state["projections"].items())
    if "meaning" not in state["projections"] and state["projections"]:
        yield Check("meaning", "ok", message("doctor-meaning-off"))
    yield from _rebuilds(catalog, catalog.store.epoch)
    more = faults.pop(OTHERS_COUNTED, "")
    for id, why in list(faults.items())[:20]:
        yield Check("search", "look", message("doctor-left-out", id=id, why=why),
                    message("doctor-left-out-remedy", id=id))  # fmt: skip
    if len(faults) > 20 or more:
        others = message("doctor-others-left-out", number=max(len(faults) - 20, 0), more=f" ({more})" if more else "")
        yield Check("search", "look", others, message("doctor-others-left-out-remedy"))


def _projection(name: str, at: "Mapping[str, Any]") -> Check:
    if "damaged" in at:
        what = message("doctor-projection-damaged", what=at["damaged"])
        return Check(name, "broken", what, message("doctor-projection-damaged-remedy"))
    if at["number"] is None:
        return Check(name, "look", message("doctor-projection-none"), message("doctor-projection-remedy"))
    if at["behind"] > 0:
        what = message("doctor-projection-behind", number=at["behind"])
        return Check(name, "look", what, message("doctor-projection-remedy"))
    return Check(name, "ok", message("doctor-projection-ok", number=at["number"]))


def _rebuilds(catalog: "Catalog", epoch: str) -> Iterator[Check]:
    for name, projection in catalog.projector.projections.items():
        if number := projection.resumes_after(epoch):
            what = message("doctor-rebuild", number=number)
            yield Check(name, "look", what, message("doctor-rebuild-remedy"))


def _search_server(catalog: "Catalog") -> Iterator[Check]:
    """How an Elasticsearch is."""
    from registry.errors import LotseError

    try:
        for check in catalog.index.health():
            yield Check("search server", check.state, check.what, check.remedy or "")
    except LotseError as error:
        yield Check("search server", "broken", error.summary, message("doctor-message-remedy"))


def _sources(catalog: "Catalog") -> Iterator[Check]:
    from registry.sources.crashes import is_suspended

    for source in catalog.sources.all():
        run, name = catalog.runs.last(source.name), f"source {source.name}"
        again = message("doctor-source-harvest", source=source.name)
        if run is None:
            yield Check(name, "look", message("doctor-source-never"), again)
        elif is_suspended(catalog.runs, source.name):
            remedy = message("doctor-source-suspended-remedy", source=source.name)
            yield Check(name, "look", message("doctor-source-suspended"), remedy)
        elif run.outcome in ("failed", "interrupted"):
            what = message(f"doctor-source-{run.outcome}", run=run.number, why=run.reason or "")
            yield Check(name, "look", what, again)
        elif run.outcome == "waiting":
            what = message("doctor-source-waiting", run=run.number)
            yield Check(name, "look", what, message("doctor-source-waiting-remedy", run=run.number))
        else:
            yield Check(name, "ok", message("doctor-source-ok", run=run.number, listed=run.listed))
