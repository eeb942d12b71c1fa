"""The income formula: exact integer arithmetic in 分, and the sentence that shows it with its numbers.

Columns and formula: domain 3.3 (D1; 人均收入参考范围 = (纯收入 + 理赔收入 − 合规自付支出) ÷ 人口数).
Rounding: the division goes down to the whole 分 (floor), never up, so that no family is lifted over a line by rounding.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from backend.errors import Invalid
from backend.policy.assessment.form import Income

FEN = 100


@dataclass(frozen=True)
class Sums:
    """What the formula gives, in 分, with the sentences that show how."""

    heads: int
    net: int
    net_per_head: int
    reference_per_head: int
    sentences: tuple[str, str, str]


def in_yuan(fen: int) -> str:
    """Write 分 as 元 with two decimals: 123456 is 1234.56."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), FEN)
    return f"{sign}{yuan}.{rest:02d}"


def add_up(income: Income, heads: int) -> Sums:
    """Return net income, net income per head and the reference income per head; `Invalid` when nobody shares it."""
    if heads < 1:
        raise Invalid.field("members", "至少要有一位共同生活、共享收支的家庭成员。")
    net = income.wages + income.business + income.property + income.transfer - income.costs
    reference = net + income.claims - income.out_of_pocket
    net_each, reference_each = net // heads, reference // heads
    return Sums(
        heads=heads,
        net=net,
        net_per_head=net_each,
        reference_per_head=reference_each,
        sentences=(
            f"家庭纯收入 = 工资性 {in_yuan(income.wages)} + 生产经营性 {in_yuan(income.business)}"
            f" + 财产性 {in_yuan(income.property)} + 转移性 {in_yuan(income.transfer)}"
            f" − 生产经营支出 {in_yuan(income.costs)} = {in_yuan(net)} 元",
            f"人均纯收入 = {in_yuan(net)} ÷ {heads} 人 = {in_yuan(net_each)} 元",
            f"人均收入参考值 =（{in_yuan(net)} + 理赔 {in_yuan(income.claims)}"
            f" − 合规自付 {in_yuan(income.out_of_pocket)}）÷ {heads} 人 = {in_yuan(reference_each)} 元"
            "（不足一分的舍去）",
        ),
    )


def window(until_before: date, months: int) -> tuple[date, date]:
    """Return the first and the last day of the whole months that are counted: those before the month of a day."""
    last = until_before.replace(day=1) - timedelta(days=1)
    began = last.year * 12 + last.month - months
    return date(began // 12, began % 12 + 1, 1), last
