"""What a cadre does on the phone, by touch: each form from its first page to its last."""

from collections.abc import Callable

from backend.models import Case
from backend.services import staff
from tests.api.photos import photo
from tests.e2e.phone import Handset, elder_faults
from tests.people import Cast, Maker

Hand = Callable[..., Handset]
SUBMIT = "交上去"


def bound(handset: Hand, cast: Cast, login: str = "village", scale: float = 1.0) -> Handset:
    """Return a phone that was bound to somebody by typing the code, at its list of duties."""
    phone = handset(scale=scale).open("cadre/login/login")
    bind(phone, cast, login)
    return phone


def bind(phone: Handset, cast: Cast, login: str) -> None:
    staff_id = cast.staff_id(login)
    with cast.app.app_context():
        code = staff.make_bind_code(staff_id, by=cast.actor(login))
    phone.type("绑定码", code)
    phone.tap("绑定")
    phone.sees("我的待办")


def prepared(phone: Handset) -> None:
    """Wait until the day's work was read ahead."""
    phone.page.wait_for_function("wx => localStorage.getItem('wx:v:cache:prepared')")


def pick(phone: Handset, question: str, answer: str) -> None:
    """Tap an answer under its question."""
    under = f'xpath=.//*[normalize-space(text())="{question}"]/following::*[starts-with(@aria-label,"{answer}")][1]'
    phone.on_top.locator(under).first.tap()


def restart_without_signal(phone: Handset, path: str, **query: str) -> None:
    """Switch the phone off and on again where there is no signal: only what it saved is there."""
    phone.context.route("**/api/**", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.open(path, **query)
    phone.context.set_offline(True)
    phone.context.unroute("**/api/**")


def begin_visit(phone: Handset, head: str = "张三") -> None:
    phone.tap(f"{head}　入户核实")
    phone.sees("说了什么难处")
    phone.tap("入户核实")
    phone.sees("第 1 步，共 3 步")
    phone.tap("下一步")


def visit(phone: Handset, head: str = "张三", findings: str = "房顶漏雨，已用塑料布盖上") -> None:
    """Fill in a visit to its last page, without photos."""
    begin_visit(phone, head)
    phone.type("写几句看到、听到的", findings)
    phone.tap("下一步")
    pick(phone, "走访结论", "有返贫致贫风险")


TWO_TOUCHES = """it => {
  const box = it.getBoundingClientRect(), at = {clientX: box.x + box.width / 2, clientY: box.y + box.height / 2};
  for (const identifier of [1, 2]) {
    const touch = new Touch({identifier, target: it, ...at});
    const told = {bubbles: true, cancelable: true, changedTouches: [touch]};
    it.dispatchEvent(new TouchEvent("touchstart", {...told, touches: [touch]}));
    it.dispatchEvent(new TouchEvent("touchend", {...told, touches: []}));
  }
}"""


def twice(phone: Handset, words: str) -> None:
    """Tap a button twice, as a nervous thumb does, before the page can turn."""
    phone.on_top.get_by_text(words, exact=True).first.evaluate(TWO_TOUCHES)


def arrived(phone: Handset, many: int) -> None:
    """Wait until the outbox says of so many pieces that they have arrived."""
    phone.page.wait_for_function(f"() => document.body.innerText.split('✓ 已送到').length === {many + 1}")


def report_clue(phone: Handset) -> None:
    """Report a clue in three pages, from the list of duties."""
    phone.tap("回到我的待办")
    phone.tap("报线索")
    phone.sees("第 1 步，共 3 步")
    phone.type("户主姓名", "赵六")
    if phone.on_top.get_by_text("哪个村", exact=True).count():
        phone.on_top.locator("[role=radio]").first.tap()
    phone.tap("下一步")
    pick(phone, "点一项", "家里有人生病")
    phone.tap("下一步")
    phone.type("看到或听到什么", "刚出院，借了钱")
    twice(phone, "报上去")
    phone.sees("已经存在手机里，不会丢")


def sitting(phone: Handset, standing: str, names: str) -> list[str]:
    """Fill in where a village sat and who came, up to the page of its only family; return what is hard to read."""
    phone.sees("第 1 步")
    wrong = seen_at_both(phone, "meeting-1")
    phone.type("地点", "村委会院里")
    phone.type("主持人", "李站长")
    phone.type("记录人", "王村干")
    if phone.on_top.get_by_text("什么会", exact=True).count():
        pick(phone, "什么会", "村民代表会议")
    phone.tap("下一步")
    wrong += seen_at_both(phone, "meeting-2")
    pick(phone, "到会的是", standing)
    phone.type("到会的", names)
    phone.type("村务监督委员会到会的", "监督甲")
    phone.tap("下一步")
    phone.sees("点议过的")
    wrong += seen_at_both(phone, "meeting-3")
    phone.tap("下一步")
    return wrong + seen_at_both(phone, "meeting-family")


def finish_sitting(phone: Handset) -> None:
    phone.tap("下一步")
    phone.tap("登记这次会")
    phone.sees("✓ 已送到")


def make_a_round(phone: Handset, make: Maker) -> list[str]:
    """File a regular visit from the household's card, at which one thing had changed and one photo was taken."""
    [case] = make.rows(Case)
    phone.open("cadre/case/case", case_id=str(case.id)).tap("日常走访")
    phone.sees("第 1 步")
    pick(phone, "家里和上次比，有变化吗", "有变化")
    wrong = seen_at_both(phone, "round")
    phone.tap("下一步")
    pick(phone, "点变了的几项", "住房")
    phone.tap("下一步")
    pick(phone, "住房", "有隐患")
    phone.type("住房：写一句是什么变化", "西墙裂了")
    wrong += seen_at_both(phone, "round-changes")
    phone.tap("下一步")
    pick(phone, "看下来怎样", "有隐患")
    photograph(phone, photo(77))
    phone.tap(SUBMIT)
    phone.sees("照片 1 张，送到 1 张")
    arrived(phone, 2)
    return wrong


def photograph(phone: Handset, *pictures: bytes) -> None:
    """Choose photos for the first time on this phone, agreeing to the camera."""
    with phone.page.expect_file_chooser() as asked:
        phone.tap("＋ 拍照或选照片")
        phone.tap("同意，接着用")
    asked.value.set_files(
        [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": each} for n, each in enumerate(pictures)]
    )
    phone.sees("不要这张")


def declare_for_a_neighbour(phone: Handset) -> None:
    """Declare for a farmer who has no phone, mending a number on the way."""
    phone.open("cadre/apply/apply").sees("第 1 步")
    phone.type("户主姓名", "钱七")
    phone.type("这家的电话", "138")
    phone.tap("下一步")
    pick(phone, "最主要的一项", "家里有人生病")
    phone.type("用自己的话说说", "老伴住院")
    phone.tap("下一步")
    phone.tap("申报")
    phone.sees("手机号是 11 位")
    phone.type("这家的电话", "13800000007")
    phone.tap("下一步")
    phone.tap("下一步")
    phone.tap("申报")
    arrived(phone, 3)


def seen(phone: Handset, name: str) -> list[str]:
    """Keep a picture of the page and measure it."""
    phone.page.wait_for_timeout(50)
    phone.picture(f"cadre-{name}")
    return elder_faults(phone, name)


def seen_at_both(phone: Handset, name: str) -> list[str]:
    """Measure the page at the phone's own text size and at WeChat's largest, in the middle of a form."""
    wrong, before = seen(phone, name), phone.scale
    for phone.scale in (1.4, before):
        phone.on_top.locator(".page").first.evaluate(f"it => it.style.setProperty('--k', {phone.scale})")
        if phone.scale != before:
            wrong += seen_at_both(phone, name)
    return wrong


def choose(phone: Handset, answer: str) -> None:
    """Choose from the only list of the page that has no answer yet."""
    phone.tap("点这里选")
    phone.answer(answer)


def insured(phone: Handset) -> None:
    """Say of somebody grown up what the home check asks about school and insurance."""
    pick(phone, "现在上学吗", "不上学了")
    choose(phone, "初中")
    pick(phone, "医保", "居民医保")
    pick(phone, "养老保险（未满十八岁的不用选）", "居民养老保险")


def check(phone: Handset, *, number: str = "") -> list[str]:
    """Fill in the home check as two visitors do who found a costly illness; return what is hard to read on the way.

    With a `number` the family is one of which nothing is known: it is asked what may be written down, the head shows a
    card, and somebody is there who stands in no list.
    """
    phone.sees("第 1 步")
    phone.type("同去的另一位", "李站长")
    wrong = seen_at_both(phone, "check-1")
    phone.tap("下一步")
    phone.sees("家里还有谁")
    if number:
        phone.tap("没有了")
        phone.answer("还有 1 位")
        pick(phone, "同意写下家人的健康情况吗", "同意")
        pick(phone, "同意写下不满十四岁孩子的情况吗", "监护人同意")
        wrong += seen_at_both(phone, "check-people")
    phone.tap("下一步")
    phone.sees("张三（户主）")
    if number:
        pick(phone, "身份证", "有，现在填")
        phone.type("身份证号", number)
    pick(phone, "身体", "患有大病")
    pick(phone, "劳动能力", "丧失劳动力")
    wrong += seen_at_both(phone, "check-member")
    phone.tap("下一步")
    insured(phone)
    wrong += seen_at_both(phone, "check-school")
    phone.tap("下一步")
    if number:
        phone.type("姓名", "张小三")
        choose(phone, "之子")
        wrong += seen_at_both(phone, "check-newcomer")
        phone.tap("下一步")
        pick(phone, "身份证", "没有，或者不在手边")
        choose(phone, "尚未上户口")
        pick(phone, "身体", "健康")
        pick(phone, "劳动能力", "普通劳动力")
        wrong += seen_at_both(phone, "check-no-number")
        phone.tap("下一步")
        insured(phone)
        phone.tap("下一步")
    phone.type("打工、上班的工资", "3600")
    phone.type("看病、上学等自己掏了多少", "12000")
    wrong += seen_at_both(phone, "check-income")
    phone.tap("下一步")
    for item in ("吃", "穿", "义务教育", "基本医疗", "住房安全", "饮水安全"):
        pick(phone, item, "安全")
    wrong += seen_at_both(phone, "check-safety")
    phone.tap("下一步")
    wrong += seen_at_both(phone, "check-assets")
    phone.tap("下一步")
    for question, answer in (
        ("收入", "收入偏低"),
        ("支出", "刚性支出大"),
        ("困难", "有一定困难"),
        ("自己应对的能力", "需要帮一把"),
    ):
        pick(phone, question, answer)
    phone.tap("下一步")
    pick(phone, "有没有风险", "有返贫致贫风险")
    if not phone.on_top.locator('[aria-label="住房安全，已选"]').count():
        pick(phone, "是哪些困难", "住房安全")
    pick(phone, "您看该定为哪一类", "边缘易致贫户")
    phone.type("为什么这样看", "自付多，收入少")
    wrong += seen_at_both(phone, "check-conclusion")
    phone.tap("下一步")
    phone.type("写几句核实到的情况", "户主住院三次，自付一万二。")
    wrong += seen_at_both(phone, "check-end")
    phone.tap(SUBMIT)
    return wrong
