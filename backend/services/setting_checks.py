"""What can be wrong with the value of a setting, and what to do about it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from backend.privacy.ciphers import SUITES
from backend.settings import Settings

SHORTEST_SECRET = 32
AES_KEY_SIGNS = 43
LEAST_BODY = 1024 * 1024
MOST_HANDS = 32
MOST_PROXIES = 3
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Complaint = tuple[str, str]
"""What is wrong and what to do; both empty when the value is in order."""
FINE: Complaint = ("", "")


def complaint_about(name: str, known: Settings) -> Complaint:
    """Return what is wrong with one setting, in words that hold no secret."""
    look = _LOOKS.get(name)
    return look(known) if look else FINE


def _secret_key(known: Settings) -> Complaint:
    if len(known.secret_key) < SHORTEST_SECRET:
        return "没有设置，或者太短。", f"设成至少 {SHORTEST_SECRET} 位的随机字符，各进程相同，重启后不变。"
    return FINE


def _redis_url(known: Settings) -> Complaint:
    return FINE if known.redis_url else ("没有设置。", "设成 Redis 或 Valkey 的地址；没有它，消息要等下一次巡查才发。")


def _redis_sentinels(known: Settings) -> Complaint:
    missing = known.redis_sentinels and not known.redis_url
    return ("设了哨兵，却没有 REDIS_URL。", "写 REDIS_URL=redis://:口令@主库的名字/0。") if missing else FINE


def _statement_seconds(known: Settings) -> Complaint:
    return FINE if known.statement_seconds >= 1 else ("应至少是 1。", "一般用 30；数据库是集群时网页服务用 8。")


def _public_url(known: Settings) -> Complaint:
    address = urlsplit(known.public_url)
    if known.demo and address.hostname not in LOOPBACK:
        return "演示方式只能在本机使用。", "去掉 DEMO，或者把 PUBLIC_URL 改回本机地址。"
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        return "不是 https 地址。", "微信只连 https：在前面放反向代理和证书，再写 https 地址。"
    return FINE


def _wechat_base_url(known: Settings) -> Complaint:
    address = urlsplit(known.wechat_base_url)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        return "不是 https 地址。", "改成 https://api.weixin.qq.com，或者本单位 https 的中转地址。"
    return FINE


def _filled(name: str) -> Callable[[Settings], Complaint]:
    def look(known: Settings) -> Complaint:
        return FINE if getattr(known, name) else ("没有设置。", "在微信公众平台查到后填上。")

    return look


def _aes_key(known: Settings) -> Complaint:
    if known.wechat_push_aes_key and len(known.wechat_push_aes_key) != AES_KEY_SIGNS:
        return f"应是 {AES_KEY_SIGNS} 位。", "从微信公众平台的消息推送页面重新复制；明文方式留空。"
    return FINE


def _tick_seconds(known: Settings) -> Complaint:
    return FINE if 1 <= known.tick_seconds <= 3600 else ("应在 1 到 3600 之间。", "一般用 60。")


def _most_body_bytes(known: Settings) -> Complaint:
    return FINE if known.most_body_bytes >= LEAST_BODY else ("太小，照片传不上来。", "一般用 12582912（12 MiB）。")


def _secure_cookies(known: Settings) -> Complaint:
    if not known.secure_cookies and not known.demo:
        return "关掉了，登录状态会在没有加密的线路上传。", "去掉 SECURE_COOKIES=0；只有本机演示才能关。"
    return FINE


def _audit_roots(known: Settings) -> Complaint:
    folder = known.roots_path.parent
    return FINE if folder.is_dir() else (f"文件夹 {folder} 不存在。", "建好这个文件夹，最好在另一块盘或另一台机器上。")


def _ciphers(known: Settings) -> Complaint:
    return FINE if known.ciphers in SUITES else ("不认识这个写法。", "写 aes，或者写 sm 用国密算法。")


def _sms_provider(known: Settings) -> Complaint:
    return FINE if known.sms_provider in {"", "aliyun"} else ("不认识这个短信服务商。", "写 aliyun，或者留空不发短信。")


def _with_sms(name: str) -> Callable[[Settings], Complaint]:
    def look(known: Settings) -> Complaint:
        missing = known.sms_provider and not getattr(known, name)
        return ("开了短信，却没有设置。", "在短信服务商的控制台查到后填上。") if missing else FINE

    return look


def _service_secret(known: Settings) -> Complaint:
    missing = known.wechat_service_app_id and not known.wechat_service_secret
    return ("开了公众号，却没有设置。", "在微信公众平台查到后填上。") if missing else FINE


def _service_push_token(known: Settings) -> Complaint:
    missing = known.wechat_service_app_id and not known.wechat_service_push_token
    return (
        ("开了公众号，却没有设置，收不到发送失败的报告。", "在公众平台的服务器配置里填好后写上。") if missing else FINE
    )


def _service_push_key(known: Settings) -> Complaint:
    wrong = known.wechat_service_push_aes_key and len(known.wechat_service_push_aes_key) != AES_KEY_SIGNS
    return (f"应是 {AES_KEY_SIGNS} 位。", "从公众平台的服务器配置里重新复制；明文方式留空。") if wrong else FINE


def _oldest_owed(known: Settings) -> Complaint:
    return FINE if known.oldest_owed_minutes >= 1 else ("应至少是 1。", "一般用 15。")


def _proxies(known: Settings) -> Complaint:
    is_public = urlsplit(known.public_url).hostname not in LOOPBACK
    if is_public and not known.demo and known.proxies == 0:
        return "没有设置，所有人都像从代理那台机器来：口令错几次就锁住全县。", "前面有一层 nginx 就设成 1。"
    return FINE if 0 <= known.proxies <= MOST_PROXIES else ("应在 0 到 3 之间。", "前面有几层自己的代理就写几。")


def _web_workers(known: Settings) -> Complaint:
    return FINE if 1 <= known.web_workers <= MOST_HANDS else (f"应在 1 到 {MOST_HANDS} 之间。", "一般是核数的两倍。")


def _slow_query_ms(known: Settings) -> Complaint:
    return FINE if known.slow_query_ms >= 0 else ("不能小于 0。", "一般用 500；0 是不记。")


def _backup_dir(known: Settings) -> Complaint:
    if not known.demo and not known.backup_dir:
        return "没有设置，备份停了也没有人知道。", "设成备份所在的文件夹，见 docs/operations.md。"
    return FINE


def _send_hands(known: Settings) -> Complaint:
    return FINE if 1 <= known.send_hands <= MOST_HANDS else (f"应在 1 到 {MOST_HANDS} 之间。", "一般用 4。")


_LOOKS: dict[str, Callable[[Settings], Complaint]] = {
    "secret_key": _secret_key,
    "statement_seconds": _statement_seconds,
    "redis_url": _redis_url,
    "redis_sentinels": _redis_sentinels,
    "public_url": _public_url,
    "wechat_base_url": _wechat_base_url,
    "wechat_app_id": _filled("wechat_app_id"),
    "wechat_secret": _filled("wechat_secret"),
    "wechat_push_token": _filled("wechat_push_token"),
    "wechat_push_aes_key": _aes_key,
    "wechat_service_secret": _service_secret,
    "wechat_service_push_token": _service_push_token,
    "wechat_service_push_aes_key": _service_push_key,
    "ciphers": _ciphers,
    "oldest_owed_minutes": _oldest_owed,
    "sms_provider": _sms_provider,
    "sms_key_id": _with_sms("sms_key_id"),
    "sms_key_secret": _with_sms("sms_key_secret"),
    "sms_sign_name": _with_sms("sms_sign_name"),
    "send_hands": _send_hands,
    "proxies": _proxies,
    "web_workers": _web_workers,
    "slow_query_ms": _slow_query_ms,
    "backup_dir": _backup_dir,
    "tick_seconds": _tick_seconds,
    "most_body_bytes": _most_body_bytes,
    "secure_cookies": _secure_cookies,
    "audit_roots_file": _audit_roots,
}
