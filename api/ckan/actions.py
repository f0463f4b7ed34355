"""The actions of CKAN's API that read, a method each; `ACTIONS` is the table of their names.

Every sentence below a method is what `help_show` answers.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from api.ckan import searching
from api.ckan.errors import CkanAuthorizationError, CkanNotFoundError, SearchQueryError
from api.ckan.packages import Packages, View
from api.ckan.parameters import Parameters, flag, needed, number, text, texts
from api.text.labels import both
from registry import city as city_room
from registry.catalog import Catalog
from registry.ckan import to_package
from registry.ckan.entries import OrganizationEntry, ResourceEntry
from registry.ckan.lists import group_of, groups, licences, organization_of, tag_of
from registry.model import Record
from registry.settings import Settings

CKAN_VERSION: Final = "2.12.0"  # the version whose answers these are
MAX_ROWS: Final = 1_000  # packages in one answer
DEFAULT_ROWS: Final = 10
MAX_LISTED: Final = 1_000  # of an `all_fields` list, of files found, of packages with an organization or group
_SEARCH_PARAMETERS: Final = frozenset((
    "q", "fq", "fq_list", "rows", "start", "sort", "facet", "facet.field", "facet.limit", "facet.mincount", "fl", "qf",
    "df", "bf", "boost", "tie", "defType", "mm", "wt", "hl", "include_private", "include_drafts", "include_deleted",
    "use_default_schema", "extras",
))  # fmt: skip


class Actions:
    """The reading actions over one catalogue."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.catalog = catalog
        self.base = settings.base_url
        self.city = city_room.city(settings)
        self.packages = Packages(catalog.store, settings.base_url)

    # -- the site

    def site_read(self, params: Parameters) -> bool:
        """True: everybody may read this catalogue."""
        return True

    def status_show(self, params: Parameters) -> dict[str, Any]:
        """The name and version of this site."""
        return {
            "ckan_version": CKAN_VERSION,
            "site_url": self.base,
            "site_title": both(self.city.title)["de"] or "Lotse",
            "site_description": both(self.city.description)["de"],
            "locale_default": "de",
            "error_emails_to": None,
            "extensions": [],
        }

    def help_show(self, params: Parameters) -> str:
        """What an action does. Parameter: name."""
        name = needed(params, "name")
        if name not in ACTIONS:
            raise CkanNotFoundError(f"Action function not found: {name[:100]}")
        return ACTIONS[name].__doc__ or ""

    def license_list(self, params: Parameters) -> list[dict[str, Any]]:
        """All licences that the catalogue knows."""
        return licences()

    def nothing(self, params: Parameters) -> list[Any]:
        """An empty list: this catalogue has none of these."""
        return []

    # -- packages

    def package_list(self, params: Parameters) -> list[str]:
        """The names of all packages, in alphabetical order. Parameters: limit, offset."""
        return _cut(list(self.packages.view().entries), params, default=None)

    def current_package_list_with_resources(self, params: Parameters) -> list[dict[str, Any]]:
        """The packages with their files, the last changed first. Parameters: limit (at most 1000), offset or page."""
        ids = _newest(self.packages.view())
        limit = min(number(params, "limit", MAX_ROWS), MAX_ROWS)
        start = number(params, "offset", max(number(params, "page", 1, least=1) - 1, 0) * limit)
        return self._packages(ids[start : start + limit])

    def package_search(self, params: Parameters) -> dict[str, Any]:
        """Packages by a query in the syntax of Solr. Parameters: q, fq, fq_list, rows (at most 1000), start, sort,
        facet.field, facet.limit, facet.mincount, fl."""
        unknown = [name for name in params if name not in _SEARCH_PARAMETERS and not name.startswith(("ext_", "hl."))]
        if unknown:
            raise SearchQueryError(f"Search Query is invalid: Invalid search parameters: {unknown[:5]}")
        rows, start = number(params, "rows", DEFAULT_ROWS), number(params, "start", 0)
        sort = text(params, "sort")
        view = self.packages.view()
        ids = searching.in_order(view, self._found(view, params), sort)
        fields = texts(params, "facet.field") if flag(params, "facet", default=True) else []
        limit, least = number(params, "facet.limit", 50, least=-1), number(params, "facet.mincount", 1)
        page = ids[start : start + min(rows, MAX_ROWS)]
        only = _fields(params)
        results = self._packages(page)
        return {
            "count": len(ids),
            "sort": sort or searching.DEFAULT_SORT,
            "results": [{name: row.get(name) for name in only if name in row} for row in results] if only else results,
            **searching.facets(view, ids, fields, limit, least),
        }

    def _found(self, view: View, params: Parameters) -> searching.Scores:
        """What `q` finds and all filters let through."""
        hits = searching.found(self.catalog, view, text(params, "q"))
        for filter in (text(params, "fq"), *texts(params, "fq_list")):
            if filter.strip():
                passed = searching.found(self.catalog, view, filter, filters=True)
                hits = {id: score for id, score in hits.items() if id in passed}
        return hits

    def package_show(self, params: Parameters) -> dict[str, Any]:
        """One package with its files. Parameter: id (its id or name)."""
        return to_package(self._record(needed(params, "id")), self.base)

    def package_autocomplete(self, params: Parameters) -> list[dict[str, str]]:
        """Packages whose name or title has these letters. Parameters: q, limit."""
        part = needed(params, "q").casefold()
        hits = [
            {
                "name": package.id,
                "title": package.title,
                "match_field": "title" if part in package.title.casefold() else "name",
                "match_displayed": package.title if part in package.title.casefold() else package.id,
            }
            for package in self.packages.view().entries.values()
            if part in package.title.casefold() or part in package.id
        ]
        return hits[: min(number(params, "limit", 10), MAX_LISTED)]

    def package_activity_list(self, params: Parameters) -> list[dict[str, Any]]:
        """The versions of a package, the newest first. Parameters: id, limit, offset."""
        id = self._id(needed(params, "id"))
        versions = list(self.catalog.store.history(id))
        listed = [
            _activity(
                "new package" if version is versions[-1] else "changed package", version.at, version.record, self.base
            )
            for version in versions
        ]
        return _cut(listed, params, default=31)

    def recently_changed_packages_activity_list(self, params: Parameters) -> list[dict[str, Any]]:
        """The packages that changed last. Parameters: limit, offset."""
        page = self.catalog.store.get_many(_cut(_newest(self.packages.view()), params, default=31))
        return [_activity("changed package", record.changed, record, self.base) for record in page.values()]

    def _packages(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        records = self.catalog.store.get_many(ids)
        return [to_package(record, self.base) for record in records.values() if record.shown]

    def _id(self, key: str) -> str:
        """The id of the record for any id that a client may have; CkanNotFoundError."""
        id = self.packages.view().ids.get(key)
        if id is None:
            raise CkanNotFoundError("Not found")
        return id

    def _record(self, key: str) -> Record:
        record = self.catalog.store.get(self._id(key))
        if record is None or not record.shown:  # withdrawn in this moment
            raise CkanNotFoundError("Not found")
        return record

    # -- files

    def resource_show(self, params: Parameters) -> dict[str, Any]:
        """One file of a package. Parameter: id."""
        uuid = needed(params, "id")
        id, _ = self.packages.view().resources.get(uuid) or ("", None)
        record = self.catalog.store.get(id) if id else None
        listed: list[dict[str, Any]] = to_package(record, self.base)["resources"] if record else []
        shown = next((resource for resource in listed if resource["id"] == uuid), None)
        if shown is None:
            raise CkanNotFoundError("Not found: Resource was not found.")
        return shown

    def resource_search(self, params: Parameters) -> dict[str, Any]:
        """Files by their fields. Parameters: query ("name:baum", may repeat: all must hold), offset, limit (at most
        1000)."""
        conditions = texts(params, "query")
        pairs = [condition.partition(":") for condition in conditions]
        wrong = [name for name, colon, _ in pairs if not colon or name not in ResourceEntry.__struct_fields__]
        if not pairs or wrong:
            raise SearchQueryError(f'Field "{(wrong or [""])[0][:60]}" not recognised in resource_search.')
        wanted = [(name, value.strip().casefold()) for name, _, value in pairs]
        view = self.packages.view()
        hits = [
            (id, resource)
            for id, resource in view.resources.values()
            if all(value in getattr(resource, name).casefold() for name, value in wanted)
        ]
        start = number(params, "offset", 0)
        page = hits[start : start + min(number(params, "limit", MAX_LISTED), MAX_LISTED)]
        records = self.catalog.store.get_many(dict.fromkeys(id for id, _ in page))
        shown = {
            resource["id"]: resource
            for record in records.values()
            for resource in to_package(record, self.base)["resources"]
        }
        results = [shown[resource.uuid] for _, resource in page if resource.uuid in shown]
        return {"count": len(hits), "results": results}

    def format_autocomplete(self, params: Parameters) -> list[str]:
        """Formats of files that have these letters. Parameters: q, limit."""
        part = needed(params, "q").casefold()
        formats = {resource.format for _, resource in self.packages.view().resources.values() if resource.format}
        return sorted(format for format in formats if part in format.casefold())[: number(params, "limit", 5)]

    # -- organizations, groups, tags

    def organization_list(self, params: Parameters) -> list[Any]:
        """The organizations of the catalogue. Parameters: all_fields, organizations, limit, offset, sort."""
        view = self.packages.view()
        wanted = texts(params, "organizations")
        listed = [owner for owner in view.organizations.values() if not wanted or owner.name in wanted]
        return self._listed(params, self._organizations(view, listed))

    def organization_autocomplete(self, params: Parameters) -> list[dict[str, str]]:
        """Organizations whose name or title has these letters. Parameters: q, limit."""
        view = self.packages.view()
        return _completed(params, self._organizations(view, list(view.organizations.values())))

    def organization_show(self, params: Parameters) -> dict[str, Any]:
        """One organization. Parameters: id (its id, name or title), include_datasets."""
        view = self.packages.view()
        owner = view.organization(needed(params, "id"))
        if owner is None:
            raise CkanNotFoundError("Not found")
        (described,) = self._organizations(view, [owner])
        return self._with_packages(params, described, f'organization:"{owner.name}"')

    def _organizations(self, view: View, listed: Sequence[OrganizationEntry]) -> list[dict[str, Any]]:
        records = self.catalog.store.get_many([owner.id for owner in listed if owner.id])
        counts = view.counts["organization"]
        return [organization_of(owner, records.get(owner.id), counts[owner.name]) for owner in listed]

    def group_list(self, params: Parameters) -> list[Any]:
        """The topics. Parameters: all_fields, groups, limit, offset, sort."""
        view, wanted = self.packages.view(), texts(params, "groups")
        listed = groups(self.base, view.counts["group"])
        return self._listed(params, [group for group in listed if not wanted or group["name"] in wanted])

    def group_autocomplete(self, params: Parameters) -> list[dict[str, str]]:
        """Topics whose name or title has these letters. Parameters: q, limit."""
        return _completed(params, groups(self.base, {}))

    def group_show(self, params: Parameters) -> dict[str, Any]:
        """One topic. Parameters: id (its id or name), include_datasets."""
        group = group_of(needed(params, "id"), self.base, self.packages.view().counts["group"])
        if group is None:
            raise CkanNotFoundError("Not found")
        return self._with_packages(params, group, f"groups:{group['name']}")

    def group_package_show(self, params: Parameters) -> list[dict[str, Any]]:
        """The packages of a topic. Parameters: id, limit (at most 1000)."""
        group = group_of(needed(params, "id"), self.base, {})
        if group is None:
            raise CkanNotFoundError("Not found")
        rows = number(params, "limit", MAX_ROWS)
        packages: list[dict[str, Any]] = self.package_search({"fq": f"groups:{group['name']}", "rows": rows})["results"]
        return packages

    def tag_list(self, params: Parameters) -> list[Any]:
        """The keywords. Parameters: query (only those with these letters), all_fields."""
        if text(params, "vocabulary_id"):
            raise CkanNotFoundError(f'could not find vocabulary "{text(params, "vocabulary_id")[:100]}"')
        part = text(params, "query").casefold()
        listed = sorted(tag for tag in self.packages.view().counts["tag"] if part in tag.casefold())
        return [tag_of(tag, self.base) for tag in listed] if flag(params, "all_fields") else listed

    def tag_search(self, params: Parameters) -> dict[str, Any]:
        """Keywords that have these letters. Parameters: query, limit, offset."""
        listed = self.tag_list({"query": text(params, "query"), "all_fields": True})
        return {"count": len(listed), "results": _cut(listed, params, default=MAX_LISTED)}

    def tag_autocomplete(self, params: Parameters) -> list[str]:
        """Keywords that begin with these letters. Parameters: query or q, limit."""
        part = (text(params, "q") or text(params, "query")).casefold()
        listed = sorted(tag for tag in self.packages.view().counts["tag"] if tag.casefold().startswith(part))
        return listed[: number(params, "limit", 10)]

    def tag_show(self, params: Parameters) -> dict[str, Any]:
        """One keyword. Parameters: id (the word), include_datasets."""
        view, wanted = self.packages.view(), needed(params, "id")
        tags = (tag_of(word, self.base) for word in ([wanted] if wanted in view.counts["tag"] else view.counts["tag"]))
        tag = next((tag for tag in tags if wanted in (tag["name"], tag["id"])), None)
        if tag is None:
            raise CkanNotFoundError("Not found")
        return self._with_packages(params, tag, 'tags:"{}"'.format(tag["name"].replace('"', '\\"')))

    def _listed(self, params: Parameters, things: list[dict[str, Any]]) -> list[Any]:
        """Organizations or groups: their names, or all fields; by name, or by the number of their packages."""
        field, _, direction = text(params, "sort").partition(" ")
        if field in ("title", "name", "package_count", "packages"):
            key = "package_count" if field == "packages" else field
            things = sorted(things, key=lambda thing: thing[key], reverse=direction.strip().lower() == "desc")
        if flag(params, "all_fields"):
            return _cut(things, params, default=MAX_LISTED)
        return _cut([thing["name"] for thing in things], params, default=None)

    def _with_packages(self, params: Parameters, thing: dict[str, Any], filter: str) -> dict[str, Any]:
        if flag(params, "include_datasets"):
            thing["packages"] = self.package_search({"fq": filter, "rows": MAX_LISTED})["results"]
        return thing


def refuse_writing(name: str) -> None:
    """CkanAuthorizationError for an action of CKAN that writes: there is an API of our own for it."""
    if name.endswith(("_create", "_update", "_patch", "_delete", "_purge", "_revise", "_upsert", "_invite")):
        raise CkanAuthorizationError("Access denied: this API is for reading")


def _newest(view: View) -> list[str]:
    """All packages, the last changed first."""
    return searching.in_order(view, dict.fromkeys(view.entries, 0.0), "metadata_modified desc")


def _cut(listed: list[Any], params: Parameters, default: int | None) -> list[Any]:
    start = number(params, "offset", 0)
    limit = number(params, "limit", -1 if default is None else default, least=-1)
    return listed[start:] if limit < 0 else listed[start : start + limit]


def _completed(params: Parameters, things: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Id, name and title of those whose name or title has the letters of `q`."""
    part = text(params, "q").casefold()
    named = [thing for thing in things if part in thing["name"].casefold() or part in thing["title"].casefold()]
    return [{key: thing[key] for key in ("id", "name", "title")} for thing in named][: number(params, "limit", 20)]


def _fields(params: Parameters) -> list[str]:
    """The fields of `fl`, with commas or blanks between them."""
    names = [name for part in texts(params, "fl") for name in part.replace(",", " ").split()]
    return [] if "*" in names else names


def _activity(kind: str, at: datetime | None, record: Record, base: str) -> dict[str, Any]:
    package = to_package(record, base)
    moment = (at or datetime.fromtimestamp(0, UTC)).astimezone(UTC).replace(tzinfo=None)
    return {
        "id": f"{package['id']}.{record.number}",
        "timestamp": moment.isoformat(timespec="microseconds"),
        "user_id": None,
        "object_id": package["id"],
        "activity_type": kind,
        "data": {"package": {name: package[name] for name in ("id", "name", "title")}},
    }


_EMPTY: Final = (
    "user_list", "vocabulary_list", "resource_view_list", "package_relationships_list", "organization_list_for_user",
    "group_list_authz", "member_list", "related_list",
)  # fmt: skip
ACTIONS: Final[Mapping[str, Callable[[Actions, Parameters], Any]]] = {
    name: method for name, method in vars(Actions).items() if not name.startswith("_") and name != "nothing"
} | dict.fromkeys(_EMPTY, Actions.nothing)
