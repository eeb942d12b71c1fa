"""What somebody sits at, in a few words: so that people recognise their own sessions in a list."""

import re

BROWSERS = (
    (re.compile(r"MicroMessenger"), "微信"),
    (re.compile(r"QAXBrowser|Qaxbrowser|QIANXIN", re.IGNORECASE), "奇安信浏览器"),
    (re.compile(r"360SE|360EE|QIHU", re.IGNORECASE), "360浏览器"),
    (re.compile(r"Edg/"), "Edge"),
    (re.compile(r"Firefox/"), "火狐"),
    (re.compile(r"Chrome/"), "Chrome"),
    (re.compile(r"Safari/"), "Safari"),
)
"""The first that fits: most of them also claim to be one of those below."""
SYSTEMS = (
    (re.compile(r"Android"), "安卓"),
    (re.compile(r"iPhone|iPad"), "苹果手机"),
    (re.compile(r"Windows"), "Windows"),
    (re.compile(r"Mac OS"), "苹果电脑"),
    (re.compile(r"UOS|Kylin|Linux"), "Linux（统信、麒麟）"),
)
UNKNOWN = "没有认出的浏览器"


def in_short(agent: str) -> str:
    """Return browser and system as people call them."""
    browser = next((name for sign, name in BROWSERS if sign.search(agent)), UNKNOWN)
    system = next((name for sign, name in SYSTEMS if sign.search(agent)), "")
    return f"{browser} · {system}" if system else browser
