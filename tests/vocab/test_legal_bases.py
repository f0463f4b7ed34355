"""Legal bases are rows: which of them marks high-value data stands in the table."""

import pytest

from vocab.concepts import concept_list
from vocab.legal_bases import HIGH_VALUE, HVD_ACT, almost_marks, marks_high_value

INSPIRE = "http://data.europa.eu/eli/dir/2007/2/oj"


def test_what_marks_high_value_data_stands_in_the_table() -> None:
    duties = {concept.iri: concept.extra["duty"] for concept in concept_list("legal-bases")}
    assert {iri for iri, duty in duties.items() if duty == "hvd"} == set(HIGH_VALUE) == {HVD_ACT}
    assert INSPIRE in duties
    assert marks_high_value((INSPIRE, HVD_ACT))
    assert not marks_high_value(iri for iri in duties if iri != HVD_ACT)


@pytest.mark.parametrize(
    "iri", [HVD_ACT.replace("http:", "https:"), HVD_ACT.removesuffix("/oj"), HVD_ACT.replace("/oj", "/oj/deu")]
)
def test_an_address_that_is_nearly_right_is_told(iri: str) -> None:
    assert (marks_high_value((iri,)), almost_marks((INSPIRE, iri))) == (False, iri)
    assert almost_marks((INSPIRE, HVD_ACT)) == ""
