"""What can go wrong in the domain, as facts with a stable code and a plain Chinese sentence."""

from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


class DomainError(Exception):
    """A fact that stops a use case; the entry points turn it into a status, a flash or a log line.

    `code` never changes once published; `message` is shown to people; `fields` names what to mend.
    """

    code = "error"
    sentence = "没有办成，请稍后再试。"

    def __init__(self, message: str | None = None, *, fields: Mapping[str, str] | None = None) -> None:
        self.message = message or self.sentence
        self.fields = dict(fields or {})
        super().__init__(self.message)


class Invalid(DomainError):
    """Something typed cannot be right; `fields` says what and why."""

    code = "invalid"
    sentence = "有几处需要改一改。"

    @classmethod
    def field(cls, name: str, sentence: str) -> "Invalid":
        """Name one wrong field and say what to do about it."""
        return cls(sentence, fields={name: sentence})


class Complaints:
    """Collects what is wrong with a form, so that people hear everything at once and need not try six times."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def take(self, check: Callable[[], T], otherwise: T) -> T:
        """Return what `check` returns, or note its complaint and return `otherwise`."""
        try:
            return check()
        except Invalid as error:
            self.fields.update(error.fields)
            return otherwise

    def add(self, name: str, sentence: str) -> None:
        """Note a complaint about one field."""
        self.fields.setdefault(name, sentence)

    def raise_if_any(self) -> None:
        """Raise `Invalid` with everything noted; the sentence is the first complaint's."""
        if self.fields:
            raise Invalid(next(iter(self.fields.values())), fields=self.fields)


class SignInFirst(DomainError):
    """Nobody is signed in, or the session is over."""

    code = "sign_in_first"
    sentence = "登录已过期，请重新进入。"


class NotAllowed(DomainError):
    """The actor's role does not include this action."""

    code = "not_allowed"
    sentence = "您的岗位不能办这件事。"


class NotFound(DomainError):
    """It does not exist, or it is not within the actor's reach: the two are never told apart."""

    code = "not_found"
    sentence = "没有找到这条记录。"


class NotYetPosted(DomainError):
    """A public notice is genuine, and nobody has said yet that it hangs: its days have not begun."""

    code = "not_yet_posted"
    sentence = "这张公示是村里做的，还没有登记张贴。已经贴在墙上的，请村干部登记；有意见，可以先打纸上的电话。"


class OutOfDate(DomainError):
    """Somebody else did, changed or closed this meanwhile; nothing was written."""

    code = "out_of_date"
    sentence = "这件事刚刚被别人办过了，请刷新后再看。"


class NotPossibleNow(DomainError):
    """The procedure has no such step from where the case stands."""

    code = "not_possible_now"
    sentence = "现在还不能办这一步。"


class StillRunning(DomainError):
    """The same request, or the same work by somebody else, is still going on."""

    code = "still_running"
    sentence = "上一次提交还在处理，请稍等几秒再看结果。"


class KeyReused(DomainError):
    """The idempotency key came back with another request.

    `done_id` is the row that the first one made, for whoever sent it and lost the answer; None where it made none.
    """

    code = "key_reused"
    sentence = "这个提交编号已经用过了，请重新提交。"
    sentence_if_done = "上一次交的已经收到了，不用再交一次。"

    def __init__(self, done_id: str | None = None) -> None:
        super().__init__(self.sentence_if_done if done_id else None)
        self.done_id = done_id


class TooMany(DomainError):
    """A limit of attempts or submissions is reached; `retry_after` is in seconds."""

    code = "too_many"
    sentence = "操作太频繁，请稍后再试。"

    def __init__(self, message: str | None = None, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TryLater(DomainError):
    """A part we depend on is away for the moment; nothing was written."""

    code = "try_later"
    sentence = "系统正忙，请过一会儿再试。"


class ScopeError(Exception):
    """A statement went outside the region scope: a bug of ours, never the user's fault."""
