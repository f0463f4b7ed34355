"""The pictures of an installation, in a table of the store's database, so that backup and move take them along.

Entry points: `Pictures`, `open_pictures`, `name_of` and `picture_at` (what an address names). Invariant: the name of a
picture holds the digest of its bytes, so a name means the same picture for good and cannot be guessed while its entry
is a draft.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

import sqlalchemy as sa

from registry.errors import NotFoundError
from registry.pictures.rewriting import Picture
from registry.store.database import Tables, connect, inserting, make_tables, reading, writing

PATH: Final = "/bilder/"
MEDIA_TYPES: Final = {"jpg": "image/jpeg", "png": "image/png"}
_NAME: Final = re.compile(r"[0-9a-f]{24}-(?P<width>\d{1,5})x(?P<height>\d{1,5})\.(?P<suffix>jpg|png)")

TABLES: Final = Tables(
    "pictures_version",
    ("CREATE TABLE IF NOT EXISTS pictures (name TEXT PRIMARY KEY, added {moment} NOT NULL, body {blob} NOT NULL)",),
)
_PICTURES: Final = sa.table(
    "pictures", sa.column("name"), sa.column("added", sa.DateTime(timezone=True)), sa.column("body")
)


class Shown(NamedTuple):
    """A picture of ours as a page shows it; sizes in pixels."""

    path: str
    width: int
    height: int


class Pictures:
    """The pictures of an installation."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        make_tables(engine, TABLES)

    def add(self, picture: Picture) -> str:
        """Stores a picture and returns its name; the same picture has the same name."""
        digest = hashlib.blake2b(picture.content, digest_size=12).hexdigest()
        name = f"{digest}-{picture.width}x{picture.height}.{picture.suffix}"
        row = {"name": name, "added": datetime.now(UTC), "body": picture.content}
        with writing(self._engine) as connection:
            connection.execute(inserting(self._engine, _PICTURES).values(**row).on_conflict_do_nothing())
        return name

    def get(self, name: str) -> tuple[bytes, str]:
        """The bytes and the media type of a picture; NotFoundError if there is none of that name."""
        match = _NAME.fullmatch(name)
        with reading(self._engine) as connection:
            body = connection.execute(sa.select(_PICTURES.c.body).filter_by(name=name)).scalar() if match else None
        if match is None or body is None:
            raise NotFoundError("nothing-here")
        return bytes(body), MEDIA_TYPES[match["suffix"]]

    def remove(self, name: str) -> None:
        """Deletes a picture, if it is there."""
        with writing(self._engine) as connection:
            connection.execute(_PICTURES.delete().filter_by(name=name))


def open_pictures(database_url: str) -> Pictures:
    """Opens the pictures of an installation."""
    return Pictures(connect(database_url))


def name_of(address: str) -> str:
    """The name of one of our pictures in an address, whatever the host before it; "" for any other address."""
    _host, path, name = address.rpartition(PATH)
    return name if path and _NAME.fullmatch(name) else ""


def picture_at(address: str) -> Shown | None:
    """The picture of ours at an address; None for any other address."""
    name = name_of(address)
    match = _NAME.fullmatch(name) if name else None
    return Shown(PATH + name, int(match["width"]), int(match["height"])) if match else None
