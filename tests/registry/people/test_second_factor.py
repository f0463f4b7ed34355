"""One-time codes by RFC 6238."""

import base64

import pytest

from registry.people.second_factor import app_address, code_at, new_secret

SECRET = base64.b32encode(b"12345678901234567890").decode()  # of the test values of RFC 6238, appendix B


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (2000000000, "69279037")],
)  # fmt: skip
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // 30) == code[-6:]


def test_an_app_is_told_secret_issuer_and_account() -> None:
    secret = new_secret()
    assert len(secret) == 32
    assert app_address("anna b", secret, "Lotse Stadt") == (
        f"otpauth://totp/Lotse%20Stadt:anna%20b?secret={secret}&issuer=Lotse%20Stadt&digits=6&period=30"
    )
