"""The forms behind a number, a name or a telephone that is wrong on file."""

from admin.case_authorizations import WHO, person
from admin.case_steps import StepForm
from admin.step_fields import Field, Kind, Sent
from backend.services import contact_corrections, corrections

WHY = Field("words", "为什么这样改", Kind.LINE, hint="记入办理经过", most=300)


def _correct_id(sent: Sent) -> str:
    before, after = corrections.correct_id(
        sent.case_id, person(sent), sent["id_number"], by=sent.by, words=sent["words"]
    )
    return f"已更正：{before} 改为 {after}。"


def _correct_name(sent: Sent) -> str:
    right = contact_corrections.correct_name(
        sent.case_id, person(sent), sent["name"], by=sent.by, words=sent["words"]
    ).name
    return f"已更正，登记的姓名改为 {right}。"


def _correct_phone(sent: Sent) -> str:
    shown = contact_corrections.correct_phone(sent.case_id, sent["phone"], by=sent.by, words=sent["words"])
    return f"已更正，登记的电话改为 {shown}。"


CORRECT_ID = StepForm(
    _correct_id,
    (WHO, Field("id_number", "正确的身份证号", Kind.LINE, most=30), WHY),
    button="改正",
)
CORRECT_NAME = StepForm(
    _correct_name,
    (WHO, Field("name", "正确的姓名", Kind.LINE, most=50), WHY),
    lead="申报书上写的保留原样。",
    button="改正",
)
CORRECT_PHONE = StepForm(
    _correct_phone,
    (Field("phone", "正确的电话", Kind.LINE, most=30), WHY),
    lead="先打通这个号码，问清楚是这一家的：以后的短信和验证码都发到这里。",
    button="改正",
)
