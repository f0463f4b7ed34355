"""The points of data.europa.eu's metadata quality assessment (MQA) for a record: at most 405.

Entry point: `mqa`.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from registry.model import Distribution, Metadata
from registry.quality.check import check
from registry.quality.values import known, licence_of
from vocab.concepts import concept_list

DIMENSIONS: Final[Mapping[str, int]] = {
    "findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20
}  # fmt: skip
_LINK_POINTS: Final = {"access_url": 50, "download_url": 30}
# Rules of the German profile: MQA counts those of the European one only.
_GERMAN: Final = {"attribution-missing", "contact-unreachable", "publisher-missing", "licence-missing",
                  "licence-unknown"}  # fmt: skip
_EU_LICENCES: Final = "http://publications.europa.eu/resource/authority/licence/"
_KNOWN_GERMAN: Final = {"dl-by-de/1.0", "dl-by-de/2.0", "dl-by-nc-de/1.0", "dl-zero-de/2.0"}


class Mqa(NamedTuple):
    """The result of MQA for a record. `points`: of each of DIMENSIONS; `uncounted`: points for addresses of which
    nobody knows whether they answer."""

    points: Mapping[str, int]
    uncounted: int

    @property
    def total(self) -> int:
        return sum(self.points.values())


def mqa(metadata: Metadata, answers: Mapping[str, bool] | None = None) -> Mqa:
    """The points of a record; of its distributions the one with the most points counts. `answers`: address -> whether
    it answered; other addresses are uncounted."""
    answers = answers or {}
    points = dict.fromkeys(DIMENSIONS, 0)
    points["findability"] = (
        30 * bool(metadata.keywords)
        + 30 * bool(metadata.themes)
        + 20 * bool(metadata.places)
        + 20 * bool(metadata.period)
    )
    points["reusability"] = (
        10 * bool(metadata.access) + 5 * known("access-rights", metadata.access)
        + 20 * bool(metadata.contacts) + 10 * bool(metadata.publisher)
    )  # fmt: skip
    points["contextuality"] = 5 * bool(metadata.issued) + 5 * bool(metadata.modified)
    if not any(problem.level in ("failed", "must") and problem.rule not in _GERMAN for problem in check(metadata)):
        points["interoperability"] = 30
    scored = [_distribution_points(distribution, answers) for distribution in metadata.distributions]
    best, uncounted = max(scored, key=lambda scores: sum(scores[0].values()), default=({}, 0))
    for dimension, number in best.items():
        points[dimension] += number
    return Mqa(points, uncounted)


def _distribution_points(distribution: Distribution, answers: Mapping[str, bool]) -> tuple[dict[str, int], int]:
    addresses = {"access_url": distribution.access_url, "download_url": distribution.download_url}
    answered = sum(_LINK_POINTS[name] for name, address in addresses.items() if answers.get(address))
    uncounted = sum(_LINK_POINTS[name] for name, address in addresses.items() if address and address not in answers)
    file_type = concept_list("file-types").by_iri.get(distribution.format)
    kind = file_type.extra if file_type else {}
    aligned = known("file-types", distribution.format) and known("media-types", distribution.media_type)
    return {
        "accessibility": 20 * bool(distribution.download_url) + answered,
        "interoperability": 20 * bool(distribution.format) + 10 * bool(distribution.media_type) + 10 * aligned
        + 20 * (kind.get("proprietary_free") == "true") + 20 * (kind.get("machine_readable") == "true"),
        "reusability": 20 * bool(distribution.licence) + 10 * _known_to_mqa(distribution.licence),
        "contextuality": 5 * bool(distribution.rights) + 5 * (distribution.size is not None),
    }, uncounted  # fmt: skip


def _known_to_mqa(licence: str) -> bool:
    """Whether MQA knows a licence: those of the EU table, also by another address, and four German ones."""
    concept = licence_of(licence) if licence else None
    if not concept:
        return False
    if licence.startswith("http://dcat-ap.de/"):
        return concept.notation in _KNOWN_GERMAN
    return licence.startswith(_EU_LICENCES) or bool(concept.matches)
