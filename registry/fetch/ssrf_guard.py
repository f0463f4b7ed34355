"""Where the socket connects: private addresses are refused there, and time is counted there.

Addresses of sources come from people, and a source may redirect anywhere. To check the words of an address is not
enough: `http://2130706433/` is 127.0.0.1, and a name may answer differently the second time it is asked. So the numbers
that the name resolved to are checked, and these very numbers are connected to; that holds for each redirect and each
retry, for they all connect. Leans on urllib3's connection classes. A time limit for a whole answer has to sit here too:
a server that sends a byte a minute never lets a read time out.
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
    """Whether a number may be connected to: neither private, loopback, link-local, multicast, unspecified nor reserved,
    nor an IPv6 address that carries such an IPv4 one (RFC 6890, 4291, 6052, 3056, 4380)."""
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
    """The IPv4 addresses inside an IPv6 one."""
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
    """What one adapter's connections share: hosts that may be private, and when the present answer must be whole."""

    def __init__(self, allowed: frozenset[str], seconds: float) -> None:
        self.allowed = allowed
        self.seconds = seconds
        self.local = threading.local()

    def start(self, latest: float = math.inf) -> None:
        """An answer begins; it must be whole after `seconds`, and at the moment `latest` of the monotonic clock."""
        self.local.end = min(time.monotonic() + self.seconds, latest)

    def left(self) -> float:
        """Seconds; an answer that nobody started has all of them."""
        end: float = getattr(self.local, "end", None) or time.monotonic() + self.seconds
        return end - time.monotonic()

    def also(self, host: str) -> "Bounds":
        """The same clock, with one more host allowed: the proxy."""
        bounds = Bounds(self.allowed | {host.lower()}, self.seconds)
        bounds.local = self.local
        return bounds

    def bound(self, sock: socket.socket) -> None:
        """Shortens the wait of a socket to the time that is left; raises TimeoutError when there is none."""
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


def guard(host: str, found: Iterable[Any], bounds: Bounds) -> None:
    if host.lower().strip("[]") in bounds.allowed:
        return
    for *_, where in found:
        if not is_public(ipaddress.ip_address(str(where[0]).partition("%")[0])):
            raise ForbiddenAddressError("address-private", {"host": host}, host=host)


def connect(host: str, port: int, timeout: Any, options: Any, bounds: Bounds) -> socket.socket:
    """A connection to the first of the host's addresses that answers; ForbiddenAddressError if one is private."""
    found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    guard(host, found, bounds)
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, where in found:
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
    """urllib3's pools, with connections that know the bounds."""
    http = type("HTTP", (_HTTPConnection,), {"bounds": bounds})
    https = type("HTTPS", (_HTTPSConnection,), {"bounds": bounds})
    return {
        "http": type("HTTPPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
        "https": type("HTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
    }
