"""Signs requests for the tools: each sends one fixed token for each identity, such as `JWT acme`, and the front puts a
token in its place that is valid for this request. Everything else is passed on as it is."""

import base64
import hashlib
import hmac
import json
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

# The installation that the description of the add-on names.
CLIENT = "detection-key"
FORGE_APP = "ari:cloud:ecosystem::app/8f5a1c1e-0d6b-4d57-9a57-1f0c6a2b7e10"
# The identities, each with the credential that the tools send.
IDENTITIES = {
    "acme": "JWT acme",
    "globex": "JWT globex",
    "operator": "Bearer operator",
    "platform": "JWT platform",
    "forge": "Bearer forge",
}


class Signer:
    """Makes credentials with the secrets of a demo."""

    def __init__(self, secrets, folder: Path):
        self.secrets = secrets
        self.folder = folder

    def credential(self, given: str, method: str, target: str) -> str:
        names = {credential: name for name, credential in IDENTITIES.items()}
        name, now = names.get(given), int(time.time())
        times = {"iat": now, "exp": now + 180}
        if name in ("acme", "globex"):
            claims = {"iss": f"{name}-key", "qsh": qsh(method, target), **times}
            return "JWT " + self.signed({"alg": "HS256"}, claims, f"{name.upper()}_SECRET")
        if name == "platform":
            claims = {"iss": CLIENT, "aud": "https://addon.demo.test", "qsh": qsh(method, target)}
            head = {"alg": "RS256", "kid": "demo-install-1"}
            return "JWT " + self.signed(head, {**claims, **times}, "INSTALL_KEY")
        if name == "forge":
            claims = {"iss": "forge/invocation-token", "aud": FORGE_APP, **times}
            claims["app"] = {"installationId": "acme-key"}
            head = {"alg": "RS256", "kid": "demo-forge-1"}
            return "Bearer " + self.signed(head, claims, "FORGE_KEY")
        return f"Bearer {self.secrets['OPS_TOKEN']}" if name == "operator" else given

    def signed(self, head, claims, variable: str) -> str:
        parts = [encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", **head}, claims)]
        message, secret = ".".join(parts).encode(), self.secrets[variable]
        if head["alg"] == "HS256":
            signature = hmac.new(secret.encode(), message, hashlib.sha256).digest()
        else:
            key = self.folder / f"{variable}.pem"
            key.write_text(secret)
            command = ["openssl", "dgst", "-sha256", "-sign", key]
            signature = subprocess.run(command, input=message, capture_output=True, check=True).stdout
        return f"{message.decode()}.{encoded(signature)}"


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def qsh(method: str, target: str) -> str:
    """The query string hash of Atlassian Connect, which binds a token to one request."""
    parts = urlsplit(target)
    path = (parts.path.removesuffix("/") or "/").replace("&", "%26")
    groups = {}
    for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True)):
        if name != "jwt":
            groups.setdefault(name, []).append(quote(value, safe="-._~"))
    query = "&".join(f"{quote(name, safe='-._~')}={','.join(all)}" for name, all in groups.items())
    return hashlib.sha256(f"{method.upper()}&{path}&{query}".encode()).hexdigest()
