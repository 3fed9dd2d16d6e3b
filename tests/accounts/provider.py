"""An identity provider on a port of this machine, which signs for real, and misbehaves when told to."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from forum.clock import now

CLIENT, SECRET = "forum at the provider", "a secret of both"


class Refusal(Exception):
    """The provider does not do this."""


class Provider:
    """Knows people by their subject. `claims` are what its tokens say beside the usual."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}, private=True)
        self.forget()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    def forget(self) -> None:
        """It behaves as it should, and nobody has been there."""
        self.claims: dict[str, Any] = {}
        #: What becomes of the claims of a token, and how it is written; both as they should be.
        self.changes: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.signs: Callable[[dict[str, Any]], str] = self.sign
        self.description: dict[str, Any] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.last_token = ""

    @contextmanager
    def running(self) -> Iterator["Provider"]:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        yield self
        self._server.shutdown()
        self._server.server_close()

    def settings(self) -> dict[str, str]:
        return {
            "oidc_issuer": self.issuer, "oidc_name": "Commons ID", "oidc_client": CLIENT,
            "oidc_secret": SECRET,
        }  # fmt: skip

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode({"alg": "RS256", "kid": "first", **header}, claims, self.key)

    def authorise(self, there: str, subject: str = "person-1", **claims: Any) -> dict[str, str]:
        """Somebody signs in at the address to which the forum sent them: what their browser brings back."""
        query = dict(parse_qsl(urlsplit(there).query, strict_parsing=True))
        wanted = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256"}
        if {name: query.get(name) for name in wanted} != wanted or "openid" not in query["scope"].split():
            raise Refusal(there)
        code = secrets.token_urlsafe(16)
        self.codes[code] = {"query": query, "sub": subject, "claims": {**self.claims, **claims}}
        return {"code": code, "state": query["state"]}

    # --- what it answers -----------------------------------------------------------------------------------

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorise",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.description,
        }

    def keys(self) -> Any:
        return KeySet([self.key]).as_dict()

    def token(self, form: Mapping[str, str], authorization: str) -> dict[str, Any]:
        """Takes a code once, from its client, for its verifier (RFC 6749, RFC 7636)."""
        pair = base64.b64encode(f"{CLIENT.replace(' ', '%20')}:{SECRET.replace(' ', '%20')}".encode())
        known = self.codes.pop(form.get("code", ""), None)
        if known is None or authorization != f"Basic {pair.decode()}":
            raise Refusal("code or client")
        query = known["query"]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (query["code_challenge"], query["redirect_uri"]) != (challenge, form["redirect_uri"]):
            raise Refusal("verifier or address")
        moment = int(now().timestamp())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": known["sub"], "nonce": query["nonce"],
            "iat": moment, "exp": moment + 300, **known["claims"],
        }  # fmt: skip
        self.last_token = self.signs(self.changes(claims))
        return {"access_token": "nothing", "token_type": "Bearer", "id_token": self.last_token}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            if self.path == "/.well-known/openid-configuration":
                self._answer(provider.describe())
            elif self.path == "/keys":
                self._answer(provider.keys())
            elif self.path.startswith("/authorise?"):
                self._send_back(provider.authorise(self.path))
            else:
                self._answer({}, 404)

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            try:
                self._answer(provider.token(dict(parse_qsl(body)), self.headers.get("authorization", "")))
            except Refusal:
                self._answer({"error": "invalid_grant"}, 400)

        def _send_back(self, brought: dict[str, str]) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            self.send_response(302)
            self.send_header("location", f"{query['redirect_uri']}?{urlencode(brought)}")
            self.send_header("content-length", "0")
            self.end_headers()

        def _answer(self, said: Any, status: int = 200) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
