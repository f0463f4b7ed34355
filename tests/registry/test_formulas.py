"""Text that a spreadsheet program would run as a formula (CSV injection)."""

import pytest

from registry.formulas import harmless


@pytest.mark.parametrize("text", ["=1+1", "+49 6221", "-x", "@name", "\t=1", " =1", "\N{FULLWIDTH EQUALS SIGN}1"])
def test_a_text_that_could_be_run_begins_with_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Räder", "1-2", "(a)", "# Kommentar", "'schon"])
def test_any_other_text_stays(text: str) -> None:
    assert harmless(text) == text
