"""Why a send failed, in plain Chinese; the provider's own code stands behind it for whoever repairs."""

from collections.abc import Mapping

from backend.sms.gateway import SmsError
from backend.wechat.errors import Advice, WeChatError

_OF_CODES: Mapping[int, str] = {
    43101: "对方没有同意接收订阅消息，或者同意的次数已用完",
    40038: "对方今天收到的长期订阅消息已到微信的上限",
    43004: "对方没有关注公众号",
    43019: "对方把公众号拉黑了",
    45009: "今天的发送次数已到微信的上限，明天再发",
    45011: "发得太快，微信让等一分钟",
    43108: "微信正在给这个人发另一条",
    43107: "微信停用了这个模板或发消息的能力",
    40164: "服务器地址不在微信后台的白名单里",
    40125: "小程序密钥不对",
    40013: "小程序编号不对",
    48001: "公众平台没有开通这项能力",
    40037: "消息模板编号不对",
    41030: "消息要打开的页面不在已发布的小程序里",
    40003: "收件人的微信标识不对",
    45168: "消息里有微信不让发的词",
    87014: "微信说内容不合规",
}
_OF_ADVICE: Mapping[Advice, str] = {
    Advice.RETRY: "微信一时没办成，过一会儿再试",
    Advice.STOP_CHANNEL: "微信暂时不让这个小程序发消息",
    Advice.FALL_BACK: "这个人在微信上收不到",
    Advice.BUG: "微信说消息的格式或模板不对",
    Advice.REFUSED: "微信不让发给这个人",
    Advice.UNCERTAIN: "没有等到微信的答复",
}
_OF_TEXTS: Mapping[Advice, str] = {
    Advice.RETRY: "短信平台一时没办成，过一会儿再试",
    Advice.STOP_CHANNEL: "短信平台不让这个账号发：余额、签名、密钥或当天条数有问题",
    Advice.FALL_BACK: "这个手机号收不到短信",
    Advice.BUG: "短信平台说模板或内容不对",
    Advice.UNCERTAIN: "没有等到短信平台的答复",
}


def why_wechat(error: WeChatError) -> str:
    """Say why WeChat did not take a message; a wrong field is named (47003)."""
    if error.errcode is None:
        return "没有等到微信的答复"
    if error.field:
        return f"消息里有一项（{error.field}）不合微信的格式（{error.errcode}）"
    said = _OF_CODES.get(error.errcode) or _OF_ADVICE.get(error.advice, "微信没有收下")
    return f"{said}（{error.errcode}）"


def why_text(error: SmsError) -> str:
    """Say why the provider did not take a text message."""
    return f"{_OF_TEXTS.get(error.advice, '短信平台没有收下')}（{error.code}）"


def why_reported(status: str) -> str:
    """Say what WeChat reported of a message that it had taken first: `status` is its own word."""
    blocked = "block" in status or "refuse" in status or "reject" in status
    return "微信收下后报告：对方拒收" if blocked else "微信收下后报告：没有送到"
