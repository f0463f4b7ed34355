"""The settings of an installation, read once from the environment and `lotse.toml`, and the city's own description."""

import difflib
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import msgspec

from registry.errors import NotAllowedError, NotReadyError, UsageError
from registry.private_files import make_private_folder

PREFIX = "LOTSE_"
TEST_PREFIX = "LOTSE_TEST_"  # belongs to the test-suite; not ours
_ADDRESS = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What may be set. Each name is `LOTSE_` + the field in capitals in the environment, the field in `lotse.toml`."""

    data: Path = Path("data")  # folder that holds all state of the embedded set-up
    database: str = ""  # SQLAlchemy URL; empty: SQLite in the data folder
    search: str = "tantivy"  # or the address of Elasticsearch
    base_url: str = "http://127.0.0.1:8080"  # public address; all IRIs that leave begin with it
    city: Path | None = None  # folder with the city's own things
    allow_hosts: tuple[str, ...] = ()  # private hosts that may be harvested all the same
    trusted_proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For and -Proto are believed
    proxy: str = ""  # the city network's outbound proxy
    ca_file: Path | None = None  # its certificate authority
    secret: tuple[str, ...] = ()  # signs sessions; the first signs, all verify
    contributor: str = ""  # dcatde:contributorID of the catalogue
    debug: bool = False  # tracebacks on stderr

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'lotse.sqlite'}"


def is_database_lost(settings: Settings) -> bool:
    """Whether the SQLite file is missing although the search index of a catalogue is there."""
    file = settings.data / "lotse.sqlite"
    return not settings.database and not file.exists() and (settings.data / "search" / "current").exists()


def refuse_lost_database(settings: Settings) -> None:
    """NotReadyError, so that no empty catalogue takes the place of a lost one."""
    if is_database_lost(settings):
        raise NotReadyError("database-gone", path=settings.data / "lotse.sqlite", index=settings.data / "search")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment, which wins, and `lotse.toml` in the data folder; UsageError for unknown names."""
    environ = os.environ if environ is None else environ
    spoken = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX)
    }
    _refuse_unknown(spoken, prefix=PREFIX)
    folder = Path(spoken.get("data", "data"))
    words: dict[str, Any] = _file(folder / "lotse.toml") | {k: v for k, v in spoken.items() if v != ""}
    words["data"] = str(folder)
    for name in ("allow_hosts", "secret", "trusted_proxies"):
        if isinstance(words.get(name), str):
            words[name] = [part.strip() for part in words[name].split(",") if part.strip()]
    try:
        settings = msgspec.convert(words, Settings, strict=False, dec_hook=as_path)
    except msgspec.ValidationError as error:
        raise UsageError("setting-form", error=error) from None
    _check(settings)
    return msgspec.structs.replace(settings, base_url=settings.base_url.rstrip("/"))


def with_secret(settings: Settings) -> Settings:
    """The settings with a secret: the configured one, else that of the data folder, made at first start (mode 0600)."""
    if settings.secret:
        return settings
    path = settings.data / "secret"
    try:
        kept = path.read_text().split()
    except FileNotFoundError:
        make_private_folder(settings.data)
        new = path.with_name(f"secret.{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(48) + "\n")
        try:
            os.link(new, path)  # if two processes start for the first time at once, one of them wins
        except FileExistsError:
            pass
        finally:
            new.unlink()
        kept = path.read_text().split()
    return msgspec.structs.replace(settings, secret=tuple(kept))


def _file(path: Path) -> dict[str, Any]:
    try:
        words = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise NotAllowedError("settings-file-closed", path=path, why=error.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("settings-file-toml", path=path, error=error) from None
    if path.name == "lotse.toml":
        _refuse_unknown(words, where=str(path))
    return words


def _check(settings: Settings) -> None:
    """UsageError for a value that could only fail later."""
    for name in ("base_url", "proxy"):
        value = getattr(settings, name)
        if value and not _ADDRESS.fullmatch(value):
            raise UsageError("setting-address", name=name.upper(), value=value)
    if settings.search != "tantivy" and not _ADDRESS.fullmatch(settings.search):
        raise UsageError("setting-search", search=settings.search)
    if settings.database and not settings.database.startswith(("sqlite:", "postgresql+psycopg:")):
        shown = settings.database.partition(":")[0]
        raise UsageError("setting-database", start=shown)
    for proxy in settings.trusted_proxies:
        try:
            ip_network(proxy)
        except ValueError:
            raise UsageError("setting-proxies", value=proxy) from None
    if settings.ca_file and not settings.ca_file.is_file():
        raise UsageError("setting-ca-file", path=settings.ca_file)


def _refuse_unknown(
    words: Mapping[str, Any],
    known: tuple[str, ...] = Settings.__struct_fields__,
    prefix: str = "",
    where: str = "the environment",
) -> None:
    for name in words:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1, 0.5)
            shown = prefix + (name.upper() if prefix else name)
            names = near or sorted(known)
            meant = " or ".join(prefix + (one.upper() if prefix else one) for one in names)
            raise UsageError("setting-unknown", name=shown, where=where, meant=meant)


def as_path(type_: type, value: Any) -> Any:
    """For msgspec, which knows no paths."""
    if type_ is Path:
        return Path(value)
    raise NotImplementedError(type_)
