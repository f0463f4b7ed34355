"""The points that data.europa.eu would give a record: its metadata quality assessment (MQA), 405 points."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from registry.model import Distribution, Metadata
from registry.quality.check import check, known, licence_of
from vocab.concepts import concept_list

DIMENSIONS: Final[Mapping[str, int]] = {
    "findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20
}  # fmt: skip
_LINK_POINTS: Final = {"access_url": 50, "download_url": 30}
# Not asked by the European profile, which alone counts here.
_GERMAN: Final = {"attribution-missing", "contact-unreachable", "publisher-missing", "licence-missing",
                  "licence-unknown"}  # fmt: skip
_EU_LICENCES: Final = "http://publications.europa.eu/resource/authority/licence/"
_KNOWN_GERMAN: Final = {"dl-by-de/1.0", "dl-by-de/2.0", "dl-by-nc-de/1.0", "dl-zero-de/2.0"}


class Mqa(NamedTuple):
    """`points` of each of DIMENSIONS; `uncounted`: points that hang on whether addresses answer, which nobody tried."""

    points: Mapping[str, int]
    uncounted: int

    @property
    def total(self) -> int:
        return sum(self.points.values())


def mqa(metadata: Metadata, answers: Mapping[str, bool] | None = None) -> Mqa:
    """The points by the 405-point scheme. `answers`: address -> whether it answered; an address that is not in it is
    not counted. The distribution with the most points counts."""
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
    if not any(one.level in ("failed", "must") and one.rule not in _GERMAN for one in check(metadata)):
        points["interoperability"] = 30
    scored = [_distribution_points(one, answers) for one in metadata.distributions]
    best, uncounted = max(scored, key=lambda one: sum(one[0].values()), default=({}, 0))
    for dimension, more in best.items():
        points[dimension] += more
    return Mqa(points, uncounted)


def _distribution_points(one: Distribution, answers: Mapping[str, bool]) -> tuple[dict[str, int], int]:
    addresses = {"access_url": one.access_url, "download_url": one.download_url}
    answered = sum(_LINK_POINTS[name] for name, address in addresses.items() if answers.get(address))
    uncounted = sum(_LINK_POINTS[name] for name, address in addresses.items() if address and address not in answers)
    file_type = concept_list("file-types").by_iri.get(one.format)
    kind = file_type.extra if file_type else {}
    aligned = known("file-types", one.format) and known("media-types", one.media_type)
    return {
        "accessibility": 20 * bool(one.download_url) + answered,
        "interoperability": 20 * bool(one.format) + 10 * bool(one.media_type) + 10 * aligned
        + 20 * (kind.get("proprietary_free") == "true") + 20 * (kind.get("machine_readable") == "true"),
        "reusability": 20 * bool(one.licence) + 10 * _known_to_mqa(one.licence),
        "contextuality": 5 * bool(one.rights) + 5 * (one.size is not None),
    }, uncounted  # fmt: skip


def _known_to_mqa(licence: str) -> bool:
    """The EU table, four German ones, and addresses that mean a licence of the EU table."""
    found = licence_of(licence) if licence else None
    if not found:
        return False
    if licence.startswith("http://dcat-ap.de/"):
        return found.notation in _KNOWN_GERMAN
    return licence.startswith(_EU_LICENCES) or bool(found.matches)
