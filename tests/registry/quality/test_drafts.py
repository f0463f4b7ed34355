"""What drafts of the next profiles will ask is told as hints, each with its version."""

import pytest
from msgspec.structs import replace

from api.data.validation import check_file
from registry.model import Metadata
from registry.quality.check import check
from registry.quality.drafts import ROWS, draft_hints
from registry.rules import RULES
from tests.builders import a_dataset, a_distribution, a_metadata
from vocab.legal_bases import HVD_ACT
from vocab.namespaces import PREFIXES

STATUS = f"<https://x.example/d> <{PREFIXES['adms']}status> <https://x.example/s> .\n"


def rules(metadata: Metadata) -> set[str]:
    return {hint.rule for hint in draft_hints(metadata)}


@pytest.mark.parametrize(
    ("lacking", "whole", "rule"),
    [
        (replace(a_dataset(), title={"und": "Bäume"}), a_dataset(), "dcat-ap-302-language-tag"),
        (a_dataset(distributions=(a_distribution(title={"und": "x"}),)), a_dataset(), "dcat-ap-302-language-tag"),
        (a_dataset(), a_dataset(iri="https://x.example/d", statements=STATUS), "dcat-ap-302-status"),
        (
            a_dataset(legislation=(HVD_ACT,), distributions=(a_distribution(),)),
            a_dataset(legislation=(HVD_ACT,), distributions=(a_distribution(download_url="https://x.example/a"),)),
            "hvd-301-download",
        ),
    ],
)
def test_what_a_draft_will_ask_is_a_hint(lacking: Metadata, whole: Metadata, rule: str) -> None:
    assert rule in rules(lacking)
    assert rule not in rules(whole)


def test_each_rule_names_its_version_and_none_is_told_of_projects() -> None:
    for row in ROWS:
        for lang in ("de", "en"):
            assert "3.0.2" in RULES[row.rule].message[lang] or "3.0.1" in RULES[row.rule].message[lang]
        assert RULES[row.rule].level == "hint"
    assert draft_hints(a_metadata("P", "project")) == ()


def test_checks_of_files_have_the_hints_and_harvests_do_not() -> None:
    turtle = b'<https://x.example/d> a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> "T" .'
    told = {each.rule for each in check_file(turtle, "text/turtle").findings}
    assert {"dcat-ap-302-language-tag", "dcat-ap-302-status"} <= told
    assert not told & {"hvd-301-download"}
    assert not {finding.rule for finding in check(a_dataset())} & {row.rule for row in ROWS}
