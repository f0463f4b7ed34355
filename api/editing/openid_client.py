"""The client of OpenID Connect: discovery, the way to the provider and back, and the checks of its answer.

Entry point: `OpenIdClient`. Invariants: the code is bound to this browser by PKCE and `state`, the ID token to this
sign-in by its `nonce`; its signature, issuer, audience and times are checked, because joserfc's `decode` checks the
signature only.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec
import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from registry.errors import LotseError, SourceError
from registry.fetch.session import body, session
from registry.settings import Settings

SECONDS: Final = 10.0  # that the provider gets for an answer
MAX_BYTES: Final = 1_000_000  # of an answer
DISCOVERY_KEPT_SECONDS: Final = 3600.0
LEEWAY_SECONDS: Final = 60  # by which the clocks of both sides may differ
SCOPES: Final = "openid profile email"
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class OpenIdError(LotseError):
    """The provider refused, did not answer, or gave an answer that does not pass the checks."""

    status = 502


class Departure(NamedTuple):
    """The way to the provider: where to, and the secrets of this sign-in, to be kept until the way back."""

    address: str
    state: str
    nonce: str
    verifier: str


class OpenIdClient:
    """The client of the provider that the settings name; discovery is kept for an hour."""

    def __init__(self, settings: Settings, redirect_uri: str) -> None:
        self._settings = settings
        self._redirect_uri = redirect_uri
        self._issuer = settings.oidc.rstrip("/")
        self._kept: tuple[float, Mapping[str, Any], KeySet] | None = None

    def depart(self) -> Departure:
        """The address at the provider to which the browser is sent; OpenIdError if the provider is away."""
        provider, _ = self._provider()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._settings.oidc_client,
            "redirect_uri": self._redirect_uri,
            "scope": SCOPES,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(provider["authorization_endpoint"])
        return Departure(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", state, nonce, verifier)

    def claims(self, code: str, nonce: str, verifier: str) -> Mapping[str, Any]:
        """What the provider says of the person, for the code that it sent; OpenIdError if it does not hold."""
        provider, keys = self._provider()
        answer = self._token(provider, code, verifier)
        claims = self._checked(str(answer.get("id_token", "")), keys, nonce)
        if self._settings.oidc_claim not in claims and "userinfo_endpoint" in provider and "access_token" in answer:
            more = self._get(str(provider["userinfo_endpoint"]), str(answer["access_token"]))
            if more.get("sub") == claims["sub"]:
                claims = {**more, **claims}
        return claims

    def _token(self, provider: Mapping[str, Any], code: str, verifier: str) -> Mapping[str, Any]:
        """The answer of the token endpoint. The client's secret is sent by HTTP Basic unless that is not offered."""
        client, secret = self._settings.oidc_client, self._settings.oidc_secret
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
            "client_id": client,
        }
        offered = provider.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = bool(secret) and "client_secret_basic" in offered
        if secret and not basic:
            fields["client_secret"] = secret
        return self._ask("POST", str(provider["token_endpoint"]), data=fields, auth=(client, secret) if basic else None)

    def _checked(self, token: str, keys: KeySet, nonce: str) -> Mapping[str, Any]:
        """The claims of an ID token that passes all checks (OpenID Connect Core 1.0, section 3.1.3.7)."""
        client = self._settings.oidc_client
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer_claim()},
            aud={"essential": True, "value": client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise OpenIdError("openid-token-wrong", why=type(error).__name__) from None
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if len(audiences) > 1 and claims.get("azp") != client:
            raise OpenIdError("openid-token-wrong", why="azp")
        if not isinstance(claims["sub"], str):
            raise OpenIdError("openid-token-wrong", why="sub")
        return claims

    def _issuer_claim(self) -> str:
        return str(self._provider()[0]["issuer"])

    # -- the provider

    def _provider(self) -> tuple[Mapping[str, Any], KeySet]:
        """What discovery says, and the keys; OpenIdError if it is not that of the issuer of the settings."""
        now = time.monotonic()
        if self._kept is None or self._kept[0] < now - DISCOVERY_KEPT_SECONDS:
            document = self._get(f"{self._issuer}/.well-known/openid-configuration")
            if str(document.get("issuer", "")).rstrip("/") != self._issuer:
                raise OpenIdError("openid-issuer-wrong", issuer=document.get("issuer"))
            missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - document.keys()
            if missing:
                raise OpenIdError("openid-discovery-lacks", names=", ".join(sorted(missing)))
            try:
                keys = KeySet.import_key_set(self._get(str(document["jwks_uri"])))  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise OpenIdError("openid-token-wrong", why=type(error).__name__) from None
            self._kept = (now, document, keys)
        return self._kept[1], self._kept[2]

    def _get(self, url: str, token: str = "") -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._ask("GET", url, headers=headers)

    def _ask(self, method: str, url: str, **more: Any) -> Mapping[str, Any]:
        """The JSON object at an address of the provider; its host may be in the private network."""
        hosts = (*self._settings.allow_hosts, urlsplit(self._issuer).hostname or "")
        allowed = msgspec.structs.replace(self._settings, allow_hosts=hosts)
        with session(allowed, seconds=SECONDS, max_bytes=MAX_BYTES) as http:
            try:
                response = http.request(method, url, stream=True, allow_redirects=False, **more)
                answer = msgspec.json.decode(body(response, MAX_BYTES))
            except (SourceError, LotseError, requests.RequestException, msgspec.DecodeError) as error:
                raise OpenIdError("openid-provider-away", why=type(error).__name__) from None
        if not isinstance(answer, dict):
            raise OpenIdError("openid-provider-away", why="JSON")
        return answer
