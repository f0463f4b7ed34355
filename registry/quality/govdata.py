"""Would GovData take it? What its harvester does with a record, and what its validator finds, before it comes.

Entry point: `preflight`. The rules: conventions of DCAT-AP.de (handbook 2.0) and ckanext-dcatde 6.10.
"""

from collections.abc import Callable, Iterator
from typing import Final, Literal, NamedTuple, get_args

from registry.model import Findings, Metadata
from registry.model.message import Message, message
from registry.quality.check import check

Verdict = Literal["yes", "faults", "changed", "no"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
CONTRIBUTORS: Final = "http://dcat-ap.de/def/contributors/"


class Obstacle(NamedTuple):
    """What happens to a record there. `verdict`: no = it is not taken; changed = it is taken, but not as it is."""

    verdict: Verdict
    what: Message
    field: str


class Preflight(NamedTuple):
    """`findings`: what GovData's validator would report as an error."""

    obstacles: tuple[Obstacle, ...]
    findings: Findings

    @property
    def verdict(self) -> Verdict:
        """The gravest of what was found."""
        verdicts = {obstacle.verdict for obstacle in self.obstacles} | ({"faults"} if self.findings else set())
        return next((verdict for verdict in reversed(VERDICTS) if verdict in verdicts), "yes")


class _Rule(NamedTuple):
    code: str
    verdict: Verdict
    field: str
    is_broken: Callable[[Metadata, str], object]


_RULES: Final = (
    _Rule("govdata-kind", "no", "", lambda record, _: record.kind != "dataset"),
    _Rule("govdata-no-files", "no", "distributions",
          lambda record, _: record.kind == "dataset" and not record.distributions),
    _Rule("govdata-licence-closed", "changed", "licence",
          lambda record, _: record.distributions and not all(file.licence for file in record.distributions)),
    _Rule("govdata-contributor-added", "changed", "contributor_ids",
          lambda record, contributor: not contributor and not _listed(record)),
    _Rule("govdata-contributors-several", "faults", "contributor_ids", lambda record, _: len(_listed(record)) > 1),
    _Rule("govdata-modified-missing", "changed", "modified", lambda record, _: not record.modified),
)  # fmt: skip


def _listed(record: Metadata) -> list[str]:
    return [iri for iri in record.contributor_ids if iri.startswith(CONTRIBUTORS)]


def preflight(metadata: Metadata, contributor: str = "") -> Preflight:
    """What would become of a record at GovData. `contributor`: the id that the catalogue gives to all of its records,
    or ""."""
    return Preflight(tuple(_obstacles(metadata, contributor)), _errors(metadata))


def _obstacles(metadata: Metadata, contributor: str) -> Iterator[Obstacle]:
    for rule in _RULES:
        if rule.is_broken(metadata, contributor):
            yield Obstacle(rule.verdict, message(rule.code), rule.field)


def _errors(metadata: Metadata) -> Findings:
    return tuple(finding for finding in check(metadata) if finding.level in ("failed", "must"))
