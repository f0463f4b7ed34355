"""How long the certificate of the public address holds.

Covers: api/commands/certificate.py
"""

from pathlib import Path

import pytest

from api.commands.certificate import days_left
from tests.servers.tls_proxy import certificates, tls_proxy


@pytest.mark.slow
def test_days_are_counted_and_faults_named(tmp_path: Path) -> None:
    issued = certificates(tmp_path)
    with tls_proxy(issued, "http://127.0.0.1:1", "") as proxy:
        assert days_left(proxy.url, issued.authority) in (1, 2)
        unknown = days_left(proxy.url)
        assert isinstance(unknown, str)
        assert "certificate" in unknown
    assert isinstance(days_left("https://127.0.0.1:1"), str)
