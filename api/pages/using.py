"""How to use data: the line that names their source, citations, and what to enter in Excel, Python, R, QGIS and curl.

Entry points: `credit`, `citations`, `recipes`, `recipes_of_service`. Pure: all is made from the metadata, no address is
opened.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from api.pages.cards import licence_of
from api.pages.files import File
from api.text import sentences
from api.text.formatting import as_date, day, pick_language
from api.text.i18n import translator
from api.web.addresses import Lang
from registry.model import DCAT_KINDS, Metadata, Record
from registry.preview.model import Preview, ReadAs

MAX_ADDRESS_CHARACTERS: Final = 2_000  # of a file for which recipes are shown


class Recipe(NamedTuple):
    """What to do with one tool: a sentence, and what to copy."""

    tool: str
    sentence: str
    code: str


class Citation(NamedTuple):
    """A citation in one form."""

    form: str
    text: str


# -- credit, citations


def credit(record: Record, thing: str, lang: Lang, today: date) -> str:
    """The attribution to copy: publisher or the text that is asked for, title, short name of the licence, address,
    date; "" for what is no data or has neither file nor licence. `thing`: the IRI of the record."""
    metadata = record.metadata
    if record.kind not in DCAT_KINDS or not (metadata.distributions or metadata.licence):
        return ""
    asked = (pick_language(file.attribution, lang).words for file in metadata.distributions if file.attribution)
    iri = licence_of(metadata)
    parts = (
        next(asked, "") or _publisher(record, lang),
        pick_language(metadata.title, lang).words,
        sentences.licence(iri, lang).short if iri else "",
        thing.partition("://")[2] or thing,
        day(today, lang).replace(" ", "\N{NO-BREAK SPACE}"),
    )
    return ", ".join(part for part in parts if part)


def citations(record: Record, thing: str, lang: Lang, today: date) -> tuple[Citation, ...]:
    """The record as BibTeX, RIS and in the form of the APA; none for what is no data."""
    if record.kind not in DCAT_KINDS:
        return ()
    metadata = record.metadata
    title = pick_language(metadata.title, lang).words or record.id
    published = as_date(metadata.modified or metadata.issued)
    work = _Work(record.id, _one_line(title), _one_line(_publisher(record, lang)),
                 str(published.year) if published else "", thing, today)  # fmt: skip
    return (
        Citation("BibTeX", _bibtex(work)),
        Citation("RIS", _ris(work)),
        Citation("APA", _apa(work, lang)),
    )


class _Work(NamedTuple):
    id: str
    title: str
    publisher: str
    year: str
    address: str
    today: date


def _publisher(record: Record, lang: Lang) -> str:
    publisher = record.metadata.publisher
    return pick_language(publisher.name, lang).words if publisher else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


_SPECIAL_IN_BIBTEX: Final = re.compile(r"[\\{}%&$#_~^]")
_BIBTEX_SIGNS: Final = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _bibtex(work: _Work) -> str:
    def escaped(text: str) -> str:
        return _SPECIAL_IN_BIBTEX.sub(lambda sign: _BIBTEX_SIGNS.get(sign[0], f"\\{sign[0]}"), text)

    fields = {
        "author": f"{{{escaped(work.publisher)}}}" if work.publisher else "",
        "title": f"{{{escaped(work.title)}}}",
        "year": work.year,
        "url": work.address,
        "urldate": work.today.isoformat(),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{work.id},\n{lines}}}"


def _ris(work: _Work) -> str:
    fields = (
        ("TY", "DATA"), ("AU", work.publisher), ("TI", work.title), ("PY", work.year), ("UR", work.address),
        ("Y2", work.today.strftime("%Y/%m/%d")),
    )  # fmt: skip
    return "\n".join([*(f"{tag}  - {value}" for tag, value in fields if value), "ER  - "])


def _apa(work: _Work, lang: Lang) -> str:
    _ = translator(lang)
    year = work.year or _("o. J.")
    kind = _("Datensatz")
    if not work.publisher:
        return f"{work.title} [{kind}]. ({year}). {work.address}"
    return f"{work.publisher} ({year}). {work.title} [{kind}]. {work.address}"


# -- recipes

# Notation of a file type -> what tools need to know of it
_FAMILIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CSV": "csv", "TSV": "csv", "XLSX": "sheet", "XLS": "sheet", "ODS": "sheet", "JSON": "json",
        "PARQUET": "parquet", "GEOJSON": "geo", "KML": "geo", "GPKG": "geo", "GML": "geo", "SHP": "geo",
        "WMS_SRVC": "wms", "WFS_SRVC": "wfs",
    }
)  # fmt: skip
# Tool, family of the file -> code. {url}: the address in quotation marks, {plain}: as it is, {shell}: for a shell,
# {name}: a file name
_CODE: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("Excel", "csv"): "{plain}",
        ("Excel", "sheet"): "{plain}",
        ("Excel", "json"): "{plain}",
        ("Python", "csv"): "import pandas as pd\n\ndata = pd.read_csv({url}, {reading})",
        ("Python", "sheet"): "import pandas as pd\n\ndata = pd.read_excel({url})",
        ("Python", "json"): "import json\nfrom urllib.request import urlopen\n\ndata = json.load(urlopen({url}))",
        ("Python", "parquet"): "import pandas as pd\n\ndata = pd.read_parquet({url})",
        ("Python", "geo"): "import geopandas as gpd\n\ndata = gpd.read_file({url})",
        ("R", "csv"): "library(data.table)\n\ndata <- fread({url})",
        ("R", "sheet"): "data <- rio::import({url})",
        ("R", "json"): "data <- jsonlite::fromJSON({url})",
        ("R", "parquet"): "data <- arrow::read_parquet({url})",
        ("R", "geo"): "data <- sf::st_read({url})",
        ("QGIS", "geo"): "{plain}",
        ("QGIS", "wms"): "{plain}",
        ("QGIS", "wfs"): "{plain}",
        **{("curl", family): "curl -L -o {name} {shell}" for family in ("csv", "sheet", "json", "parquet", "geo")},
    }
)
_TOOLS: Final = ("Excel", "Python", "R", "QGIS", "curl")


def recipes(
    files: Iterable[File], lang: Lang, previews: Mapping[str, Preview] = MappingProxyType({})
) -> tuple[Recipe, ...]:
    """One recipe for each tool that can read one of the files, with the address of the first that it can read.
    `previews`: what is known of how they are written."""
    readable = [(family, file) for file in files
             if (family := _FAMILIES.get(file.type)) and _is_web(file.address)]  # fmt: skip
    fitting_recipes = []
    for tool in _TOOLS:
        fitting = ((family, file) for family, file in readable if (tool, family) in _CODE)
        if (pair := next(fitting, None)) is not None:
            family, file = pair
            preview = previews.get(file.id)
            read = preview.read if preview and preview.read else ReadAs()
            code = _code(tool, family, file.address, read)
            fitting_recipes.append(Recipe(tool, _SENTENCES[tool](family, lang) + _form(tool, family, read, lang), code))
    return tuple(fitting_recipes)


def recipes_of_service(metadata: Metadata, lang: Lang) -> tuple[Recipe, ...]:
    """How a program asks a data service; none for a service without a web address."""
    if metadata.kind != "service" or not metadata.endpoint or not _is_web(metadata.endpoint):
        return ()
    _ = translator(lang)
    url = json.dumps(metadata.endpoint, ensure_ascii=False)
    asks = _("So fragt ein Programm die Schnittstelle ab. Welche Angaben sie erwartet, steht in ihrer Beschreibung.")
    return (
        Recipe("curl", asks, f"curl -L {shlex.quote(metadata.endpoint)}"),
        Recipe("Python", asks, f"from urllib.request import urlopen\n\nanswer = urlopen({url}).read()"),
        Recipe("R", asks, f"answer <- readLines({url})"),
    )


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://")) and len(address) <= MAX_ADDRESS_CHARACTERS


def _form(tool: str, family: str, read: ReadAs, lang: Lang) -> str:
    """How the file is written, for a program that asks for it."""
    if tool != "Excel" or family != "csv" or not read.delimiter or not read.encoding:
        return ""
    _ = translator(lang)
    names = {";": _("das Semikolon"), ",": _("das Komma"), "\t": _("der Tabulator")}
    delimiter = names.get(read.delimiter, read.delimiter)
    return " " + _("Das Trennzeichen ist %(sign)s, die Kodierung %(encoding)s.") % {
        "sign": delimiter, "encoding": read.encoding.upper(),
    }  # fmt: skip


def _reading(read: ReadAs) -> str:
    """The arguments with which pandas reads a CSV file as it is written."""
    if not read.delimiter:
        return 'sep=None, engine="python"'
    given = {"sep": read.delimiter, "decimal": read.decimal, "thousands": read.thousands, "encoding": read.encoding}
    usual = {"decimal": ".", "thousands": "", "encoding": "utf-8"}
    parts = [f"{name}={json.dumps(value)}" for name, value in given.items() if value and value != usual.get(name)]
    return ", ".join([*parts, *([f"skiprows={read.header - 1}"] if read.header and read.header > 1 else [])])


def _code(tool: str, family: str, address: str, read: ReadAs) -> str:
    last = address.partition("?")[0].rstrip("/").rpartition("/")[2]
    values = {
        "url": json.dumps(address, ensure_ascii=False),  # Python and R read the same escapes
        "plain": address,
        "shell": shlex.quote(address),
        "reading": _reading(read),
        "name": shlex.quote(re.sub(r"[^\w.-]+", "_", last)[:80].lstrip("-.") or "daten"),
    }
    return _CODE[tool, family].format_map(values)


def _excel(_family: str, lang: Lang) -> str:
    _ = translator(lang)
    return _("Wählen Sie in Excel „Daten“, dann „Aus dem Web“, und fügen Sie diese Adresse ein.")


def _python(family: str, lang: Lang) -> str:
    _ = translator(lang)
    if family == "json":
        return _("Python liest die Datei ohne weitere Pakete.")
    return _("Python liest die Datei mit %(package)s.") % {"package": "geopandas" if family == "geo" else "pandas"}


def _r(family: str, lang: Lang) -> str:
    packages = {"csv": "data.table", "sheet": "rio", "json": "jsonlite", "parquet": "arrow", "geo": "sf"}
    _ = translator(lang)
    return _("R liest die Datei mit %(package)s.") % {"package": packages[family]}


def _qgis(family: str, lang: Lang) -> str:
    _ = translator(lang)
    if family in ("wms", "wfs"):
        return _("Wählen Sie in QGIS „Layer hinzufügen“, dann „%(name)s“, und fügen Sie diese Adresse ein.") % {
            "name": "WMS/WMTS" if family == "wms" else "WFS / OGC API"
        }
    return _("Wählen Sie in QGIS „Vektorlayer hinzufügen“, dann „Protokoll: HTTP(S)“, und fügen Sie diese Adresse ein.")


def _curl(_family: str, lang: Lang) -> str:
    _ = translator(lang)
    return _("Dieser Befehl speichert die Datei auf Ihrem Rechner.")


_SENTENCES: Final[Mapping[str, Callable[[str, Lang], str]]] = MappingProxyType(
    {"Excel": _excel, "Python": _python, "R": _r, "QGIS": _qgis, "curl": _curl}
)
