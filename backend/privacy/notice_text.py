"""The words of a public notice, made from these fields and no others: nothing else of a family can reach the wall."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

CHILDREN_ONLY = "（未成年人户）"
"""Stands for the head of a household who is not yet eighteen: nothing of a child is on a notice (practice P29)."""


@dataclass(frozen=True)
class FamilyOnSheet:
    """What the sheet says of one family: the group, the head's name as shown, how many people, the category."""

    group: str
    head: str
    people: int | None
    category: str
    named: str = "拟定类别"

    @property
    def line(self) -> str:
        """The family's own line, without its number on the sheet."""
        parts = [self.group, self.head, f"{self.people}口人" if self.people else "", f"{self.named}：{self.category}"]
        return "　".join(part for part in parts if part)

    @property
    def digest(self) -> str:
        """By which it is known later that exactly this line was read out to the family."""
        return sha256(self.line.encode()).hexdigest()


@dataclass(frozen=True)
class Telephone:
    """A published number, and whose it is."""

    whose: str
    number: str


@dataclass(frozen=True)
class Sheet:
    """Everything on one sheet."""

    village: str
    households: str
    met_on: date
    posts_on: date
    until: date
    length: str
    signature: str
    ends: bool
    telephones: Sequence[Telephone]
    families: Sequence[FamilyOnSheet]

    @property
    def _what(self) -> str:
        """Say what is meant for these families: to be included, or (`ends`) that their risk is gone."""
        if self.ends:
            return f"认为下列{len(self.families)}户{self.households}的风险已经解除，拟标注风险消除"
        return f"拟把下列{len(self.families)}户列为{self.households}"

    @property
    def text(self) -> str:
        """The exact words, line by line."""
        return "\n".join(
            [
                "公　示",
                f"{self.village}于{spoken_day(self.met_on)}开会评议，{self._what}，现在公示。",
                f"{spoken_day(self.posts_on)}贴出，贴满{self.length}，到{spoken_day(self.until)}为止。",
                *(f"（{number}）{family.line}" for number, family in enumerate(self.families, start=1)),
                "有不同意见，请在公示期内打下面的电话，或者用微信扫这张纸上的码提出，可以不留姓名。",
                *(f"{each.whose}：{each.number}" for each in self.telephones),
                self.signature,
                spoken_day(self.posts_on),
            ]
        )


def spoken_day(day: date) -> str:
    """Say a date as it is printed: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def signature_of(village: str) -> str:
    """Return who signs: a village's name, with 村民委员会 unless it says so already."""
    return village if village.endswith(("委员会", "居委会")) else f"{village}村民委员会"
