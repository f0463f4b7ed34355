"""WebAuthn: what a browser is asked for, and the checks of what it answers.

Entry points: `asked` and `signed_in` (signing in), `offered` and `registered` (a new passkey). Invariants: the
authenticator must verify the person (PIN, fingerprint), so a passkey alone is two factors; a challenge is ours, not
older than ten minutes, and answered once.
"""

import json
import secrets
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import webauthn
from starlette.requests import Request
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.editing.signing_in import read_state, signed_state
from api.pages.site import Pages
from registry.errors import NotAllowedError
from registry.model import Account
from registry.people.passkeys import Passkey

MAX_CREDENTIAL_CHARACTERS: Final = 20_000
_SIGN_IN, _REGISTER = "passkey-sign-in", "passkey-register"  # purposes of signed states
_REQUIRED: Final = UserVerificationRequirement.REQUIRED


class Question(NamedTuple):
    """What a form with a passkey needs: the options for the browser as JSON, and the signed state that comes back."""

    options: str
    state: str


class Site(NamedTuple):
    """Who asks: the id (a host name) and the origin that the browser must see."""

    id: str
    origin: str


def site(pages: Pages, request: Request) -> Site | None:
    """Our site as WebAuthn names it; None at an IP address, where browsers know no passkeys.

    An installation that listens on loopback is also `localhost`.
    """
    parts = urlsplit(pages.settings.base_url)
    host, own = parts.hostname or "", request.url.hostname or ""
    if _is_address(host):
        if not ip_address(host.strip("[]")).is_loopback or own != "localhost":
            return None
        return Site(own, f"{request.url.scheme}://{request.url.netloc}")
    return Site(host, f"{parts.scheme}://{parts.netloc}")


def asked(pages: Pages, request: Request) -> Question | None:
    """What the page to sign in asks the browser; None where there are no passkeys."""
    own = site(pages, request)
    if own is None:
        return None
    challenge = secrets.token_bytes(32)
    options = webauthn.generate_authentication_options(rp_id=own.id, challenge=challenge, user_verification=_REQUIRED)
    return Question(json.dumps(options_to_json_dict(options)), signed_state(pages, _SIGN_IN, challenge.hex()))


def signed_in(pages: Pages, request: Request, state: str, credential: str) -> str:
    """The name of the account whose passkey has answered; NotAllowedError if anything about it is not right."""
    own, challenge = site(pages, request), read_state(pages, _SIGN_IN, state)
    answer = _decoded(credential)
    passkey = pages.people.passkeys.get(str(answer.get("id", ""))[:1_000])
    if own is None or challenge is None or passkey is None:
        raise NotAllowedError("passkey-refused")
    handle = answer.get("response", {}).get("userHandle")
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=own.id,
            expected_origin=own.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        right = handle is None or base64url_to_bytes(handle).hex() == passkey.handle
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise NotAllowedError("passkey-refused") from None
    if not right or not pages.people.passkeys.take_challenge(bytes.fromhex(challenge)):
        raise NotAllowedError("passkey-refused")
    pages.people.passkeys.signed(passkey.id, verified.new_sign_count)
    return passkey.account


def offered(pages: Pages, request: Request, account: Account) -> Question | None:
    """What the account's page asks the browser in order to make a passkey; None where there are no passkeys."""
    own = site(pages, request)
    if own is None:
        return None
    challenge, handle = secrets.token_bytes(32), pages.people.passkeys.handle(account.name)
    options = webauthn.generate_registration_options(
        rp_id=own.id,
        rp_name=f"Lotse {pages.city.name}".strip(),
        user_id=bytes.fromhex(handle),
        user_name=account.name,
        user_display_name=account.full_name or account.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.id))
            for passkey in pages.people.passkeys.of(account.name)
        ],
    )
    state = signed_state(pages, _REGISTER, [account.name, challenge.hex(), handle])
    return Question(json.dumps(options_to_json_dict(options)), state)


def registered(pages: Pages, request: Request, account: Account, state: str, credential: str, label: str) -> None:
    """Stores a new passkey of the account. NotAllowedError if anything about it is not right, ConflictError if it is
    stored already."""
    own, kept = site(pages, request), read_state(pages, _REGISTER, state)
    if own is None or kept is None or kept[0] != account.name:
        raise NotAllowedError("passkey-refused")
    _, challenge, handle = kept
    try:
        verified = webauthn.verify_registration_response(
            credential=_decoded(credential),
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=own.id,
            expected_origin=own.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        raise NotAllowedError("passkey-refused") from None
    if not pages.people.passkeys.take_challenge(bytes.fromhex(challenge)):
        raise NotAllowedError("passkey-refused")
    id = bytes_to_base64url(verified.credential_id)
    now = datetime.now(UTC)
    pages.people.passkeys.add(
        Passkey(id, account.name, handle, verified.credential_public_key, verified.sign_count, label, now)
    )


def credential_id(credential: str) -> str:
    """The id that a browser's answer names; "" for what is no answer."""
    try:
        return str(_decoded(credential).get("id", ""))
    except NotAllowedError:
        return ""


def _decoded(credential: str) -> dict[str, Any]:
    """The JSON of a browser's answer; NotAllowedError for what is none."""
    try:
        answer = json.loads(credential[:MAX_CREDENTIAL_CHARACTERS])
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        raise NotAllowedError("passkey-refused")
    return answer


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
