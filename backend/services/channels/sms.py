"""Text messages: to the telephone on a declaration, of a member of staff or on a household's file, by a provider."""

from sqlalchemy import select

from backend.access.scope import as_system
from backend.db import db
from backend.models import Case, Declaration, Message, Person, Staff
from backend.policy.ladder import Way
from backend.privacy.current import keys
from backend.privacy.seal import Place, unseal
from backend.services import phone_codes
from backend.services.channels.contract import Failure, NotThisWay, Ready, Taken
from backend.services.channels.words import why_text
from backend.services.templates import TEMPLATES, words_for_sms
from backend.sms.gateway import Sms, SmsError, Text
from backend.workflow.outbox import STAFF

MOBILE_DIGITS = 11


class TextMessage:
    """No key makes a repeat harmless here: what may have gone out is not sent again."""

    name = str(Way.SMS)
    repeats = False

    def __init__(self, provider: Sms) -> None:
        self._provider = provider

    def prepare(self, message: Message) -> Ready:
        """Fill the provider's template for the telephone that the county knows of this person."""
        template = TEMPLATES[message.template]
        if not template.sms_code:
            raise NotThisWay("这类消息没有短信模板")
        is_code = message.kind == phone_codes.KIND
        phone, words = phone_codes.letter_of(message) if is_code else (_phone_of(message), message.data)
        text = Text(
            phone=_mobile(phone),
            template_code=template.sms_code,
            variables=words_for_sms(template, words),
            out_id=str(message.id),
        )

        def send() -> Taken:
            return Taken(self._provider.send(text))

        return Ready(send)

    def failure(self, error: Exception) -> Failure | None:
        """Translate the provider's error."""
        if not isinstance(error, SmsError):
            return None
        return Failure(error.advice, why_text(error), answer=error.code, rid=error.request_id)

    def sent(self, message: Message) -> None:
        """Take note of nothing: only money is used up."""

    def refused(self, message: Message, failure: Failure) -> None:
        """Leave the number as it stands: a person corrects it."""


def _phone_of(message: Message) -> str:
    kind, _, row = message.recipient.partition(":")
    return _phone_of_staff(int(row)) if kind == STAFF else _phone_declared(message)


def _mobile(phone: str) -> str:
    if len(phone) != MOBILE_DIGITS or not phone.startswith("1"):
        raise NotThisWay("登记的不是手机号")
    return phone


def _phone_of_staff(staff_id: int) -> str:
    member = db.session.get(Staff, staff_id)
    if member is None or not member.is_active:
        raise NotThisWay("已不在岗")
    if member.phone_sealed is None:
        raise NotThisWay("没有登记手机号")
    return unseal(member.phone_sealed, keys=keys(), place=Place("staff", "phone_sealed", member.id))


def _phone_declared(message: Message) -> str:
    if message.declaration_id is None:
        raise NotThisWay("没有登记手机号")
    with as_system("the telephone for a text message"):
        declaration = db.session.scalars(
            select(Declaration).where(Declaration.id == message.declaration_id)
        ).one_or_none()
        if declaration is None or not declaration.phone_sealed:
            raise NotThisWay("没有登记手机号")
        if _has_died(declaration):
            raise NotThisWay("收件人已去世")
        place = Place("declarations", "phone_sealed", declaration.id)
        return unseal(declaration.phone_sealed, keys=keys(), place=place)


def _has_died(declaration: Declaration) -> bool:
    """Say whether whoever declared for themself is dead: nothing is sent to their telephone any more (P25)."""
    query = (
        select(Person.id)
        .join(Case, Case.household_id == Person.household_id)
        .where(Case.id == declaration.case_id, Person.died_on.is_not(None), Person.name == declaration.head_name)
    )
    return declaration.relation == "self" and db.session.scalar(query.limit(1)) is not None
