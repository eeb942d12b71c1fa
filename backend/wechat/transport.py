"""Carries requests for WeChat's host to a configurable address, never without a timeout, and says how one failed."""

import logging
from collections.abc import Mapping
from typing import Final

from requests import ConnectionError as ConnectionFailed
from requests import PreparedRequest, RequestException, Response, Timeout
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, SSLError
from urllib3.exceptions import MaxRetryError, NewConnectionError

WECHAT: Final = "https://api.weixin.qq.com"

# At DEBUG urllib3 logs whole request lines, and WeChat's interface puts the secret and the token into them.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class Carrier(HTTPAdapter):
    """Sends what is addressed to WeChat to `base_url` instead, with (connect, read) timeouts in seconds.

    wechatpy writes the host into its methods, so this is the one place where it can be changed for all of them.
    """

    def __init__(self, base_url: str, timeouts: tuple[float, float]) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeouts = timeouts
        super().__init__(pool_connections=1, pool_maxsize=16, max_retries=0)

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one request; a relay or emulator is reached directly, WeChat itself through the environment's proxy."""
        if self._base_url != WECHAT and request.url and request.url.startswith(WECHAT):
            request.url = self._base_url + request.url.removeprefix(WECHAT)
            proxies = None
        return super().send(request, stream, timeout or self._timeouts, verify, cert, proxies)


def never_left(failure: RequestException) -> bool:
    """Say whether the request surely never reached WeChat: refused, unknown host, no connection in time, no TLS."""
    if isinstance(failure, (ConnectTimeout, SSLError)):
        return True
    reason = failure.args[0] if failure.args else None
    return (
        isinstance(failure, ConnectionFailed)
        and not isinstance(failure, Timeout)
        and isinstance(reason, MaxRetryError)
        and isinstance(reason.reason, NewConnectionError)
    )
