"""The points of data.europa.eu's metadata quality assessment (MQA) for a record: at most 405, by 23 metrics.

Entry points: `mqa`; `METRICS`; `band` for what a number of points is called.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal, NamedTuple, get_args

from registry.model import Distribution, Metadata
from registry.quality.check import check
from registry.quality.values import known, licence_of
from vocab.concepts import concept_list

Band = Literal["excellent", "good", "sufficient", "bad"]
BANDS: Final[tuple[Band, ...]] = get_args(Band)
_BAND_FROM: Final = (351, 221, 121)  # points; exactly 120 is bad, as the page of data.europa.eu says
DIMENSIONS: Final[Mapping[str, int]] = {
    "findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75, "contextuality": 20
}  # fmt: skip
# Rules of the German profile: MQA counts those of the European one only.
_GERMAN: Final = {"attribution-missing", "contact-unreachable", "publisher-missing", "licence-missing",
                  "licence-unknown"}  # fmt: skip
_EU_LICENCES: Final = "http://publications.europa.eu/resource/authority/licence/"
_KNOWN_GERMAN: Final = {"dl-by-de/1.0", "dl-by-de/2.0", "dl-by-nc-de/1.0", "dl-zero-de/2.0"}


def _conforms(metadata: Metadata) -> bool:
    """Whether nothing is wrong that DCAT-AP demands."""
    return not any(problem.level in ("failed", "must") and problem.rule not in _GERMAN for problem in check(metadata))


def _type_is(flag: str) -> Callable[[Distribution], bool]:
    """Whether the format of a distribution is in one of MQA's lists."""

    def is_listed(distribution: Distribution) -> bool:
        file_type = concept_list("file-types").by_iri.get(distribution.format)
        return bool(file_type and file_type.extra.get(flag) == "true")

    return is_listed


def _is_aligned(distribution: Distribution) -> bool:
    return known("file-types", distribution.format) and known("media-types", distribution.media_type)


def _is_known_to_mqa(distribution: Distribution) -> bool:
    """Whether MQA knows the licence: those of the EU table, also by another address, and four German ones."""
    licence = distribution.licence
    concept = licence_of(licence) if licence else None
    if not concept:
        return False
    if licence.startswith("http://dcat-ap.de/"):
        return concept.notation in _KNOWN_GERMAN
    return licence.startswith(_EU_LICENCES) or bool(concept.matches)


class Metric(NamedTuple):
    """A yes-or-no question of MQA. `name`: in the vocabulary https://piveau.eu/ns/voc#; `field`: that earns the points;
    `is_met`: asks the record, or each distribution where `of_files`; None: whether the address in the field answers."""

    name: str
    dimension: str
    points: int
    field: str
    of_files: bool
    is_met: Callable[[Any], Any] | None


_FIND, _ACCESS, _INTEROPERATE, _REUSE, _CONTEXT = DIMENSIONS
METRICS: Final[tuple[Metric, ...]] = (
    Metric("keywordAvailability", _FIND, 30, "keywords", False, lambda record: record.keywords),
    Metric("categoryAvailability", _FIND, 30, "themes", False, lambda record: record.themes),
    Metric("spatialAvailability", _FIND, 20, "places", False, lambda record: record.places),
    Metric("temporalAvailability", _FIND, 20, "period", False, lambda record: record.period),
    Metric("accessUrlStatusCode", _ACCESS, 50, "access_url", True, None),
    Metric("downloadUrlAvailability", _ACCESS, 20, "download_url", True, lambda file: file.download_url),
    Metric("downloadUrlStatusCode", _ACCESS, 30, "download_url", True, None),
    Metric("formatAvailability", _INTEROPERATE, 20, "format", True, lambda file: file.format),
    Metric("mediaTypeAvailability", _INTEROPERATE, 10, "media_type", True, lambda file: file.media_type),
    Metric("formatMediaTypeVocabularyAlignment", _INTEROPERATE, 10, "media_type", True, _is_aligned),
    Metric("formatMediaTypeNonProprietary", _INTEROPERATE, 20, "format", True, _type_is("proprietary_free")),
    Metric("formatMediaTypeMachineInterpretable", _INTEROPERATE, 20, "format", True, _type_is("machine_readable")),
    Metric("dcatApCompliance", _INTEROPERATE, 30, "", False, _conforms),
    Metric("licenceAvailability", _REUSE, 20, "licence", True, lambda file: file.licence),
    Metric("knownLicence", _REUSE, 10, "licence", True, _is_known_to_mqa),
    Metric("accessRightsAvailability", _REUSE, 10, "access", False, lambda record: record.access),
    Metric("accessRightsVocabularyAlignment", _REUSE, 5, "access", False,
           lambda record: known("access-rights", record.access)),
    Metric("contactPointAvailability", _REUSE, 20, "contacts", False, lambda record: record.contacts),
    Metric("publisherAvailability", _REUSE, 10, "publisher", False, lambda record: record.publisher),
    Metric("rightsAvailability", _CONTEXT, 5, "rights", True, lambda file: file.rights),
    Metric("byteSizeAvailability", _CONTEXT, 5, "size", True, lambda file: file.size is not None),
    Metric("dateIssuedAvailability", _CONTEXT, 5, "issued", False, lambda record: record.issued),
    Metric("dateModifiedAvailability", _CONTEXT, 5, "modified", False, lambda record: record.modified),
)  # fmt: skip
METRIC_BY_NAME: Final[Mapping[str, Metric]] = {metric.name: metric for metric in METRICS}
_OF_RECORD: Final = tuple(metric for metric in METRICS if not metric.of_files)
_OF_FILES: Final = tuple(metric for metric in METRICS if metric.of_files)


class Mqa(NamedTuple):
    """The result of MQA for a record. `met`: names of METRICS; `unknown`: those of addresses of which nobody knows
    whether they answer."""

    met: frozenset[str]
    unknown: frozenset[str]

    @property
    def points(self) -> Mapping[str, int]:
        """The points of each of DIMENSIONS."""
        points = dict.fromkeys(DIMENSIONS, 0)
        for metric in METRICS:
            if metric.name in self.met:
                points[metric.dimension] += metric.points
        return points

    @property
    def total(self) -> int:
        return _points(self.met)

    @property
    def uncounted(self) -> int:
        """The points of `unknown`."""
        return _points(self.unknown)


def _points(names: Collection[str]) -> int:
    return sum(METRIC_BY_NAME[name].points for name in names)


def mqa(metadata: Metadata, answers: Mapping[str, bool] | None = None) -> Mqa:
    """The metrics of a record; of its distributions the one with the most points counts. `answers`: address -> whether
    it answered; other addresses are uncounted."""
    met = {metric.name for metric in _OF_RECORD if metric.is_met and metric.is_met(metadata)}
    files = [_of_file(distribution, answers or {}) for distribution in metadata.distributions]
    of_best, unknown = max(files, key=lambda scores: _points(scores[0]), default=(set[str](), set[str]()))
    return Mqa(frozenset(met | of_best), frozenset(unknown))


def _of_file(distribution: Distribution, answers: Mapping[str, bool]) -> tuple[set[str], set[str]]:
    met, unknown = set[str](), set[str]()
    for metric in _OF_FILES:
        if metric.is_met:
            if metric.is_met(distribution):
                met.add(metric.name)
        elif address := getattr(distribution, metric.field):
            if address not in answers:
                unknown.add(metric.name)
            elif answers[address]:
                met.add(metric.name)
    return met, unknown


def band(points: float) -> Band:
    """What data.europa.eu calls a number of points."""
    return next((name for name, least in zip(BANDS, _BAND_FROM, strict=False) if round(points) >= least), "bad")
