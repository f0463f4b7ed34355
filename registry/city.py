"""The city's own description and files, from `LOTSE_CITY`."""

import os
from pathlib import Path

import msgspec

from registry.errors import UsageError
from registry.model import Text
from registry.settings import Settings, _file, _refuse_unknown, as_path


class City(msgspec.Struct, frozen=True, kw_only=True):
    """`city.toml`: the catalogue's own description and the names of the city's files. What is missing stays empty."""

    name: str = ""
    title: Text = {}
    description: Text = {}
    publisher: Text = {}
    publisher_iri: str = ""
    publisher_type: str = ""
    homepage: str = ""
    licence: str = ""
    place: str = ""  # IRI of the whole city
    email: str = ""  # a role address
    issued: str = ""
    example_data: bool = False  # every page says "Beispieldaten"
    accent: str = ""  # theme colour, #rrggbb
    folder: Path = Path()

    @property
    def districts(self) -> Path | None:
        """CSV of the districts, columns as in vocab/lists."""
        return _existing(self.folder / "districts.csv")

    @property
    def organizations(self) -> Path | None:
        return _existing(self.folder / "organizations.toml")

    @property
    def sources(self) -> Path | None:
        return _existing(self.folder / "sources.toml")


def city(settings: Settings) -> City:
    """The city's description, empty without `LOTSE_CITY`; UsageError if that folder has no readable `city.toml`."""
    if settings.city is None:
        return City()
    path = settings.city / "city.toml"
    if not os.path.isfile(path):  # noqa: PTH113 (False as well where the folder is closed to us)
        raise UsageError("city-file-missing", city=settings.city)
    words = _file(path)
    _refuse_unknown(words, known=City.__struct_fields__, where=str(path))
    try:
        return msgspec.convert(words | {"folder": str(settings.city)}, City, dec_hook=as_path)
    except msgspec.ValidationError as error:
        raise UsageError("file-invalid", path=path, error=error) from None


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None
