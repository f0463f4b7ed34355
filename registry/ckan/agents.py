"""Who a CKAN package names: publisher, creators, contacts and the other agents of GovData's extras."""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from registry.ckan.readers import Said, as_text, listed, spoken, unique
from registry.ckan.tables import AGENT, CONTACT, fill
from registry.model import Agent, Contact, Finding


def agents(said: Said, fields: dict[str, Any], dkan: bool) -> None:
    """Where nothing names a publisher the author is it (Berlin's way); without a contact the maintainer, the author."""
    prefixes = {key.partition("_")[0] for key in said.words}
    roles = _ogd_contacts(said)

    def named(prefix: str) -> tuple[Agent, ...]:
        return _described(said, prefix, contact=False) if prefix in prefixes else ()

    def reachable(prefix: str) -> tuple[Contact, ...]:
        return _described(said, prefix, contact=True) if prefix in prefixes else ()

    publishers = named("publisher") or roles.get("veroeffentlichende_stelle", ()) or _organization(said, dkan)
    authors = named("author") + roles.get("autor", ())
    contacts = reachable("contact") or tuple(map(_as_contact, roles.get("ansprechpartner", ())))
    custodians = _others(named("maintainer"), contacts) if contacts else ()
    contacts = contacts or reachable("maintainer") or reachable("author")
    contacts = contacts or tuple(_as_contact(one) for one in authors if one.email)
    if not publishers and authors:
        publishers = authors[:1]
        said.note("value-mended", "publisher", _words(authors[0]))
    for other in publishers[1:]:
        said.note("value-extra", "publisher", _words(other))
    creators = named("creator")
    found = {
        "creators": creators + _others(authors, creators),
        "contacts": contacts,
        "custodians": custodians + roles.get("vertrieb", ()),
        "originators": named("originator"),
        "contributors": publishers[1:] + named("contributor"),
    }
    fields.update((field, unique(several)) for field, several in found.items() if several)
    if publishers:
        fields["publisher"] = publishers[0]


def _others(agents: tuple[Agent, ...], known: Iterable[Agent | Contact]) -> tuple[Agent, ...]:
    """CKAN's own fields often say again, by name only, who is described elsewhere."""
    names = {name for one in known for name in one.name.values()}
    return tuple(one for one in agents if names.isdisjoint(one.name.values()))


def _words(agent: Agent) -> str:
    return next(iter(agent.name.values()), agent.iri)


AGENT_BY: Final = ("name", "iri")  # one of them is needed
MOST_REMEMBERED: Final = 1000  # characters of a value
CONTACT_BY: Final = ("name", "iri", "email", "url", "telephone")


def _as_contact(agent: Agent) -> Contact:
    return Contact(iri=agent.iri, name=agent.name, email=agent.email, url=agent.homepage)


def _described(said: Said, prefix: str, contact: bool) -> tuple[Any, ...]:
    """What a list under `prefix`, or the keys that begin with it, say of agents; what they do not know stays."""
    value = said.words.get(prefix)
    nested = isinstance(value, list | dict) or (isinstance(value, str) and value[:2] == "[{")
    several = listed(value) if nested else []
    if several and all(isinstance(one, dict) for one in several):
        return tuple(_in_list(said, prefix, several, contact))
    words = said.words
    places = {key: place for key, place in _flat(prefix, contact) if place in words}
    if value is not None and "name" not in places and "name_translated" not in places:
        places["name"] = prefix
    pairs = tuple((key, words[place]) for key, place in places.items())
    short = all(len(value) <= MOST_REMEMBERED for _, value in pairs if isinstance(value, str))
    try:
        one = (_one if short else _one.__wrapped__)(pairs, contact, said.site, said.language)
    except TypeError:  # a list or mapping is no key of a memory
        one = _one.__wrapped__(pairs, contact, said.site, said.language)
    said.findings.extend(one.findings)
    if not one.agent:
        return ()
    for key, place in places.items():
        if key not in one.left:
            del words[place]
    return (one.agent,)


class _One(NamedTuple):
    agent: Any  # Agent or Contact, None where nothing names one
    left: frozenset[str]  # keys that could not be read
    findings: tuple[Finding, ...]


@lru_cache(maxsize=4096)
def _one(pairs: tuple[tuple[str, Any], ...], contact: bool, site: str, language: str) -> _One:
    """Remembered: the same few offices stand in all packages of a portal."""
    findings: list[Finding] = []
    inner = Said(dict(pairs), site, language, findings)
    agent = _made(inner, contact)
    return _One(agent, frozenset(inner.words), tuple(findings))


def _made(inner: Said, contact: bool) -> Any:
    found = fill(inner, CONTACT if contact else AGENT, {})
    needed = CONTACT_BY if contact else AGENT_BY
    if not any(field in found for field in needed):
        return None
    return Contact(**found) if contact else Agent(**found)


@cache
def _flat(prefix: str, contact: bool) -> tuple[tuple[str, str], ...]:
    """Each key of an agent or contact, and under which it stands in the package itself."""
    return tuple((key, f"{prefix}_{key}") for key in (CONTACT if contact else AGENT).places)


def _in_list(said: Said, place: str, several: list[Any], contact: bool) -> Iterator[Any]:
    left = []
    for one in several:
        inner = said.inner(spoken(one))
        agent = _made(inner, contact)
        if agent:
            yield agent
        if rest := inner.words if agent else one:
            left.append(rest)
    said.words[place] = left
    if not left:
        del said.words[place]


def _ogd_contacts(said: Said) -> dict[str, tuple[Agent, ...]]:
    """OGD 1.1: `contacts` with a role each."""
    value = said.words.get("contacts")
    entries = listed(value) if value is not None else []
    if not entries or not all(isinstance(one, dict) and isinstance(one.get("role"), str) for one in entries):
        return {}
    found: dict[str, tuple[Agent, ...]] = {}
    left = []
    for one in entries:
        inner = said.inner(spoken(one))
        role = inner.words.pop("role")
        fields = fill(inner, AGENT, {})
        if "name" in fields and role in ("autor", "ansprechpartner", "veroeffentlichende_stelle", "vertrieb"):
            found[role] = (*found.get(role, ()), Agent(**fields))
            left += [{"role": role} | inner.words] if inner.words else []
        else:
            left.append(one)
    del said.words["contacts"]
    if left:
        said.words["contacts"] = left
    return found


def _organization(said: Said, dkan: bool) -> tuple[Agent, ...]:
    """CKAN's organization; DKAN says it by its one group."""
    words = said.words
    organization = words.get("organization")
    if isinstance(organization, dict):
        name = as_text(
            organization.get("title_translated") or organization.get("title") or organization.get("name"), said
        )
        slug = organization.get("name")
        if name:
            del words["organization"]
            return (Agent(name=name, identifiers=(slug,) if isinstance(slug, str) and slug else ()),)
    if dkan and isinstance(organization, str):
        return (Agent(name={said.language: words.pop("organization")}),)
    groups: list[Any] = words.get("groups") or []
    if dkan and len(groups) == 1 and isinstance(groups[0], dict) and isinstance(title := groups[0].get("title"), str):
        del words["groups"]
        slug = groups[0].get("name")
        return (Agent(name={said.language: title.strip()}, identifiers=(slug,) if isinstance(slug, str) else ()),)
    return ()
