"""The way out: what must not be reached, what is bounded, what is asked again.

Covers: registry/fetch/ssrf_guard.py
"""

import gzip
import ipaddress
import os
import socket
import time
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

import ckanapi
import pytest

from registry.errors import ForbiddenAddressError, SourceError, TooLargeError
from registry.fetch import ssrf_guard
from registry.fetch.session import body, session
from registry.fetch.ssrf_guard import is_public
from registry.masking import shown
from registry.model.message import sentence
from tests.servers.answering import Answer, a_server


class Way(NamedTuple):
    allow_hosts: tuple[str, ...] = ("127.0.0.1",)
    proxy: str | None = None
    ca_file: str | None = None


def answering(status: int = 200, content: bytes = b"ok", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def answers_in_turn(*answers: Answer) -> Answer:
    left = list(answers)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "0.1.2.3",
        "100.64.0.1", "192.0.0.8", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:c0a8:101::1",
        "2001:0:7f00:1::", "2001:db8::1", "4000::1",
    ],
)  # fmt: skip
def test_a_number_inside_is_not_public(number: str) -> None:
    assert not is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize(
    "number", ["93.184.216.34", "8.8.8.8", "2a00:1450:4001::1", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_a_number_outside_is_public(number: str) -> None:
    assert is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]",
        "[::ffff:127.0.0.1]", "0.0.0.0",
    ],
)  # fmt: skip
def test_every_spelling_of_a_private_host_is_refused(host: str) -> None:
    with a_server(answering()) as url, pytest.raises(ForbiddenAddressError) as refused:
        session(Way(())).get(url.replace("127.0.0.1", host))
    assert "LOTSE_ALLOW_HOSTS" in refused.value.message
    assert "LOTSE_ALLOW_HOSTS" in sentence(refused.value.summary, "de")


def test_an_allowed_host_is_reached_on_every_port_but_no_other_name_of_it() -> None:
    with a_server(answering()) as url:
        assert session(Way()).get(url).content == b"ok"
        with pytest.raises(ForbiddenAddressError):
            session(Way()).get(url.replace("127.0.0.1", "localhost"))


def test_a_redirect_to_a_private_host_is_refused() -> None:
    with a_server(answering()) as inner:
        away = answering(302, Location=inner.replace("127.0.0.1", "localhost"))
        with a_server(away) as outer, pytest.raises(ForbiddenAddressError):
            session(Way()).get(outer)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/"])
def test_only_http_is_spoken(target: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        session(Way()).get(target)
    with a_server(answering(302, Location=target)) as url, pytest.raises(SourceError):
        session(Way()).get(url)


def test_a_name_that_answers_differently_the_second_time_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: the number that was checked is the number that is connected to; the name is asked once."""
    asked = []

    def rebinding(host: str, port: int, *_: Any) -> list[Any]:
        asked.append(host)
        number = "127.0.0.1" if len(asked) > 1 else "192.0.2.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    connected = []
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(ssrf_guard, "is_public", lambda number: str(number) == "192.0.2.1")
    monkeypatch.setattr(ssrf_guard._Socket, "connect", lambda self, where: connected.append(where[0]) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        session(Way(())).get("http://rebinding.example/")
    assert asked == ["rebinding.example"]
    assert connected == ["192.0.2.1"]


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    seen: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Authorization"))
        answering()(handler)

    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    with a_server(answer) as url:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
        assert session(Way()).get(url).content == b"ok"
        assert os.environ["http_proxy"]
    assert seen == [None]


def test_a_proxy_of_the_settings_is_used_and_does_not_open_what_is_private() -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        answering(content=b"through")(handler)

    with a_server(answer) as proxy:
        made = session(Way((), proxy))
        assert made.get("http://only-the-proxy-knows.invalid/x").content == b"through"
        for host in ("localhost", "127.0.0.1", "2130706433", "169.254.169.254"):
            with pytest.raises(ForbiddenAddressError):
                made.get(f"http://{host}/")
    assert asked == ["http://only-the-proxy-knows.invalid/x"]


def test_an_answer_is_bounded_after_unpacking() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with a_server(answering(200, bomb, Content_Encoding="gzip")) as url:
        with pytest.raises(TooLargeError):
            body(session(Way()).get(url, stream=True), 1_000_000)
        with pytest.raises(TooLargeError):
            session(Way(), max_bytes=1_000_000).get(url)
        assert len(body(session(Way()).get(url, stream=True), 50_000_000)) == 50_000_000


def test_an_answer_that_drips_ends_in_time() -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.1)

    def drip_headers(handler: BaseHTTPRequestHandler) -> None:
        for _ in range(100):
            handler.wfile.write(b"H")
            time.sleep(0.1)

    for slow in (drip, drip_headers):
        with a_server(slow) as url, pytest.raises(SourceError, match="in time"):
            session(Way(), seconds=0.5).get(url)


def test_redirects_without_end_are_left() -> None:
    with a_server(answering(302, Location="/again")) as url, pytest.raises(SourceError, match="redirects"):
        session(Way()).get(url)


def test_a_busy_server_is_asked_again_when_it_said() -> None:
    busy = answering(503, b"busy", Retry_After="0")
    with a_server(answers_in_turn(busy, answering(429, b"busy", Retry_After="0"), answering())) as url:
        assert session(Way()).get(url).content == b"ok"


def test_a_retry_after_of_a_year_is_not_waited_for() -> None:
    with a_server(answering(503, b"busy", Retry_After="31536000")) as url:
        answer = session(Way(), seconds=0.3).get(url)
    assert answer.status_code == 503
    with pytest.raises(SourceError, match="503"):
        body(answer)


def test_a_connection_that_breaks_is_tried_again() -> None:
    def breaks(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)

    with a_server(answers_in_turn(breaks, answering())) as url:
        assert session(Way()).get(url).content == b"ok"


def test_messages_keep_secrets() -> None:
    with pytest.raises(SourceError) as failed:
        session(Way()).get("http://somebody:secret@127.0.0.1:1/path?token=secret", timeout=1)
    assert "secret" not in failed.value.message + str(failed.value.detail)
    assert "/path" in failed.value.message
    assert "nicht zu erreichen" in sentence(failed.value.summary, "de")
    assert shown("http://u:p@h/x?k=v#f") == "http://h/x?…"
    assert shown("http://[::1") == "(unreadable address)"


@pytest.mark.parametrize(
    "address", ["http://", "http://[::1/", "http:///x", "http://a b/", "http://exa mple.org:port/"]
)
def test_an_unreadable_address_is_said_to_be_one(address: str) -> None:
    with pytest.raises(SourceError):
        session(Way()).get(address)


def test_ckanapi_goes_the_same_way() -> None:
    package = b'{"success": true, "result": {"count": 0, "results": []}}'
    with a_server(answering(200, package, Content_Type="application/json")) as url:
        ckan = ckanapi.RemoteCKAN(url, get_only=True, session=session(Way()))
        assert ckan.call_action("package_search", {"rows": 1}) == {"count": 0, "results": []}
        with pytest.raises(ForbiddenAddressError):
            ckanapi.RemoteCKAN(url, get_only=True, session=session(Way(()))).call_action("package_search", {"rows": 1})
