"""What drafts of the next profiles will ask: hints for those who check a file, each rule with the version that asks.

Entry point: `draft_hints`. Harvests do not report them: hardly any catalogue has what is only a draft yet.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from registry.model import DCAT_KINDS, Finding, Findings, Metadata
from registry.rules import finding
from vocab.legal_bases import marks_high_value
from vocab.namespaces import PREFIXES

_UNTAGGED: Final = "und"
_STATUS: Final = f"<{PREFIXES['adms']}status>"


class _Row(NamedTuple):
    """A rule of a draft. `kinds`: of the records that it counts for; `is_missing`: whether a record lacks it."""

    rule: str
    field: str
    kinds: tuple[str, ...]
    is_missing: Callable[[Metadata], bool]


def _is_untagged(metadata: Metadata) -> bool:
    texts: list[Mapping[str, str]] = [metadata.title, metadata.description]
    texts += [text for file in metadata.distributions for text in (file.title, file.description)]
    return any(_UNTAGGED in text for text in texts)


def _has_no_download(metadata: Metadata) -> bool:
    is_high_value = marks_high_value(metadata.legislation)
    return is_high_value and not any(file.download_url for file in metadata.distributions)


def _has_no_status(metadata: Metadata) -> bool:
    """No field holds the status of a dataset: it stands among the statements that are kept."""
    own = f"<{metadata.iri}> {_STATUS} "
    return not any(line.startswith(own) for line in metadata.statements.splitlines())


ROWS: Final = (
    _Row("dcat-ap-302-language-tag", "title", DCAT_KINDS, _is_untagged),
    _Row("dcat-ap-302-status", "status", ("dataset",), _has_no_status),
    _Row("hvd-301-download", "distributions", ("dataset",), _has_no_download),
)


def draft_hints(metadata: Metadata) -> Findings:
    """The hints about a record."""
    return tuple(_hints(metadata))


def _hints(metadata: Metadata) -> Iterator[Finding]:
    for row in ROWS:
        if metadata.kind in row.kinds and row.is_missing(metadata):
            yield finding(row.rule, row.field)
