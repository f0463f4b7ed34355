"""The settings of an installation, from the environment and `lotse.toml`.

Entry points: `load`, `with_secret`, `refuse_lost_database`. Invariants: a name that is not a setting is refused, so
that a typing error is noticed; a value that could only fail later is refused at once.
"""

import difflib
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

from registry.errors import NotAllowedError, NotReadyError, UsageError
from registry.private_files import make_private_folder

PREFIX = "LOTSE_"
TEST_PREFIX = "LOTSE_TEST_"  # variables of the test suite, which are not settings
DEFAULT_RATES: Final[Mapping[str, int]] = MappingProxyType(  # kind of request -> how many a client may make a minute
    {"sparql": 60, "ckan": 300, "search": 300, "api": 600, "form": 120, "page": 1800}
)
_ADDRESS = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")
_TILE_PARTS = re.compile(r"{[^}]*}?|}")
_MAIL_ADDRESS = re.compile(r"[^\s@<>,;:\"()\\]+@[A-Za-z0-9.-]+")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings. In the environment a setting is `LOTSE_` + its name in capitals, in `lotse.toml` its name."""

    data: Path = Path("data")  # folder of everything that Lotse stores if it uses no database server
    database: str = ""  # SQLAlchemy URL; empty: SQLite in the data folder
    search: str = "tantivy"  # or the addresses of the nodes of Elasticsearch
    sparql: str = "embedded"  # or the address of a SPARQL 1.1 server; with a comma that for updates
    search_key: str = ""  # API key of Elasticsearch
    search_ca_file: Path | None = None  # certificate authority of Elasticsearch; else `ca_file`
    search_replicas: int | None = None  # copies of each index there; None: one as soon as there is a second node
    base_url: str = "http://127.0.0.1:8080"  # public address; all IRIs of our records begin with it
    city: Path | None = None  # folder with the city's own description and files
    allow_hosts: tuple[str, ...] = ()  # hosts in private networks that may be harvested; others are refused (SSRF)
    trusted_proxies: tuple[
        str, ...
    ] = ()  # addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are trusted
    proxy: str = ""  # the city network's outbound proxy
    ca_file: Path | None = None  # certificate authority of the proxy
    secret: tuple[str, ...] = ()  # keys of sessions: the first signs, each may verify
    mail: str = ""  # SMTP server that takes letters; empty: they wait in the outbox
    mail_from: str = ""  # sender of letters; empty: the city's e-mail address
    oidc: str = ""  # issuer of OpenID Connect, for signing in with the city's accounts
    oidc_client: str = ""  # client id at the issuer
    oidc_secret: str = ""  # client secret
    oidc_claim: str = "groups"  # claim that names the groups of a person
    oidc_roles: tuple[str, ...] = ()  # GROUP=ROLE or GROUP=ROLE@ORGANIZATION; empty: everybody becomes a member
    tiles: str = ""  # address of the tiles behind maps, with {z}, {x} and {y}; empty: no background
    tiles_credit: str = ""  # who made that map, shown below it
    contributor: str = ""  # dcatde:contributorID of the catalogue
    meaning: str = ""  # on, off; empty: on where its package is installed
    mcp: str = "on"  # on, off; where the extra lotse[mcp] is installed
    limits: tuple[str, ...] = ()  # NAME=NUMBER: requests of a client a minute; "off": none
    metrics: tuple[str, ...] = ()  # networks that may read /metrics, besides the machine itself
    metrics_token: str = ""  # whoever names it may read /metrics
    log: str = "text"  # or json
    debug: bool = False  # tracebacks on stderr

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.database_file}"

    @property
    def database_file(self) -> Path:
        """The SQLite database of the data folder, which is used unless `database` names another one."""
        return self.data / "lotse.sqlite"

    @property
    def sparql_addresses(self) -> tuple[str, ...]:
        """The addresses of the SPARQL server for queries and for updates; () for the embedded store."""
        return () if self.sparql == "embedded" else _parts(self.sparql)

    @property
    def search_addresses(self) -> tuple[str, ...]:
        """The nodes of Elasticsearch; () for the embedded index."""
        addresses = () if self.search == "tantivy" else _parts(self.search)
        return tuple(dict.fromkeys(address.rstrip("/") for address in addresses))


class MailServer(NamedTuple):
    """The parts of LOTSE_MAIL. `tls`: from the first byte on (smtps)."""

    host: str
    port: int
    user: str
    password: str
    tls: bool


def mail_server(address: str) -> MailServer:
    """The parts of `smtp://host:port` or `smtps://user:password@host`; UsageError for anything else."""
    try:
        parts = urlsplit(address)
        tls, host, port = parts.scheme == "smtps", parts.hostname or "", parts.port
    except ValueError:
        raise UsageError("setting-mail") from None
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path not in ("", "/"):
        raise UsageError("setting-mail")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(host, port or (465 if tls else 587 if user else 25), user, password, tls)


def is_database_lost(settings: Settings) -> bool:
    """Whether the SQLite file is missing although the search index of a catalogue is there."""
    has_index = (settings.data / "search" / "current").exists()
    return not settings.database and not settings.database_file.exists() and has_index


def refuse_lost_database(settings: Settings) -> None:
    """NotReadyError if the database is lost, so that an empty catalogue does not replace it."""
    if is_database_lost(settings):
        raise NotReadyError("database-gone", path=settings.database_file, index=settings.data / "search")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment and `lotse.toml` in the data folder; the environment has priority.

    UsageError for an unknown name or a wrong value, NotAllowedError if the file may not be read.
    """
    environ = os.environ if environ is None else environ
    from_environment = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX)
    }
    _refuse_unknown(from_environment, prefix=PREFIX)
    folder = Path(from_environment.get("data", "data"))
    values: dict[str, Any] = _file(folder / "lotse.toml")
    values |= {name: value for name, value in from_environment.items() if value != ""}
    values["data"] = str(folder)
    for name in ("allow_hosts", "secret", "trusted_proxies", "oidc_roles", "limits", "metrics"):
        if isinstance(values.get(name), str):
            values[name] = _parts(values[name])
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=as_path)
    except msgspec.ValidationError as error:
        raise UsageError("setting-form", error=error) from None
    _check(settings)
    return msgspec.structs.replace(settings, base_url=settings.base_url.rstrip("/"))


def with_secret(settings: Settings) -> Settings:
    """The settings with a secret: the configured one, else that of the data folder, created at the first start."""
    if settings.secret:
        return settings
    path = settings.data / "secret"
    try:
        stored = path.read_text().split()
    except FileNotFoundError:
        make_private_folder(settings.data)
        new = path.with_name(f"secret.{os.getpid()}")
        new.touch(mode=0o600)
        new.write_text(secrets.token_urlsafe(48) + "\n")
        try:
            os.link(new, path)  # fails if another process, started at the same time, was faster
        except FileExistsError:
            pass
        finally:
            new.unlink()
        stored = path.read_text().split()
    return msgspec.structs.replace(settings, secret=tuple(stored))


def _file(path: Path) -> dict[str, Any]:
    """The content of a TOML file, empty if there is no file; NotAllowedError or UsageError if it cannot be read."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise NotAllowedError("settings-file-closed", path=path, why=error.strerror) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("settings-file-toml", path=path, error=error) from None
    if path.name == "lotse.toml":
        _refuse_unknown(content, where=str(path))
    return content


def _parts(text: str) -> tuple[str, ...]:
    """The parts of a setting with several values, which are divided by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _check(settings: Settings) -> None:
    """UsageError for a value that could only fail later."""
    for name in ("base_url", "proxy"):
        value = getattr(settings, name)
        if value and not _ADDRESS.fullmatch(value):
            raise UsageError("setting-address", name=name.upper(), value=value)
    is_template = _ADDRESS.fullmatch(settings.tiles) and {"{z}", "{x}", "{y}"} == set(
        _TILE_PARTS.findall(settings.tiles)
    )
    if settings.tiles and not (is_template and settings.tiles_credit):
        raise UsageError("setting-tiles", value=settings.tiles)
    _check_search(settings)
    if settings.sparql != "embedded" and not all(map(_is_server, settings.sparql_addresses or ("",))):
        raise UsageError("setting-sparql", value=settings.sparql)
    if settings.database and not settings.database.startswith(("sqlite:", "postgresql+psycopg:")):
        raise UsageError("setting-database", start=settings.database.partition(":")[0])
    _check_mail(settings)
    _check_openid(settings)
    _check_switches(settings)
    _check_networks(settings)
    _check_limits(settings)
    for name in ("ca_file", "search_ca_file"):
        path = getattr(settings, name)
        if path and not path.is_file():
            raise UsageError("setting-ca-file", name=name.upper(), path=path)


def _check_switches(settings: Settings) -> None:
    if settings.meaning not in ("", "on", "off"):
        raise UsageError("setting-meaning", value=settings.meaning)
    if settings.mcp not in ("on", "off"):
        raise UsageError("setting-mcp", value=settings.mcp)
    if settings.log not in ("text", "json"):
        raise UsageError("setting-log", value=settings.log)


def _check_networks(settings: Settings) -> None:
    for name, networks in (("TRUSTED_PROXIES", settings.trusted_proxies), ("METRICS", settings.metrics)):
        for network in networks:
            try:
                ip_network(network)
            except ValueError:
                raise UsageError("setting-networks", name=name, value=network) from None


def _check_limits(settings: Settings) -> None:
    for line in settings.limits if settings.limits != ("off",) else ():
        name, _, number = line.partition("=")
        if name not in DEFAULT_RATES or not number.isdecimal():
            raise UsageError("setting-limits", line=line, names=", ".join(DEFAULT_RATES))


def _is_server(address: str) -> bool:
    try:
        return bool(_ADDRESS.fullmatch(address)) and urlsplit(address).port != 0
    except ValueError:  # a port above 65535
        return False


def _check_mail(settings: Settings) -> None:
    if settings.mail:
        mail_server(settings.mail)
    if settings.mail_from and not _MAIL_ADDRESS.fullmatch(settings.mail_from):
        raise UsageError("setting-mail-from", value=settings.mail_from)


def _check_openid(settings: Settings) -> None:
    """The issuer must be https, because whoever can change its answers can sign in as anybody; not so on loopback."""
    if settings.oidc:
        local = urlsplit(settings.oidc).hostname in ("127.0.0.1", "localhost", "::1")
        if not _ADDRESS.fullmatch(settings.oidc) or not (local or settings.oidc.startswith("https://")):
            raise UsageError("setting-oidc", value=settings.oidc)
        if not settings.oidc_client:
            raise UsageError("setting-oidc-client")
    for line in settings.oidc_roles:
        if "=" not in line:
            raise UsageError("setting-oidc-roles", line=line)


def _check_search(settings: Settings) -> None:
    if settings.search != "tantivy" and not all(map(_is_server, settings.search_addresses or ("",))):
        raise UsageError("setting-search", search=settings.search)
    if settings.search_replicas is not None and settings.search_replicas < 0:
        raise UsageError("setting-search-replicas", value=settings.search_replicas)


def _refuse_unknown(
    names: Mapping[str, Any],
    allowed: tuple[str, ...] = Settings.__struct_fields__,
    prefix: str = "",
    where: str = "the environment",
) -> None:
    """UsageError for a name that is not among `allowed`; it proposes the most similar name, or all of them."""
    for name in names:
        if name not in allowed:
            similar = difflib.get_close_matches(name, allowed, 1, 0.5)
            shown = prefix + (name.upper() if prefix else name)
            proposals = similar or sorted(allowed)
            meant = " or ".join(prefix + (proposal.upper() if prefix else proposal) for proposal in proposals)
            raise UsageError("setting-unknown", name=shown, where=where, meant=meant)


def as_path(type_: type, value: Any) -> Any:
    """The value as a Path: a `dec_hook` for msgspec, which cannot decode paths; NotImplementedError for other types."""
    if type_ is Path:
        return Path(value)
    raise NotImplementedError(type_)
