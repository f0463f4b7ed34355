"""What is signed for one purpose, or with a secret that is no longer ours, is not accepted."""

import pytest
from itsdangerous import BadData
from msgspec.structs import replace

from api.web.signing import serializer, timed_serializer
from registry.errors import UsageError
from registry.settings import Settings

SETTINGS = Settings(secret=("new", "old"))


@pytest.mark.parametrize("make", [serializer, timed_serializer])
def test_a_value_comes_back_for_its_purpose_only(make) -> None:  # type: ignore[no-untyped-def]
    signed = make(SETTINGS, "follow").dumps(["a", 1])
    assert make(SETTINGS, "follow").loads(signed) == ["a", 1]
    with pytest.raises(BadData):
        make(SETTINGS, "support").loads(signed)


def test_the_first_secret_signs_and_each_is_accepted() -> None:
    signed = serializer(SETTINGS, "follow").dumps("a")
    assert serializer(replace(SETTINGS, secret=("newest", "new")), "follow").loads(signed) == "a"
    with pytest.raises(BadData):
        serializer(replace(SETTINGS, secret=("old",)), "follow").loads(signed)


def test_without_a_secret_nothing_is_signed() -> None:
    with pytest.raises(UsageError):
        timed_serializer(replace(SETTINGS, secret=()), "follow")
