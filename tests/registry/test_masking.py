"""What is not written down or shown: the personal in values, the secret in addresses."""

import pytest

from registry.masking import masked, public, shown
from registry.rules import finding


@pytest.mark.parametrize(
    "field", ["contacts", "contact", "contacts.email", "address", "telephone", "contacts.telephone"]
)
def test_nothing_of_a_person_is_written_down(field):
    assert masked(finding("value-unread", field, "Frau Beispiel 06221 123456")) == "***"


def test_other_values_stay_but_for_mail_addresses():
    assert masked(finding("value-unread", "access_url", "https://x.example/a")) == "https://x.example/a"
    assert masked(finding("value-unread", "notes", "an a@b.example")) == "an ***@***"


@pytest.mark.parametrize(
    ("url", "source", "expected"),
    [
        ("https://user:pw@h.example:8443/x?a=1", "", "https://h.example:8443/x?a=1"),
        ("https://h.example/x?token=SECRET&id=7", "", "https://h.example/x?id=7"),
        ("https://h.example/x?api_key=SECRET", "", "https://h.example/x"),
        ("https://h.example/x?X-Amz-Signature=SECRET&page=2", "", "https://h.example/x?page=2"),
        ("https://h.example/x?k=SECRET&page=2", "https://h.example/x?k=SECRET", "https://h.example/x?page=2"),
        ("https://h.example/x?id=7#a", "https://h.example/list", "https://h.example/x?id=7#a"),
        ("urn:x:a@b?c", "", "urn:x:a@b?c"),
        ("https://[::1/x?a", "", ""),
    ],
)
def test_an_address_for_everybody_has_no_secret_and_can_be_followed(url, source, expected):
    assert public(url, source) == expected


def test_an_address_in_a_message_has_neither_user_nor_query():
    assert shown("https://user:pw@h.example/x?token=SECRET#f") == "https://h.example/x?…"
