# ruff: noqa: E501  the rows of its table
"""Twenty files with traps, each made here: name -> content, and what it was called. Shown in docs/build/previews.md."""

import io
from datetime import time
from typing import Final, NamedTuple

from openpyxl import Workbook


class TrapFile(NamedTuple):
    """`trap`: what goes wrong with it elsewhere; `declared`: the format that its record names."""

    name: str
    trap: str
    content: bytes
    declared: str = "CSV"


def _sheet() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet
    rows: list[list[object]] = [
        ["Freibäder"], [], ["Bad", "Besucher", None, "Offen", None], [None, "2025", "2026", "von", "bis"],
        ["Tiergarten", 1200, 1300, time(8), time(20)], ["Thermal", 100, "-", time(9), time(21)], [], ["Quelle: Stadt"],
    ]  # fmt: skip
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("B3:C3")
    sheet.merge_cells("D3:E3")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text(text: str, codec: str = "utf-8") -> bytes:
    return text.encode(codec)


TRAP_FILES: Final = (
    TrapFile("komma.csv", "semicolon and decimal comma", _text("Ort;Wert\nA;1,5\nB;-2,25\n")),
    TrapFile("tausender.csv", "1.234 is a number of people where other columns have decimal commas", _text("Ort;Einwohner;Anteil\nA;1.234;1,5\nB;160.355;2,5\n")),
    TrapFile("lage.csv", "49.412 is a place, not a thousand", _text("Name;Breite;Länge;Höhe\nA;49.412;8.694;1,5\nB;49.413;8.695;2,5\n")),
    TrapFile("unklar.csv", "1.234 with nothing that says what it is", _text("Ort;Wert\nA;1.234\nB;2.355\n")),
    TrapFile("kurz.csv", "dates 1.2.26", _text("Datum;Anzahl\n1.2.26;1\n31.12.25;2\n")),
    TrapFile("produkt.csv", "product numbers 11.1.01 that look like dates", _text("Produkt;Ansatz\n11.1.01;1.500,00\n11.1.02;2.000,00\n")),
    TrapFile("konto.csv", "account 41.10 that looks like a number", _text("Konto;Betrag\n41.10;1,50\n41.1;2,25\n")),
    TrapFile("plz.csv", "leading zeros, telephone numbers, codes 12E4", _text("PLZ;Telefon;Code\n01067;+496221123456;12E4\n69115;+496221123457;13E5\n")),
    TrapFile("zwei-zeilen.csv", "two header rows", _text("Stadtteil;Rad;;Fuß;\n;2024;2025;2024;2025\nA;1;2;3;4\nB;5;6;7;8\n")),
    TrapFile("baeder.xlsx", "notes around the table, merged header cells, “-” for no value", _sheet(), "XLSX"),
    TrapFile("bericht.csv", "notes above and below the table", _text("Radzählung\nStand: 1.1.2026; vorläufig\n\nDatum;Anzahl;Ort\n01.01.2026;5;A\n02.01.2026;6;B\nQuelle: Amt für Mobilität\n")),
    TrapFile("jahre.csv", "a header of years", _text("Jahr;2024;2025;2026\nA;1;2;3\nB;4;5;6\n")),
    TrapFile("utf16.txt", "UTF-16 with tabs in a .txt", _text("Straße\tZahl\nHäuserweg\t1\n", "utf-16"), "TXT"),
    TrapFile("windows.csv", "encoding of Windows, line ends of an old Mac", _text("Straße;Größe\rHäuserweg;1,5\r", "cp1252")),
    TrapFile("spaet.csv", "a value that fits no more after 25,000 rows", _text("a;b\n" + "".join(f"{n};{n}\n" for n in range(25_000)) + "x1;5,5\n")),
    TrapFile("zeiten.csv", "24:00, durations beyond a day, placeholders", _text("Zeit;Dauer;Wert\n01.01.2026 23:00;26:30;k.A.\n01.01.2026 24:00;08:00;5\n")),
    TrapFile("breit.csv", "300 columns", _text(";".join(f"s{n}" for n in range(300)) + "\n" + ";".join(map(str, range(300))) + "\n")),
    TrapFile("leer.csv", "an empty file", b""),
    TrapFile("seite.csv", "a web page that is called CSV", _text("<!DOCTYPE html><html><body>Wartung</body></html>")),
    TrapFile("anzeige.csv", "day and month that cannot be told apart, prices with their unit", _text("Datum;Preis\n01/02/2026;12,50 €\n03/04/2026;8,00 €\n")),
)  # fmt: skip
