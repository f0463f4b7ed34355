"""The profiles as tables: which there are, what a wrong table says, and that a fifth is a file."""

from pathlib import Path

import pytest

from vocab import profile
from vocab.fields import FIELDS

HEAD = "class,field,level\n,title,Stadtprofil\n,heading,Stadt\n"


def test_the_profiles_are_the_files_of_the_folder():
    assert profile.PROFILES == (profile.EU, profile.DE, profile.HVD, profile.PROJECT)
    assert [profile.profile(name).heading for name in profile.PROFILES] == ["EU", "DE", "HVD", "Projekt"]


def test_a_level_is_found_by_class_field_and_profile():
    assert profile.level("Distribution", "licence", profile.EU) == "R"
    assert profile.level("Distribution", "licence", profile.DE) == "M"
    assert profile.level("dataset", "title", profile.PROJECT) == ""  # our own profile says nothing of datasets
    assert profile.level("project", "phase", profile.PROJECT) == "M"


def test_each_profile_asks_for_rows_that_are_there():
    rows = {(cls, row.name) for row in FIELDS for cls in row.classes}
    for name in profile.PROFILES:
        assert profile.profile(name).levels.keys() <= rows


def test_an_unknown_profile_is_an_error_that_names_those_there_are():
    with pytest.raises(KeyError, match="dcat-ap-de"):
        profile.level("dataset", "title", "dcat-ap-fr")


def test_a_fifth_profile_is_one_file(tmp_path: Path):
    path = tmp_path / "stadt.csv"
    path.write_text(HEAD + "dataset,keywords,M\ndataset,themes,R\n", encoding="utf-8")
    found = profile.load(path)
    assert (found.title, found.heading, found.iri) == ("Stadtprofil", "Stadt", "")
    assert dict(found.levels) == {("dataset", "keywords"): "M", ("dataset", "themes"): "R"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("class;field;level\n", "line 1"),
        ("", "line 1"),
        (HEAD + "dataset,keyword,M\n", "line 4: .*dataset,keyword,M"),
        (HEAD + "dataset,keywords,X\n", "line 4"),
        (HEAD + "dataset,keywords\n", "line 4"),
        (HEAD + "dataset,keywords,M\ndataset,keywords,R\n", "line 5: dataset,keywords is there twice"),
        (HEAD + ",colour,red\n", "line 4"),
        ("class,field,level\n,title,Stadtprofil\n", ",heading,"),
    ],
)
def test_a_wrong_table_names_its_line(tmp_path: Path, text: str, line: str):
    path = tmp_path / "stadt.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=line):
        profile.load(path)
