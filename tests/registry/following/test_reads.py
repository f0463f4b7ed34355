"""Counts of reading: by day, for a while, and nothing but subject, day and number."""

from datetime import date, timedelta

from registry.following.reads import KEPT, open_reads

TODAY = date(2026, 12, 1)


def test_fetches_of_a_record_are_summed_over_thirty_days() -> None:
    reads = open_reads("sqlite://")
    reads.add({"record:rad": 2, "record:baum": 1}, TODAY - timedelta(days=40))
    reads.add({"record:rad": 3}, TODAY - timedelta(days=10))
    reads.add({"record:rad": 4}, TODAY)
    reads.add({"record:rad": 1}, TODAY)
    assert reads.of_record("rad", TODAY) == 8
    assert reads.of_record("baum", TODAY) == 0


def test_catalogues_are_named_with_the_last_day_and_old_counts_go() -> None:
    reads = open_reads("sqlite://")
    reads.add({"reader:GovData": 1}, TODAY - timedelta(days=3))
    reads.add({"reader:GovData": 5, "reader:CKAN": 1}, TODAY - timedelta(days=2))
    reads.add({"reader:udata": 1}, TODAY - timedelta(days=100))
    assert reads.readers(TODAY) == [("CKAN", TODAY - timedelta(days=2)), ("GovData", TODAY - timedelta(days=2))]
    reads.add({"record:rad": 1}, TODAY + KEPT)
    assert reads.readers(TODAY) == [], "counts of more than KEPT ago are deleted"
