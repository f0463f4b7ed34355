"""Text modules of reviewers."""

import pytest

from registry.errors import UsageError
from registry.people.reasons import DEFAULTS, MAX_REASONS, Reason, open_reasons


def test_there_are_some_until_somebody_stores_others(any_database_url):
    reasons = open_reasons(any_database_url)
    assert len(reasons.all("de")) == len(DEFAULTS)
    assert reasons.all("de") != reasons.all("en")
    own = [Reason("Zeitraum", "Bitte nennen Sie den Zeitraum."), Reason("Bild", "Bitte ohne Gesichter.")]
    reasons.replace(own)
    assert reasons.all("en") == own
    reasons.replace([])
    assert len(reasons.all("de")) == len(DEFAULTS)


@pytest.mark.parametrize(
    "wrong", [[Reason("", "x")], [Reason("x", "")], [Reason("x" * 81, "x")], [Reason("x", "y")] * (MAX_REASONS + 1)]
)
def test_what_nobody_could_choose_is_not_stored(database_url, wrong):
    with pytest.raises(UsageError):
        open_reasons(database_url).replace(wrong)
