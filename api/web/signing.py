"""Signs what comes back in a cookie, a form or an address, so that nobody can change it.

Entry points: `timed_serializer`, and `serializer` for links without an end. Invariants: what is signed for one purpose
is not accepted for another; the first secret signs, and values that were signed with the others are still accepted.
"""

from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

from registry.errors import UsageError
from registry.settings import Settings


def timed_serializer(settings: Settings, purpose: str) -> URLSafeTimedSerializer:
    """Signs values together with the time, so that old ones can be refused. UsageError if there is no secret."""
    return URLSafeTimedSerializer(_keys(settings), salt=f"lotse-{purpose}")


def serializer(settings: Settings, purpose: str) -> URLSafeSerializer:
    """Signs values that do not become too old. UsageError if there is no secret."""
    return URLSafeSerializer(_keys(settings), salt=f"lotse-{purpose}")


def _keys(settings: Settings) -> list[str]:
    """The secrets in the order of itsdangerous, which signs with the last one."""
    if not settings.secret:
        raise UsageError("secret-missing")
    return list(reversed(settings.secret))
