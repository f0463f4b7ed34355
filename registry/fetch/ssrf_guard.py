"""Guards against SSRF where sockets are opened: refuses private addresses, and bounds the time of a whole answer.

Addresses of sources come from people, and a source may redirect anywhere. It is not enough to check the text of an
address: `http://2130706433/` is 127.0.0.1, and a host name may resolve to another address the second time (DNS
rebinding). So the name is resolved once, the resulting IP addresses are checked, and exactly these are connected to.
That holds for each redirect and each retry, since they all connect through here. It builds on urllib3's connection
classes. The time limit of an answer is here too, since a server that sends one byte a minute never lets a single read
time out.

Entry points: `pools` for `registry.fetch.session`, `guard` where a proxy connects, `is_public`.
"""

import ipaddress
import math
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from registry.errors import ForbiddenAddressError

CONNECT_SECONDS: Final = 10.0
NAT64: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
COMPATIBLE: Final = ipaddress.ip_network("::/96")  # IPv4-compatible, long deprecated, still routed by some
PROTOCOLS: Final = ipaddress.ip_network("192.0.0.0/24")  # IETF protocol assignments; Python's own list has a part of it
GLOBAL: Final = ipaddress.ip_network("2000::/3")
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: IPAddress) -> bool:
    """Whether an IP address may be connected to: neither private, loopback, link-local, multicast, unspecified nor
    reserved, nor an IPv6 address that contains such an IPv4 one (RFC 6890, 4291, 6052, 3056, 4380)."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = _carried(address)
        if carried:
            return all(map(is_public, carried))
        if address.is_site_local or address not in GLOBAL:
            return False
    elif address in PROTOCOLS:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _carried(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address contains (mapped, 6to4, Teredo, compatible, NAT64)."""
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if address in COMPATIBLE or any(address in network for network in NAT64):
        return (ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF),)
    return ()


class Bounds:
    """Shared by the connections of one adapter: hosts that may be private, and the deadline of the present answer.

    Each thread has its own deadline.
    """

    def __init__(self, allowed: frozenset[str], seconds: float) -> None:
        self.allowed = allowed
        self.seconds = seconds
        self.local = threading.local()

    def start(self, latest: float = math.inf) -> None:
        """Sets the deadline of an answer that begins now: after `seconds`, but not later than `latest` (monotonic)."""
        self.local.end = min(time.monotonic() + self.seconds, latest)

    def left(self) -> float:
        """Seconds until the deadline; all of `seconds` if none is set."""
        end: float = getattr(self.local, "end", None) or time.monotonic() + self.seconds
        return end - time.monotonic()

    def also(self, host: str) -> "Bounds":
        """A copy that also allows the proxy's host; both share one deadline."""
        bounds = Bounds(self.allowed | {host.lower()}, self.seconds)
        bounds.local = self.local
        return bounds

    def bound(self, sock: socket.socket) -> None:
        """Shortens the timeout of a socket to the time that is left; raises TimeoutError if there is none."""
        left = self.left()
        if left <= 0:
            raise TimeoutError(f"not whole after {self.seconds:.0f} seconds")
        wait = sock.gettimeout()
        if wait is None or wait > left:
            sock.settimeout(left)


class _Socket(socket.socket):
    bounds: Bounds

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.bounds.bound(self)
        return super().recv_into(*args, **kwargs)


class _TLSSocket(ssl.SSLSocket):
    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        bounds: Bounds | None = getattr(self.context, "lotse_bounds", None)
        if bounds:
            bounds.bound(self)
        return super().recv_into(*args, **kwargs)


def guard(host: str, addresses: Iterable[Any], bounds: Bounds) -> None:
    """Raises ForbiddenAddressError if one of a host's addresses, as `socket.getaddrinfo` returns them, is private.

    A host that the settings allow passes.
    """
    if host.lower().strip("[]") in bounds.allowed:
        return
    for *_, where in addresses:
        if not is_public(ipaddress.ip_address(str(where[0]).partition("%")[0])):
            raise ForbiddenAddressError("address-private", {"host": host}, host=host)


def connect(host: str, port: int, timeout: Any, options: Any, bounds: Bounds) -> socket.socket:
    """A connection to the first of the host's addresses that answers; ForbiddenAddressError if one is private."""
    addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    guard(host, addresses, bounds)
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, where in addresses:
        sock = _Socket(family, kind, protocol)
        sock.bounds = bounds
        try:
            for option in options or ():
                sock.setsockopt(*option)
            sock.settimeout(timeout if isinstance(timeout, int | float) else CONNECT_SECONDS)
            sock.connect(where)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


class _HTTPConnection(HTTPConnection):
    bounds: Bounds

    def _new_conn(self) -> socket.socket:
        try:
            return connect(
                self._dns_host, self.port or self.default_port, self.timeout, self.socket_options, self.bounds
            )
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, self, socket.gaierror(str(error))) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"{self.host} does not answer") from error
        except OSError as error:
            raise NewConnectionError(self, f"{self.host}: {error}") from error


class _HTTPSConnection(HTTPSConnection):
    bounds: Bounds
    _new_conn = _HTTPConnection._new_conn

    def connect(self) -> None:
        if self.ssl_context is None:
            self.ssl_context = urllib3.util.create_urllib3_context()
        self.ssl_context.sslsocket_class = _TLSSocket
        self.ssl_context.lotse_bounds = self.bounds  # type: ignore[attr-defined]
        super().connect()


def pools(bounds: Bounds) -> Mapping[str, type[HTTPConnectionPool]]:
    """urllib3's pool classes by scheme, with connections that keep to the bounds."""
    http = type("HTTP", (_HTTPConnection,), {"bounds": bounds})
    https = type("HTTPS", (_HTTPSConnection,), {"bounds": bounds})
    return {
        "http": type("HTTPPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
        "https": type("HTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
    }
