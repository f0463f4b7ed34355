"""Reads the city's own description and finds its files, in the folder that `LOTSE_CITY` names.

Entry point: `city`. Without `LOTSE_CITY` the description is empty, and there are no files.
"""

import os
from pathlib import Path

import msgspec

from registry.errors import UsageError
from registry.model import Text
from registry.settings import Settings, _file, _refuse_unknown, as_path


class City(msgspec.Struct, frozen=True, kw_only=True):
    """The city's own description of its catalogue, and the names of the city's files: `city.toml`. Missing keys stay
    empty."""

    name: str = ""
    brand: str = ""  # the name of the portal; "" for Lotse
    title: Text = {}
    description: Text = {}
    publisher: Text = {}
    publisher_iri: str = ""
    publisher_type: str = ""
    homepage: str = ""
    licence: str = ""
    place: str = ""  # IRI of the whole city
    email: str = ""  # a role address
    security_contact: str = ""  # address for reports of security holes: an e-mail address or a page (RFC 9116)
    issued: str = ""
    example_data: bool = False  # shows "Beispieldaten" on every page
    accent: str = ""  # theme colour on light pages, #rrggbb
    accent_dark: str = ""  # theme colour on dark pages; "" if it is made from `accent`
    embed_in: tuple[str, ...] = ("*",)  # sites that may embed cards: sources of CSP; empty: none
    folder: Path = Path()

    @property
    def districts(self) -> Path | None:
        """CSV file of the districts, with the columns of vocab/lists; None if there is none."""
        return _existing(self.folder / "districts.csv")

    @property
    def organizations(self) -> Path | None:
        """TOML file of the city's organizations; None if there is none."""
        return _existing(self.folder / "organizations.toml")

    @property
    def sources(self) -> Path | None:
        """TOML file of the city's sources; None if there is none."""
        return _existing(self.folder / "sources.toml")

    @property
    def logo(self) -> Path | None:
        """The sign of the portal, an SVG; None if there is none."""
        return _existing(self.folder / "logo.svg") if self.name else None

    @property
    def synonyms(self) -> Path | None:
        """CSV file with rings of words that mean the same, beside those of Lotse: `registry.search.synonyms`."""
        return _existing(self.folder / "synonyms.csv")


def city(settings: Settings) -> City:
    """The city's description, empty without `LOTSE_CITY`; UsageError if that folder has no readable `city.toml`."""
    if settings.city is None:
        return City()
    path = settings.city / "city.toml"
    if not os.path.isfile(path):  # noqa: PTH113 (also False if we may not read the folder)
        raise UsageError("city-file-missing", city=settings.city)
    values = _file(path)
    _refuse_unknown(values, allowed=City.__struct_fields__, where=str(path))
    try:
        return msgspec.convert(values | {"folder": str(settings.city)}, City, dec_hook=as_path)
    except msgspec.ValidationError as error:
        raise UsageError("file-invalid", path=path, error=error) from None


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None
