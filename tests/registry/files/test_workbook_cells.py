"""Links and errors of the cells of a workbook."""

import io

from openpyxl import Workbook

from registry.files.workbook_cells import notes


def test_links_and_errors_are_told_by_row_and_column_of_their_sheet() -> None:
    book = Workbook()
    other = book.create_sheet("Andere")
    other["B3"] = "Seite"
    other["B3"].hyperlink = "https://daten.example.org/"
    other["A2"] = "#REF!"
    content = io.BytesIO()
    book.save(content)
    assert notes(content.getvalue(), "Andere") == ({(2, 1): "https://daten.example.org/"}, {(1, 0): "#REF!"})
    assert notes(content.getvalue(), "") == notes(content.getvalue(), "fehlt") == ({}, {})
