"""A value that is merged over several rows stands in each of them that holds data."""

from registry.files.merged_cells import fill_merged


def test_a_merged_value_stands_in_each_row_with_data() -> None:
    cells = [["Ort", "Zahl"], ["Altstadt", 1], ["", 2], ["", ""], ["", 4]]
    fill_merged(cells, [((1, 0), (3, 0))], (0, 0))
    assert [row[0] for row in cells] == ["Ort", "Altstadt", "Altstadt", "", ""]


def test_a_heading_over_several_rows_names_its_column_only() -> None:
    cells = [["Ort", "Zahl"], ["", "2025"]]
    fill_merged(cells, [((0, 0), (1, 0))], (0, 0))
    assert cells == [["Ort", "Zahl"], ["", "2025"]]


def test_a_range_outside_of_the_cells_changes_nothing() -> None:
    cells = [["a", "b"], ["c", "d"]]
    fill_merged(cells, [((5, 0), (9, 0)), ((1, 7), (3, 7))], (0, 0))
    assert cells == [["a", "b"], ["c", "d"]]
