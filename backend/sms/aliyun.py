"""Aliyun's short message service (dysmsapi, SendSms of 2017-05-25) over HTTP, with signature version 3."""

import json
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

import requests

from backend import clock
from backend.sms.gateway import SmsError, Text
from backend.sms.signing import Key, headers_for, query_of
from backend.wechat.errors import Advice
from backend.wechat.transport import never_left

BASE_URL: Final = "https://dysmsapi.aliyuncs.com"
_ACTION: Final = "SendSms"
_VERSION: Final = "2017-05-25"
_FINE: Final = "OK"
_LONGEST_CODE: Final = 80

_CODES: Mapping[Advice, tuple[str, ...]] = {
    Advice.RETRY: (
        *("isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "isv.BUSINESS_LIMIT_CONTROL.MINUTE"),
        *(
            "Throttling",
            "Throttling.User",
            "Throttling.Api",
            "ServiceUnavailable",
            "InternalError",
            "SignatureNonceUsed",
        ),
    ),
    Advice.STOP_CHANNEL: (
        *("isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE"),
        *("isv.ACCOUNT_ABNORMAL", "isv.ACCOUNT_NOT_EXISTS", "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL"),
        *("isp.RAM_PERMISSION_DENY", "InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive"),
        *("SignatureDoesNotMatch", "IncompleteSignature", "InvalidTimeStamp.Expired", "Forbidden.RAM"),
        *("isv.SMS_SIGNATURE_ILLEGAL", "isv.SIGN_NAME_ILLEGAL", "isv.DENY_IP_RANGE"),
    ),
    Advice.FALL_BACK: (
        *("isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.BUSINESS_LIMIT_CONTROL"),
        "isv.BLACK_LIST_NUMBER",
    ),
    Advice.BUG: (
        *("isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS", "isv.TEMPLATE_PARAMS_ILLEGAL"),
        *("isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM", "isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL"),
        *("isv.BLACK_KEY_CONTROL_LIMIT", "isv.SMS_CONTENT_ILLEGAL", "MissingParameter"),
    ),
}
ADVICE: Mapping[str, Advice] = MappingProxyType({code: advice for advice, codes in _CODES.items() for code in codes})
"""What the provider's codes mean for us; one that nobody here knows is parked for a person."""


class Aliyun:
    """`gateway.Sms` at Aliyun or, for tests, at a stand-in; `guard` is called before each call to the outside."""

    def __init__(
        self,
        key: Key,
        sign_name: str,
        *,
        base_url: str = BASE_URL,
        timeouts: tuple[float, float] = (3.0, 8.0),
        guard: Callable[[], None] = lambda: None,
    ) -> None:
        self._key = key
        self._sign_name = sign_name
        self._base_url = base_url.rstrip("/")
        self._timeouts = timeouts
        self._guard = guard
        self._http = requests.Session()

    def send(self, text: Text) -> str:
        """Send one text and return its BizId."""
        self._guard()
        query = query_of(
            {
                "PhoneNumbers": text.phone,
                "SignName": self._sign_name,
                "TemplateCode": text.template_code,
                "TemplateParam": json.dumps(dict(text.variables), ensure_ascii=False, separators=(",", ":")),
                "OutId": text.out_id,
            }
        )
        headers = headers_for(
            self._key,
            host=urlsplit(self._base_url).netloc,
            action=_ACTION,
            version=_VERSION,
            query=query,
            body=b"",
            nonce=secrets.token_hex(16),
            at=clock.real_now(),
        )
        return _receipt(self._posted(query, headers))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _posted(self, query: str, headers: Mapping[str, str]) -> requests.Response:
        """Post; what is raised is made anew, for the library's own errors hold the address, and that the number."""
        lost: SmsError
        try:
            return self._http.post(
                f"{self._base_url}/?{query}", headers=dict(headers), timeout=self._timeouts, allow_redirects=False
            )
        except requests.RequestException as failure:
            lost = SmsError(type(failure).__name__, Advice.RETRY if never_left(failure) else Advice.UNCERTAIN)
        raise lost


def _receipt(response: requests.Response) -> str:
    """Read the answer with distrust: one that is no JSON of the provider's leaves open whether the text went out."""
    try:
        answer = response.json()
        code, request_id = str(answer["Code"])[:_LONGEST_CODE], str(answer.get("RequestId", ""))[:60]
    except (ValueError, TypeError, KeyError, AttributeError):
        # A gateway's own 5xx was not taken on; a page of somebody on the way says nothing of the text.
        status = response.status_code
        advice = Advice.RETRY if status >= 500 else Advice.UNCERTAIN
        raise SmsError(f"HTTP {status}", advice) from None
    if code == _FINE:
        return str(answer.get("BizId", ""))
    raise SmsError(code, ADVICE.get(code, Advice.BUG), request_id)
