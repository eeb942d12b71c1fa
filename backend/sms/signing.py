"""Signs a request to Aliyun's gateway: version 3, ACS3-HMAC-SHA256, as their public page on signatures describes it."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Key:
    """An access key: its id is public, its secret signs."""

    id: str
    secret: str = field(repr=False)


def query_of(values: Mapping[str, str]) -> str:
    """Return the canonical query: sorted, every sign but letters, digits and -_.~ percent-encoded."""
    return "&".join(f"{_encoded(name)}={_encoded(values[name])}" for name in sorted(values))


def headers_for(
    key: Key, *, host: str, action: str, version: str, query: str, body: bytes, nonce: str, at: datetime
) -> dict[str, str]:
    """Return the headers of a POST to "/" with its signature; `at` is the time of the request, aware."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    asked = "\n".join(("POST", "/", query, lines, ";".join(names), headers["x-acs-content-sha256"]))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    signature = hmac.new(key.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    said = f"{ALGORITHM} Credential={key.id},SignedHeaders={';'.join(names)},Signature={signature}"
    return {**headers, "Authorization": said}


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
