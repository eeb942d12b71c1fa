"""Authorizations at a desk: given on paper, by video or by a guardian; a member not reached; a word taken back."""

from admin.case_steps import StepForm
from admin.forms import row_of
from admin.step_fields import Field, Kind, Sent
from backend.errors import Invalid
from backend.models import Authorization
from backend.services import authorizations
from backend.services.authorization_forms import AuthorizationForm, Witness

WHO = Field("person_id", "哪一位家人", Kind.PICK, choices="members", none="请选择")


def person(sent: Sent, name: str = "person_id") -> int:
    """Return which member was chosen; `Invalid` where nobody was."""
    person_id = row_of(sent[name])
    if person_id is None:
        raise Invalid.field(name, "请选择是哪一位家人。")
    return person_id


def _authorize(sent: Sent) -> None:
    form = AuthorizationForm(
        person(sent),
        sent["way"],
        sent["signed_on"],
        filled_in_by=sent["filled_in_by"],
        mark=sent["mark"] or None,
        witnesses=(*_named(sent["witnesses"]), *_named(sent["cadres"], is_cadre=True)),
        was_read_aloud=sent["was_read_aloud"],
        guardian=sent["guardian"],
    )
    authorizations.authorize(sent.case_id, form, by=sent.by)


def _named(text: str, *, is_cadre: bool = False) -> list[Witness]:
    return [Witness(line.strip(), is_cadre) for line in text.splitlines() if line.strip()]


def _not_reached(sent: Sent) -> None:
    authorizations.note_not_reached(sent.case_id, person(sent), by=sent.by, why=sent["why"])


def _withdraw(sent: Sent) -> Authorization:
    told = sent["consequence_told"]
    return authorizations.withdraw(sent.number("authorization"), by=sent.by, consequence_told=told)


AUTHORIZE = StepForm(
    _authorize,
    (
        WHO,
        Field("way", "怎样授权的", Kind.CHOICE, choices="ways_at_desk", start="paper"),
        Field("signed_on", "签字日期", Kind.DAY, hint="不填就是今天"),
        Field("guardian", "监护人", Kind.LINE, hint="监护人代签的才填", most=50),
        Field("mark", "不会写字的", Kind.PICK, choices="marks", none="本人签了字"),
        Field("was_read_aloud", "已经念给本人听", Kind.YES),
        Field("witnesses", "见证的群众", hint="一行一位；按手印、画押要两位见证人，一位不是干部", rows=2),
        Field("cadres", "见证的干部", hint="一行一位", rows=2),
        Field("filled_in_by", "代填人", Kind.LINE, hint="不填就是您", most=50),
    ),
    shows="authorization",
    button="登记授权",
)
NOT_REACHED = StepForm(
    _not_reached,
    (WHO, Field("why", "为什么联系不上", Kind.LINE, most=300)),
    lead="登记后这位家人不比对，手续接着办，不用等签字。",
    button="登记",
)
WITHDRAW = StepForm(
    _withdraw,
    (Field("consequence_told", "已经把收回以后会怎样讲清楚", Kind.YES),),
    shows="authorization_withdrawn",
    carries=("authorization",),
    button="收回授权",
)
