"""The agents of a CKAN package: publisher, creators, contacts, the others of GovData's extras, and who has which role.

Entry points: `agents`, `participants`.
"""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from registry.ckan.readers import Unread, as_text, distinct, listed, without_empty, written_object
from registry.ckan.tables import AGENT, CONTACT, PARTICIPATION, fill
from registry.model import Agent, Contact, Finding, Participation, Period
from vocab.language_tags import are_known


def agents(unread: Unread, fields: dict[str, Any], dkan: bool) -> None:
    """Fills the fields of agents. Without a publisher the author is taken (as Berlin's portal means it); without a
    contact the maintainer, else the author. `dkan`: the package is one of DKAN. GovData's `maintainer_name` is a
    custodian as well, CKAN's `maintainer` is not."""
    prefixes = {key.partition("_")[0] for key in unread.values}
    roles = _ogd_contacts(unread)

    def named(prefix: str) -> tuple[Agent, ...]:
        return _described(unread, prefix, contact=False) if prefix in prefixes else ()

    def reachable(prefix: str) -> tuple[Contact, ...]:
        return _described(unread, prefix, contact=True) if prefix in prefixes else ()

    publishers = named("publisher") or roles.get("veroeffentlichende_stelle", ()) or _organization(unread, dkan)
    authors = named("author") + roles.get("autor", ())
    contacts = reachable("contact") or tuple(map(_as_contact, roles.get("ansprechpartner", ())))
    custodians = _others(named("maintainer"), contacts) if contacts else _maintainers(unread)
    contacts = contacts or reachable("maintainer") or reachable("author")
    contacts = contacts or tuple(_as_contact(author) for author in authors if author.email)
    if not publishers and authors:
        publishers = authors[:1]
        unread.add_finding("value-mended", "publisher", _name_of(authors[0]))
    for other in publishers[1:]:
        unread.add_finding("value-extra", "publisher", _name_of(other))
    creators = named("creator")
    agents_by_field = {
        "creators": creators + _others(authors, creators),
        "contacts": contacts,
        "custodians": custodians + roles.get("vertrieb", ()),
        "originators": named("originator"),
        "contributors": publishers[1:] + named("contributor"),
    }
    fields.update((field, distinct(found_agents)) for field, found_agents in agents_by_field.items() if found_agents)
    if publishers:
        fields["publisher"] = publishers[0]


PARTICIPANTS_KEY: Final = "qualified_attribution"  # of ckanext-dcat


def participants(unread: Unread, fields: dict[str, Any]) -> None:
    """Fills `participants` from the agents with a role. An entry without a readable agent or role stays as it is."""
    value = unread.values.get(PARTICIPANTS_KEY)
    entries = listed(value) if value is not None else []
    read, unread_entries = [], []
    for entry in entries:
        found_participations, remainder = _participations(unread, entry) if isinstance(entry, dict) else ([], entry)
        read += found_participations
        unread_entries += [remainder] if remainder else []
    if read:
        fields["participants"] = distinct(read)
        del unread.values[PARTICIPANTS_KEY]
        if unread_entries:
            unread.values[PARTICIPANTS_KEY] = unread_entries
    if unread_entries:
        unread.add_finding("value-unread", "participants", unread_entries)


def _participations(unread: Unread, entry: dict[str, Any]) -> tuple[list[Participation], dict[str, Any]]:
    """An entry as participations, one for each of its agents, and what of it was not read."""
    part = unread.part(without_empty(entry))
    described = [_role_bearer(part, agent) for agent in listed(part.values.pop("agent", []))]
    fields = fill(part, PARTICIPATION, {})
    start, end = fields.pop("start", ""), fields.pop("end", "")
    if not described or not all(described) or "role" not in fields:
        return [], entry
    period = Period(start=start, end=end) if start or end else None
    return [Participation(agent=agent, period=period, **fields) for agent in described if agent], part.values


def _role_bearer(part: Unread, written: Any) -> Agent | None:
    """An agent that is an object, or only an IRI; None where something of it cannot be read."""
    if not isinstance(written, dict):
        written = {"uri": written}
    inner = part.part(without_empty(written))
    agent = _agent(inner, contact=False)
    return None if inner.values else agent


def _maintainers(unread: Unread) -> tuple[Agent, ...]:
    """The custodian of GovData's extras, whose keys are left for the contact."""
    keys = {key: value for key, value in unread.values.items() if key.startswith("maintainer")}
    own = Unread(keys, unread.site, unread.language, [])
    return _described(own, "maintainer", contact=False) if "maintainer_name" in keys else ()


def _others(agents: tuple[Agent, ...], described: Iterable[Agent | Contact]) -> tuple[Agent, ...]:
    """The agents whose name is not that of a described one: CKAN's own keys often repeat, by name only, an agent that
    other keys describe."""
    names = {name for agent in described for name in agent.name.values()}
    return tuple(agent for agent in agents if names.isdisjoint(agent.name.values()))


def _name_of(agent: Agent) -> str:
    return next(iter(agent.name.values()), agent.iri)


AGENT_NEEDS: Final = ("name", "iri")  # at least one of them
MAX_CACHED_CHARACTERS: Final = 1000  # of a value
CONTACT_NEEDS: Final = ("name", "iri", "email", "url", "telephone")


def _as_contact(agent: Agent) -> Contact:
    return Contact(iri=agent.iri, name=agent.name, email=agent.email, url=agent.homepage)


def _described(unread: Unread, prefix: str, contact: bool) -> tuple[Any, ...]:
    """The agents or contacts in the list under `prefix`, or in the keys that begin with it. What cannot be read
    stays."""
    value = unread.values.get(prefix)
    if isinstance(value, str) and value[:1] == "{":
        value = written_object(value) or value
    nested = isinstance(value, list | dict) or (isinstance(value, str) and value[:2] == "[{")
    entries = listed(value) if nested else []
    if entries and all(isinstance(entry, dict) and not are_known(entry) for entry in entries):
        return tuple(_in_list(unread, prefix, entries, contact))
    values = unread.values
    keys = {key: package_key for key, package_key in _flat_keys(prefix, contact) if package_key in values}
    if value is not None and "name" not in keys and "name_translated" not in keys:
        keys["name"] = prefix
    pairs = tuple((key, values[package_key]) for key, package_key in keys.items())
    short = all(len(value) <= MAX_CACHED_CHARACTERS for _, value in pairs if isinstance(value, str))
    try:
        cached = (_cached_agent if short else _cached_agent.__wrapped__)(pairs, contact, unread.site, unread.language)
    except TypeError:  # a list or mapping cannot be the key of a cache
        cached = _cached_agent.__wrapped__(pairs, contact, unread.site, unread.language)
    unread.findings.extend(cached.findings)
    if not cached.agent:
        return ()
    for key, package_key in keys.items():
        if key not in cached.unread:
            del values[package_key]
    return (cached.agent,)


class _AgentRead(NamedTuple):
    agent: Any  # Agent or Contact, None without a name or address
    unread: frozenset[str]  # keys that could not be read
    findings: tuple[Finding, ...]


@lru_cache(maxsize=4096)
def _cached_agent(pairs: tuple[tuple[str, Any], ...], contact: bool, site: str, language: str) -> _AgentRead:
    """An agent or contact from its keys, cached: all packages of a portal name the same few offices."""
    findings: list[Finding] = []
    part = Unread(dict(pairs), site, language, findings)
    agent = _agent(part, contact)
    return _AgentRead(agent, frozenset(part.values), tuple(findings))


def _agent(part: Unread, contact: bool) -> Any:
    fields = fill(part, CONTACT if contact else AGENT, {})
    needed = CONTACT_NEEDS if contact else AGENT_NEEDS
    if not any(field in fields for field in needed):
        return None
    return Contact(**fields) if contact else Agent(**fields)


@cache
def _flat_keys(prefix: str, contact: bool) -> tuple[tuple[str, str], ...]:
    """Each key of an agent or contact, and its key in the package: `name` and `author_name`."""
    return tuple((key, f"{prefix}_{key}") for key in (CONTACT if contact else AGENT).row_of)


def _in_list(unread: Unread, key: str, entries: list[Any], contact: bool) -> Iterator[Any]:
    unread_entries = []
    for entry in entries:
        part = unread.part(without_empty(entry))
        agent = _agent(part, contact)
        if agent:
            yield agent
        if remainder := part.values if agent else entry:
            unread_entries.append(remainder)
    unread.values[key] = unread_entries
    if not unread_entries:
        del unread.values[key]


def _ogd_contacts(unread: Unread) -> dict[str, tuple[Agent, ...]]:
    """The agents of `contacts` by their role (OGD 1.1)."""
    value = unread.values.get("contacts")
    entries = listed(value) if value is not None else []
    if not entries or not all(isinstance(entry, dict) and isinstance(entry.get("role"), str) for entry in entries):
        return {}
    by_role: dict[str, tuple[Agent, ...]] = {}
    unread_entries = []
    for entry in entries:
        part = unread.part(without_empty(entry))
        role = part.values.pop("role")
        fields = fill(part, AGENT, {})
        if "name" in fields and role in ("autor", "ansprechpartner", "veroeffentlichende_stelle", "vertrieb"):
            by_role[role] = (*by_role.get(role, ()), Agent(**fields))
            unread_entries += [{"role": role} | part.values] if part.values else []
        else:
            unread_entries.append(entry)
    del unread.values["contacts"]
    if unread_entries:
        unread.values["contacts"] = unread_entries
    return by_role


def _organization(unread: Unread, dkan: bool) -> tuple[Agent, ...]:
    """The agent of CKAN's organization; in DKAN that of the only group."""
    values = unread.values
    organization = values.get("organization")
    if isinstance(organization, dict):
        name = as_text(
            organization.get("title_translated") or organization.get("title") or organization.get("name"), unread
        )
        slug = organization.get("name")
        if name:
            del values["organization"]
            return (Agent(name=name, identifiers=(slug,) if isinstance(slug, str) and slug else ()),)
    if dkan and isinstance(organization, str):
        return (Agent(name={unread.language: values.pop("organization")}),)
    groups: list[Any] = values.get("groups") or []
    if dkan and len(groups) == 1 and isinstance(groups[0], dict) and isinstance(title := groups[0].get("title"), str):
        del values["groups"]
        slug = groups[0].get("name")
        return (Agent(name={unread.language: title.strip()}, identifiers=(slug,) if isinstance(slug, str) else ()),)
    return ()
